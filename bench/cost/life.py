"""An order's ordinary life, step by step, for as many orders at once as live together.

Two SKUs, two addresses, no payment, one parcel; placed, reserved, confirmed, shipped; eight scans
that eight questions bring; three mails; seven daily checks after the delivery. Schedules fire as
often as something is due for the orders, and what they take when nothing is due is subtracted: it
belongs to the clock, not to an order. So does the hourly check of stock, which proves a level once
whatever number of orders changed it: it is no step of a life, see :func:`an_hours_check`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bench.capacity import KB, item_bytes
from bench.cost.carrier import SCANS
from bench.cost.tally import Tally, Use
from bench.cost.world import Json, World
from local.props import ems_number
from tracking.cadence import ROUND
from waybill import keys
from waybill.dynamo import unmarshal_item

SKUS: Final = ("TEE", "MUG")
PLENTY: Final = 1_000_000
DAILY_CHECKS: Final = 7
MAILS: Final = 3
ADDRESS: Final = {
    "name": "Ana Marques",
    "line1": "Rua Augusta 101, 3.º Esq.",
    "city": "Lisboa",
    "postal_code": "1100-053",
    "country": "PT",
}
_RUNGS_MINUTES: Final = (3, 8, 50, 300, 1080)
"""After which the schedule has looked at an order that nobody had decided: at five ages."""
_LONGEST_WAIT: Final = 40
"""Quarters of an hour until a shipment must have been asked about."""
_STANDING: Final = "looked at while active"
_CHECKS: Final = "7 daily checks"
_QUIET_DAYS: Final = 2
"""Without a question, after which there will be none."""
_BETWEEN_SCANS: Final = 8
"""Hours."""
_ON_THE_WAY: Final = "poll: on the way (5)"
_STEPS: Final = {1: "poll: picked up", 7: "poll: out for delivery", 8: "poll: delivered"}

ORDERS: Final = "OrdersScheduleFunction"
STOCK: Final = "InventoryScheduleFunction"
SWEEP: Final = "TrackingScheduleFunction"
MESSAGES: Final = "NotifyScheduleFunction"
SCHEDULES: Final = (ORDERS, SWEEP, MESSAGES)
_IDLE_ROUNDS: Final = 3


@dataclass
class Shop:
    """A shop with stock and a carrier, where orders live."""

    world: World
    id: str = ""
    key: str = ""
    idle: dict[str, Tally] = field(default_factory=dict)
    """What a schedule uses where nothing is due, by function."""

    def open(self) -> None:
        """Open the shop, fill its shelf, set up the carrier."""
        call, operator = self.world.call, "wb_operator_operator"
        made = call("POST", "/v1/shops", {"name": "Bench", "currency": "EUR"}, key=operator)
        self.id = made["id"]
        wanted = {"name": "bench", "scopes": ["*"]}
        self.key = call("POST", f"/v1/shops/{self.id}/api-keys", wanted, key=operator)["key"]
        self.call("PUT", "/v1/locations/hq", {"name": "HQ", "priority": 1, "country": "PT"})
        for sku in SKUS:
            self.call("PUT", f"/v1/items/{sku}", {"title": sku, "oversell_policy": "deny"})
            received = {"sku": sku, "location_id": "hq", "kind": "received", "quantity": PLENTY}
            self.call("POST", "/v1/stock-movements", received)
        call("PUT", "/v1/carriers/ems", {"credentials": {"token": "t"}}, key=operator)
        self.world.deliveries.settle()

    def call(self, method: str, path: str, body: Any = None) -> Json:
        """Call the API with the shop's key."""
        return self.world.call(method, path, body, key=self.key)

    def rest(self, rounds: int = _IDLE_ROUNDS) -> None:
        """Learn what schedules use where nothing is due: the mean of some rounds."""
        world = self.world
        for function in SCHEDULES:
            world.deliveries.tick(function)
        world.deliveries.settle()
        for function in SCHEDULES:
            before, world.tally = world.tally, Tally()
            for _ in range(rounds):
                world.clock.advance(hours=7)
                world.deliveries.tick(function)
            self.idle[function] = world.tally.per(rounds)
            world.tally = before


