"""What happens in a seed: shops with stock, customers who order, staff who ship, cancel, restock.

Everything is drawn from the seed's dice before or while it happens; the names, addresses and
secrets are canaries that no log may show.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.judge import Violation
from tests.simulation.people.carrier import TOKEN, Carrier, Scan
from tests.simulation.people.front import Answer, Client, Gateway
from tests.simulation.processes.machine import Machine
from tests.support.http import OPERATOR_KEY
from tests.support.shopify import headers as shopify_headers
from tests.support.shopify import line as shopify_line
from tests.support.shopify import order as shopify_order

MIN_ORDERS: Final = 40
_ORDERS: Final = (MIN_ORDERS, 46)
_RUSH_SECONDS: Final = (5.0, 90.0)
_COUNTRIES: Final = ("DE", "PT", "US")
_REASONS: Final = ("customer", "fraud", "staff", "other")

# What a parcel may live through: the EMSEVT codes of its scans, in order.
_JOURNEYS: Final = (
    ("EMA", "EMC", "EMD", "EDG", "EMI"),
    ("EMA", "EMI"),
    ("EMA", "EDG", "EMH", "EDG", "EMI"),
    ("EMA", "EMD", "EDH", "EMI"),
    ("EMA", "EME", "EDC", "EMI"),
    ("EMA", "EMD"),
    ("EMA", "EMH", "EDX"),
)


@dataclass
class Shop:
    """A tenant, and what is needed to act for it."""

    id: str
    key: str
    secret: str
    skus: list[str]
    locations: list[str]
    orders: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the orders that clients saw accepted."""


