"""The notifier with a ledger and providers in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from notify.people.contact import NOBODY, Contact
from notify.people.contacts import ContactKey
from notify.people.links import UnsubscribeLinks
from notify.policy.rules import Channel
from notify.sending.alerts import Alerts
from notify.sending.attempts import Attempts
from notify.sending.claims import Claims
from notify.sending.deciding import Decider
from notify.sending.notifier import Notifier
from notify.sending.ports import NoAnswerError, RefusedError
from notify.sending.reading import Reader
from notify.sending.resuming import Resumer
from notify.sending.spending import Budgets
from notify.sending.writing import Writer
from notify.words.composing import Composer
from notify.words.content import Mail, Sms
from notify.words.template import Own, Place
from tests.unit.notify.memory_ledger import Crashes, MemoryLedger
from waybill.events import Event, EventName

SHOP, ORDER, SHIPMENT = "shop_1", "ord_1", "shp_1"
EMAIL, PHONE = "jane.canary@mail.example", "+4915112345678"
PUBLIC_URL = "https://track.shop.example"


class OwnTemplates:
    """What shops have written: what a test puts here, and how often it was read."""

    def __init__(self) -> None:
        self.by_place: dict[Place, Own] = {}
        self.reads = 0

    def of_shop(self, shop_id: str) -> dict[Place, Own]:
        self.reads += 1
        return self.by_place


OURS = Composer(OwnTemplates())


class Counters:
    """What is spent of budgets, in a dict."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str, str, str], int] = {}
        self.asked = 0

    def take(
        self,
        shop_id: str,
        spender: str,
        channel: str,
        date: str,
        *,
        weight: int,
        limit: int,
        now: datetime,
    ) -> bool:
        self.asked += 1
        key = (shop_id, spender, channel, date)
        if self.spent.get(key, 0) >= limit:
            return False
        self.spent[key] = self.spent.get(key, 0) + weight
        return True


class Contacts:
    """What is known of recipients, by their ids."""

    def __init__(self) -> None:
        self.by_id: dict[str, Contact] = {}

    def get(self, wanted: Sequence[ContactKey], *, consistent: bool = True) -> list[Contact]:
        assert consistent, "who has just said stop is not written to"
        return [self.by_id.get(key.id, NOBODY) for key in wanted]


class Secret:
    """What links are signed with."""

    def get(self) -> str:
        return "secret"


class Provider:
    """A channel that remembers what it took, and can be told what to answer first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.taken: list[tuple[str, Any]] = []
        self.tags: list[dict[str, str]] = []
        self.asked = 0
        self.answers: list[Exception] = []
        self.crashes = Crashes()

    def send(self, content: Mail | Sms, to: str, tags: Any = None) -> str:
        return self.crashes.around(self.name, lambda: self._take(content, to, tags))

    def _take(self, content: Mail | Sms, to: str, tags: Any) -> str:
        self.asked += 1
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, NoAnswerError):
                self.taken.append((to, content))  # it did send; nobody heard of it
            raise answer
        self.taken.append((to, content))
        self.tags.append(dict(tags or {}))
        return f"{self.name}-{len(self.taken)}"


def throttled() -> RefusedError:
    return RefusedError("TooManyRequestsException", lasting=False)


@dataclass
class World:
    """One order with one shipment, and a notifier that may be killed and started again."""

    order: dict[str, Any] | None
    details: dict[str, Any] | None
    parcel: dict[str, Any] | None
    store: dict[str, Any] | None
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    mail: Provider = field(default_factory=lambda: Provider("mail"))
    sms: Provider = field(default_factory=lambda: Provider("sms"))
    contacts: Contacts = field(default_factory=Contacts)
    counters: Counters = field(default_factory=Counters)
    default_budgets: dict[Channel, int | None] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    wordings: Composer = OURS
    operator_email: str = ""
    reads: int = 0
    now: datetime = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __post_init__(self) -> None:
        world = self

        class Views:
            def order(self, shop_id: str, order_id: str) -> Any:
                world.reads += 1
                return world.order

            def details(self, shop_id: str, order_id: str) -> Any:
                return world.details

            def shipment(self, shop_id: str, shipment_id: str) -> Any:
                return world.others.get(shipment_id, world.parcel)

            def shop(self, shop_id: str) -> Any:
                return world.store

        reader = Reader(
            orders=Views(),
            shipments=Views(),
            shops=Views(),
            operator_email=self.operator_email,
        )
        claims = Claims(self.ledger, self.tick)
        links = UnsubscribeLinks(Secret(), PUBLIC_URL)
        self.notifier = Notifier(
            reader=reader,
            decider=Decider(self.contacts, self.tick),
            writer=Writer(self.wordings, links, PUBLIC_URL, self.tick),
            claims=claims,
            budgets=Budgets(self.counters, self.tick, self.default_budgets),
            attempts=Attempts(self.ledger, self.mail, self.sms, self.tick),
            alerts=Alerts(self.ledger, reader, claims, self.tick),
            clock=self.tick,
        )
        self.resumer = Resumer(self.ledger, self.notifier, self.tick)

    def minute(self) -> int:
        """A minute passes, and the schedule runs."""
        self.later()
        return self.resumer.run(lambda: True)

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def later(self) -> None:
        """Let Lambda wait before it delivers a failed event again: a minute, the first time."""
        self.now += timedelta(minutes=1)

    def crash(self, at: int | None, side: str = "before") -> Crashes:
        """Arrange for the process to die at the n-th call that leaves it."""
        crashes = Crashes(at, side)
        self.ledger.crashes = self.mail.crashes = self.sms.crashes = crashes
        return crashes

    def moves_to(self, status: str, **attributes: Any) -> Event:
        """The shipment's status changes; this is the event that says so."""
        assert self.parcel
        before = self.parcel["status"]
        self.parcel |= {"status": status, "version": self.parcel["version"] + 1, **attributes}
        return shipment_event(status, before, self.parcel["version"], **attributes)

    def states(self, channel: str | None = None) -> dict[str, str]:
        return {
            row.event: row.state.value if row.reason is None else f"{row.state}:{row.reason}"
            for row in self.ledger.rows.values()
            if channel in {None, row.channel.value}
        }