def an_hours_check(shop: Shop) -> Tally:
    """What the check takes of an hour in which one order changed its two levels.

    Also what the first change of each level takes more: to be listed for the check.
    """
    world = shop.world
    world.deliveries.tick(STOCK)  # all that was listed before
    orders = []
    for _ in range(2):
        world.tally = Tally()
        shop.call("POST", "/v1/orders", order_body())
        world.deliveries.settle()
        orders.append(world.tally)
        world.clock.advance(minutes=5)
    world.tally = Tally()
    world.deliveries.tick(STOCK)
    check, world.tally = world.tally, Tally()
    world.deliveries.tick(STOCK)
    shop.idle[STOCK], world.tally = world.tally, Tally()
    check = check - shop.idle[STOCK]
    check += orders[0] - orders[1]
    return check


@dataclass
class Life:
    """So many orders that live at the same time."""

    shop: Shop
    many: int
    orders: list[Json] = field(default_factory=list)
    _mails_before: float = 0.0
    _entry_bytes: float = 0.0

    def play(self) -> None:
        """Live it to the end; raises RuntimeError where it does not go as an ordinary one does."""
        world, settle = self.shop.world, self.shop.world.deliveries.settle
        world.carrier.told.clear()
        self._mails_before = world.tally.total(Use.MAIL)
        with self._step("place"):
            self.orders = [self._place() for _ in range(self.many)]
        with self._step("reserve, confirm"):
            settle()
        self._look_at("watch for the undecided", ORDERS, _RUNGS_MINUTES)
        self._ship()
        shipped = world.clock.now
        for number in range(1, len(SCANS) + 1):
            self._poll(number)
        self._check_daily()
        self._stand_in_index(world.clock.now - timedelta(days=_QUIET_DAYS) - shipped)
        self._hold()

    def play_at_once(self) -> None:
        """The short life: the whole journey is told at the first question, within a minute."""
        world = self.shop.world
        self._mails_before = world.tally.total(Use.MAIL)
        self.orders = [self._place() for _ in range(self.many)]
        world.deliveries.settle()
        world.carrier.told[:] = [world.clock.now + timedelta(seconds=n) for n in range(len(SCANS))]
        self._hand_over()
        world.clock.advance(seconds=10)
        world.deliveries.tick(SWEEP)
        world.deliveries.settle()
        self._hold()

    # --- steps ----------------------------------------------------------------------------------

    def _place(self) -> Json:
        return self.shop.call("POST", "/v1/orders", order_body())

    def _ship(self) -> None:
        with self._step("ship"):
            self.shop.world.carrier.happens(self.shop.world.clock.now)
            self._hand_over()
        self._look_at("ship", MESSAGES, (11,))
        client = self.shop.world.client("dynamodb")
        entries = client.scan(TableName="ShipmentsTable", IndexName="due")["Items"]
        self._entry_bytes = sum(map(item_bytes, entries)) / len(entries)

    def _hand_over(self) -> None:
        for order in self.orders:
            parcels = [{"tracking_number": ems_number("EB", "PT"), "carrier": "ems"}]
            self.shop.call("POST", "/v1/shipments", {"order_id": order["id"], "parcels": parcels})
        self.shop.world.deliveries.settle()

    def _poll(self, number: int) -> None:
        """One scan more, and the question that brings it."""
        world = self.shop.world
        if number > 1:
            world.carrier.happens(world.clock.now + timedelta(hours=_BETWEEN_SCANS, minutes=14))
        self._ask(_STEPS.get(number, _ON_THE_WAY), hours=_BETWEEN_SCANS if number > 1 else 0)
        self._look_at(_STEPS.get(number, _ON_THE_WAY), MESSAGES, (1,))

    def _ask(self, step: str, hours: float) -> None:
        """Sweep until each shipment was asked about once.

        The first sweep comes late, and so covers all slots; who was not yet due comes soon after.
        """
        world = self.shop.world
        before = world.carrier.questions
        world.clock.advance(hours=hours)
        for _ in range(_LONGEST_WAIT):
            world.clock.advance(minutes=15)
            self._tick(step, SWEEP)
            with self._step(step):
                world.deliveries.settle()
            if world.carrier.questions - before >= self.many:
                return
        raise RuntimeError(f"{step}: {world.carrier.questions - before} questions")

    def _look_at(self, step: str, function: str, minutes: tuple[int, ...]) -> None:
        """Let a schedule fire after each wait."""
        for wait in minutes:
            self.shop.world.clock.advance(minutes=wait)
            self._tick(step, function)
            with self._step(step):
                self.shop.world.deliveries.settle()

    def _check_daily(self) -> None:
        """A day after the other, until nobody is asked about any more."""
        world = self.shop.world
        begun, days_without = world.carrier.questions, 0
        while days_without < _QUIET_DAYS:
            before = world.carrier.questions
            world.clock.advance(days=1)
            self._tick(_CHECKS, SWEEP)
            with self._step(_CHECKS):
                world.deliveries.settle()
            days_without = 0 if world.carrier.questions > before else days_without + 1
        asked = world.carrier.questions - begun
        # One whose phase ends just after the delivery is asked six times.
        if not DAILY_CHECKS - 1 <= asked / self.many <= DAILY_CHECKS:
            raise RuntimeError(f"{asked} daily checks of {self.many} parcels")

    def _stand_in_index(self, active: timedelta) -> None:
        """Each visit of its slot reads a shipment's entry, due or not, as long as it is active.

        The sweeps that a life plays are too few to show it, so it is computed from their number.
        """
        visits = active.total_seconds() / ROUND
        units = visits * self._entry_bytes / (4 * KB) / 2
        self.shop.world.tally.add(_STANDING, "tracking", Use.READ_UNIT, units * self.many)

    # --- parts ----------------------------------------------------------------------------------

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        former, self.shop.world.step = self.shop.world.step, name
        try:
            yield
        finally:
            self.shop.world.step = former

    def _tick(self, step: str, function: str) -> None:
        """Fire a schedule; what it uses when nothing is due is not the orders'."""
        world = self.shop.world
        before, world.tally = world.tally, Tally()
        with self._step(step):
            world.deliveries.tick(function)
        used, world.tally = world.tally, before
        world.tally += used - self.shop.idle.get(function, Tally())

    def _hold(self) -> None:
        """The life ended as an ordinary one does."""
        client = self.shop.world.client("dynamodb")
        for order in self.orders:
            key = keys.order(self.shop.id, order["id"])
            wire = {name: {"S": value} for name, value in key.items()}
            found = client.get_item(TableName="OrdersTable", Key=wire, ConsistentRead=True)
            status = unmarshal_item(found["Item"])["status"]
            if status != "completed":
                raise RuntimeError(f"an order ended {status}")
        mails = self.shop.world.tally.total(Use.MAIL) - self._mails_before
        if mails != MAILS * self.many:
            raise RuntimeError(f"{mails} mails for {self.many} orders")


def order_body() -> Json:
    """An order of two SKUs with two addresses."""

    def price(amount: int) -> Json:
        return {"amount": amount, "currency": "EUR"}

    return {
        "currency": "EUR",
        "customer": {"email": "ana@customer.example", "name": "Ana Marques"},
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS | {"line1": "Avenida da Liberdade 12"},
        "lines": [
            {"sku": "TEE", "quantity": 2, "unit_price": price(1999), "title": "T-shirt, blue"},
            {"sku": "MUG", "quantity": 1, "unit_price": price(999), "title": "Mug, white"},
        ],
    }