class Scenario:
    """The people of one seed."""

    def __init__(self, machine: Machine, gateway: Gateway, carrier: Carrier) -> None:
        self.machine = machine
        self.dice: random.Random = machine.dice
        self.gateway = gateway
        self.carrier = carrier
        self.shops: list[Shop] = []
        self.busy = 0
        """Clients who have not finished."""
        self._people = 0

    # --- before it begins -----------------------------------------------------------------------

    def set_up(self) -> None:
        """Make the shops and their stock, and tell the carrier's token; faults are still off."""
        self._spawn("operator", OPERATOR_KEY, self._open_shops)

    def _open_shops(self, client: Client) -> None:
        done(client.call("PUT", "/v1/carriers/ems", {"credentials": {"token": TOKEN}}))
        for number in range(self.dice.choice((1, 2, 2))):
            shop = self._open_shop(client, number)
            self.shops.append(shop)
            self._stock(self.gateway.client(f"manager of shop {number}", shop.key), shop)

    def _open_shop(self, client: Client, number: int) -> Shop:
        settings = {
            "name": f"Shop {number}",
            "currency": self.dice.choice(("EUR", "USD", "JPY")),
            "on_shortage": self.dice.choice(("hold", "cancel")),
            "payment_rule": self.dice.choice(("none", "none", "paid")),
        }
        shop_id = done(client.call("POST", "/v1/shops", settings)).body["id"]
        path = f"/v1/shops/{shop_id}/api-keys"
        key = done(client.call("POST", path, {"name": "shop", "scopes": ["*"]})).body["key"]
        secret = f"platform-secret-canary-{number}"
        path = f"/v1/shops/{shop_id}/platforms/shopify"
        done(client.call("PUT", path, {"secrets": [secret]}))
        self.gateway.judge.expect_canary(key.split("_", 2)[2])
        self.gateway.judge.expect_canary(secret)
        self.gateway.judge.expect_canary(TOKEN)
        return Shop(shop_id, key, secret, skus=[], locations=[])

    def _stock(self, client: Client, shop: Shop) -> None:
        for number in range(self.dice.randint(1, 3)):
            location = f"loc{number}"
            shop.locations.append(location)
            body = {
                "name": location,
                "priority": self.dice.randint(1, 3),
                "country": self.dice.choice(_COUNTRIES),
            }
            done(client.call("PUT", f"/v1/locations/{location}", body))
        for number in range(3):
            sku = f"SKU-{number}"
            shop.skus.append(sku)
            done(client.call("PUT", f"/v1/items/{sku}", self._item(number)))
            for location in shop.locations:
                if units := self.dice.choice((0, 1, 4, 10, 30)):
                    self._receive(client, sku, location, units)

    def _item(self, number: int) -> dict[str, Any]:
        policy = "deny" if number == 0 else self.dice.choice(("deny", "deny", "backorder"))
        limit = self.dice.choice((None, 2, 6)) if policy == "backorder" else None
        return {
            "title": f"Item {number}",
            "oversell_policy": policy,
            "backorder_limit": limit,
            "tracked": self.dice.random() < 0.95,
            "safety_stock": self.dice.choice((0, 0, 0, 2)),
            "reorder_point": self.dice.choice((None, 3)),
        }

    def _receive(self, client: Client, sku: str, location: str, units: int) -> None:
        body = {"sku": sku, "location_id": location, "kind": "received", "quantity": units}
        answer = client.call("POST", "/v1/stock-movements", body, Idempotency_Key=self._once("mov"))
        expect(answer, 201, 409)

    # --- the rush -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Let everybody come, each at their own time."""
        rush = self.dice.uniform(*_RUSH_SECONDS)
        orders = self.dice.randint(*_ORDERS)
        for number in range(orders + self.dice.randint(2, 6)):
            shop = self.dice.choice(self.shops)
            act = self._order if number < orders else self._platform_order
            self._spawn(f"customer {number}", shop.key, self._for(act, shop, number), rush)
        for number in range(self.dice.randint(3, 8)):
            shop = self.dice.choice(self.shops)
            self._spawn(f"staff {number}", shop.key, self._for(self._restock, shop, number), rush)

    def _for(
        self, act: Callable[[Client, Shop, int], None], shop: Shop, number: int
    ) -> Callable[[Client], None]:
        return lambda client: act(client, shop, number)

    def _spawn(
        self, name: str, key: str, act: Callable[[Client], None], within: float = 0.0
    ) -> None:
        self.busy += 1
        client = self.gateway.client(name, key)

        def run() -> None:
            try:
                act(client)
            finally:
                self.busy -= 1
                self.machine.alive -= 1

        self.machine.start(run, client.process, delay=self.dice.random() * within)

    # --- orders ---------------------------------------------------------------------------------

    def _order(self, client: Client, shop: Shop, number: int) -> None:
        body, headers = self._order_body(shop, number)
        if self.dice.random() < 0.15:
            self._spawn(
                f"customer {number} again",
                shop.key,
                lambda twin: void(expect(twin.call("POST", "/v1/orders", body, **headers), 201)),
                within=0.5,
            )
        placed = expect(client.call("POST", "/v1/orders", body, **headers), 201)
        if not placed.ok:
            return
        shop.orders.append(placed.body)
        self._spawn(
            f"staff for {number}",
            shop.key,
            lambda staff: self._attend(staff, shop, placed.body["id"]),
        )
        if self.dice.random() < 0.3:
            client.sleep(self.dice.choice((0.0, 0.2, 3.0, 30.0)) * self.dice.random())
            self._cancel(client, placed.body["id"])

    def _order_body(self, shop: Shop, number: int) -> tuple[dict[str, Any], dict[str, str]]:
        self._people += 1
        mail = f"canary{self._people}@customers.example"
        phone = f"+49151{23456000 + self._people}"
        for canary in (mail, phone, f"Ada Canary {self._people}", f"Canary Street {self._people}"):
            self.gateway.judge.expect_canary(canary)
        lines = [
            {
                "sku": self.dice.choice(shop.skus[:1] if self.dice.random() < 0.4 else shop.skus),
                "quantity": self.dice.choice((1, 1, 1, 2, 3)),
                "unit_price": money(self.dice.randint(0, 5000)),
            }
            for _ in range(self.dice.choice((1, 1, 1, 2, 3)))
        ]
        body: dict[str, Any] = {
            "currency": "EUR",
            "customer": {"email": mail, "name": f"Ada Canary {self._people}", "phone": phone},
            "shipping_address": {
                "name": f"Ada Canary {self._people}",
                "line1": f"Canary Street {self._people}",
                "city": "Lisboa",
                "postal_code": "1100-053",
                "country": self.dice.choice(_COUNTRIES),
            },
            "lines": lines,
            "allocation": self.dice.choice(("all", "all", "partial")),
            "payments": self._payments(lines),
        }
        if self.dice.random() < 0.5:
            body["external_id"] = f"web-{number}"
            return body, {}
        return body, {"Idempotency_Key": self._once("ord")}

    def _payments(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        total = sum(line["quantity"] * line["unit_price"]["amount"] for line in lines)
        if not total or self.dice.random() < 0.2:
            return []
        return [{"kind": "captured", "amount": money(total), "reference": "pay"}]

    def _cancel(self, client: Client, order_id: str) -> None:
        body = {"reason": self.dice.choice(_REASONS)}
        expect(client.call("POST", f"/v1/orders/{order_id}/cancel", body), 200, 409)

    # --- staff ----------------------------------------------------------------------------------

    def _attend(self, client: Client, shop: Shop, order_id: str) -> None:
        """Ship an order when it is confirmed, or too early, or never; at times cancel it."""
        if self.dice.random() < 0.35:
            return
        hasty = self.dice.random() < 0.15
        path = f"/v1/orders/{order_id}"
        for _ in range(1 if hasty else 8):
            client.sleep(self.dice.uniform(0.1, 8.0))
            seen = client.call("GET", path)
            if seen.ok and seen.body["status"] == "confirmed":
                break
        else:
            if not hasty:
                return
        if self.dice.random() < 0.15:
            self._spawn(
                f"late change of {order_id}",
                shop.key,
                lambda other: self._cancel(other, order_id),
                within=0.3,
            )
        self._ship(client, seen.body)
        self._look_around(client, order_id)

    def _ship(self, client: Client, order: dict[str, Any]) -> None:
        lines = [
            {"line_id": line["id"], "quantity": self.dice.randint(1, line["quantity"])}
            for line in order["lines"]
        ]
        body: dict[str, Any] = {
            "order_id": order["id"],
            "parcels": [
                {"tracking_number": self._parcel()} for _ in range(self.dice.choice((1, 1, 2)))
            ],
        }
        if self.dice.random() < 0.3:
            body["lines"] = lines
        answer = client.call("POST", "/v1/shipments", body, Idempotency_Key=self._once("shp"))
        expect(answer, 201, 409)

    def _look_around(self, client: Client, order_id: str) -> None:
        """Read what may lag behind: lists, and what the customer was told."""
        client.sleep(self.dice.expovariate(0.5))
        client.call("GET", "/v1/orders", query={"limit": "5"})
        client.call("GET", "/v1/shipments", query={"limit": "5"})
        client.call("GET", "/v1/notifications", query={"order_id": order_id})

    def _parcel(self) -> str:
        number = self.carrier.new_number()
        at = self.machine.now
        scans = []
        fast = self.dice.random() < 0.6
        for code in self.dice.choice(_JOURNEYS):
            at += self.dice.uniform(0.5, 8) if fast else self.dice.uniform(60, 4 * 3600)
            scans.append(Scan(round(at, 3), code, "Lisboa"))
        self.carrier.journeys[number] = scans
        self.gateway.judge.expect_scans(number, [(scan.at, scan.code) for scan in scans])
        return number

    def _restock(self, client: Client, shop: Shop, number: int) -> None:
        for _ in range(self.dice.randint(1, 3)):
            sku, location = self.dice.choice(shop.skus), self.dice.choice(shop.locations)
            movement: dict[str, Any] = {"sku": sku, "location_id": location}
            roll = self.dice.random()
            if roll < 0.6:
                self._receive(client, sku, location, self.dice.randint(1, 12))
            elif roll < 0.75:
                units = self.dice.choice((-3, -1, 2))
                movement |= {"kind": "adjusted", "quantity": units, "reason": "found"}
                client.call(
                    "POST", "/v1/stock-movements", movement, Idempotency_Key=self._once("mov")
                )
            elif roll < 0.85:
                movement |= {"kind": "counted", "quantity": self.dice.randint(0, 20)}
                client.call(
                    "POST", "/v1/stock-movements", movement, Idempotency_Key=self._once("mov")
                )
            else:
                client.call("PUT", f"/v1/items/{sku}", self._item(shop.skus.index(sku)))
            client.call("GET", "/v1/stock-levels", query={"sku": sku})
            client.sleep(self.dice.uniform(0.0, 20.0))

    # --- platforms ------------------------------------------------------------------------------

    def _platform_order(self, client: Client, shop: Shop, number: int) -> None:
        """A shop platform tells of an order, more than once, and at times that it is cancelled."""
        self._people += 1
        mail = f"canary{self._people}@customers.example"
        self.gateway.judge.expect_canary(mail)
        sku = self.dice.choice(shop.skus)
        told = shopify_order(
            id=7_000_000 + number,
            name=f"#{number}",
            email=mail,
            phone=None,
            contact_email=mail,
            line_items=[shopify_line(sku=sku, quantity=1, current_quantity=1)],
            updated_at="2026-11-02T09:05:00Z",
            created_at="2026-11-02T09:05:00Z",
        )
        self._tell(client, shop, told, "orders/create", number)
        if self.dice.random() < 0.5:
            later = told | {
                "cancelled_at": "2026-11-02T09:06:00Z",
                "updated_at": "2026-11-02T09:06:00Z",
                "cancel_reason": "customer",
            }
            self._tell(client, shop, later, "orders/cancelled", number)
        if self.dice.random() < 0.5:
            self._tell(client, shop, told, "orders/create", number)

    def _tell(
        self, client: Client, shop: Shop, told: dict[str, Any], topic: str, number: int
    ) -> None:
        raw = json.dumps(told)
        sent = shopify_headers(raw.encode(), shop.secret, topic=topic)
        path = f"/webhooks/shopify/{shop.id}"
        platform = self.gateway.client(f"platform of {number}", None)
        expect(platform.call("POST", path, raw=raw, **sent), 200)

    def _once(self, prefix: str) -> str:
        return f"{prefix}-{self.dice.getrandbits(64):016x}"


def done(answer: Answer) -> Answer:
    """What must work while nothing fails."""
    assert answer.ok, answer
    return answer


def money(amount: int) -> dict[str, Any]:
    """An amount in minor units."""
    return {"amount": amount, "currency": "EUR"}


def expect(answer: Answer, *statuses: int) -> Answer:
    """An answer that fits the call; or none but "try again", which a client may give up on."""
    if answer.status not in (0, 429, *statuses) and answer.status < 500:
        raise Violation("answers", f"{answer.status} where {statuses} fit: {answer.body}")
    return answer


def void(_answer: Answer) -> None:
    """Nobody looks at it."""