def a_world(*, email: str | None = EMAIL, phone: str | None = PHONE, **changes: Any) -> World:
    lines = [{"line_id": "1", "sku": "MUG-1", "quantity": 2, "cancelled": 0}]
    world = World(
        order={
            "version": 2,
            "order_id": ORDER,
            "shop_id": SHOP,
            "number": "1001",
            "status": "confirmed",
            "ship_country": "DE",
            "lines": lines,
        },
        details={
            "customer": {"email": email, "name": "Jane Canary", "phone": phone},
            "shipping_address": {"name": "Jane Canary", "city": "Berlin", "country": "DE"},
            "lines": [{"line_id": "1", "sku": "MUG-1", "title": "Blue mug", "quantity": 2}],
            "totals": {"total": 129900},
            "currency": "EUR",
        },
        parcel={
            "version": 1,
            "shipment_id": SHIPMENT,
            "order_id": ORDER,
            "status": "pending",
            "token": "tok_en-1",
            "lines": [{"line_id": "1", "quantity": 2}],
            "parcels": [{"carrier": "ems", "tracking_number": "EE123456785DE"}],
        },
        store={"shop_id": SHOP, "name": "Mugs & More", "country": "DE"},
    )
    return replace(world, **changes)


def order_event(name: EventName, version: int = 2, **data: Any) -> Event:
    return Event(
        name=name,
        room="orders",
        shop_id=SHOP,
        key=ORDER,
        version=version,
        occurred_at="2026-11-22T09:00:00.000Z",
        correlation_id="req-1",
        actor="key:k1",
        data={"order_id": ORDER, "number": "1001", **data},
    )


def shipment_event(
    status: str, previous: str = "in_transit", version: int = 5, **data: Any
) -> Event:
    created = status == "created"
    data |= {} if created else {"status": status, "previous_status": previous}
    return Event(
        name=EventName.SHIPMENT_CREATED if created else EventName.SHIPMENT_STATUS_CHANGED,
        room="tracking",
        shop_id=SHOP,
        key=SHIPMENT,
        version=version,
        occurred_at="2026-11-22T09:00:00.000Z",
        correlation_id="req-1",
        actor="carrier:ems",
        data={"shipment_id": SHIPMENT, "order_id": ORDER, **data},
    )


CONFIRMED = order_event(EventName.ORDER_CONFIRMED, inventory_status="allocated")
CREATED = shipment_event("created", version=1)


def ordinary_life(world: World) -> Iterator[Event]:
    """The events of an order that is confirmed, shipped and delivered."""
    yield CONFIRMED
    yield CREATED
    for status in ("info_received", "picked_up", "in_transit", "out_for_delivery", "delivered"):
        yield world.moves_to(status)
