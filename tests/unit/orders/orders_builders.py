"""Values and fakes for the orders room's tests."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orders import cancelling, lifecycle, observing, shipping, stock
from orders.details import DetailLine, Details
from orders.edits.edit import Edit
from orders.models import PlaceOrder
from orders.news import Observation, ShipmentNews, StockDecision
from orders.order import CancelReason, Line, Order, OrderStatus, ShopRules, Stamp
from orders.placing import Origin, place
from orders.records import KeyUse, Record

SHOP = "shop_00000000000000000000000000"
DEFAULT_RULES = ShopRules()
NOW = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


def money(amount: int, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


ADDRESS = {
    "name": "Zoë 👩🏽‍🚀 مريم",
    "line1": "Carrer de Mallorca 401",
    "city": "Barcelona",
    "postal_code": "08013",
    "country": "ES",
}


def body(**changes: Any) -> dict[str, Any]:
    """A body of POST /v1/orders with two lines; None takes a field away."""
    document: dict[str, Any] = {
        "currency": "EUR",
        "customer": {"email": "zoe@customer.example", "name": "Zoë", "phone": "+34 600 000 000"},
        "shipping_address": ADDRESS,
        "lines": [
            {"sku": "TEE", "quantity": 2, "unit_price": money(1999)},
            {"sku": "MUG", "quantity": 1, "unit_price": money(999)},
        ],
    } | changes
    return {name: value for name, value in document.items() if value is not None}


def request(**changes: Any) -> PlaceOrder:
    return PlaceOrder.model_validate(body(**changes))


def placed(
    rules: ShopRules = DEFAULT_RULES, at: datetime = NOW, **changes: Any
) -> tuple[Order, Details]:
    wanted = request(**changes)
    return place(wanted, Origin.of(SHOP, wanted, "key"), rules, at)


def order(status: OrderStatus = OrderStatus.PENDING, **changes: Any) -> Order:
    return replace(placed()[0], status=status, **changes)


def lines(*quantities: int, **changes: Any) -> tuple[Line, ...]:
    return tuple(
        Line(f"line_{number}", f"SKU{number}", quantity, **changes)
        for number, quantity in enumerate(quantities, start=1)
    )


def with_line(which: Order, index: int = 0, **changes: Any) -> Order:
    """The order with one line changed."""
    changed = list(which.lines)
    changed[index] = replace(changed[index], **changes)
    return replace(which, lines=tuple(changed))


# --- the room's decisions, as the order they end in ----------------------------------------------


def details_of(one: Order) -> Details:
    """What the order's lines were sold for: 1.00 a unit."""
    sold = tuple(DetailLine(line.line_id, line.sku, line.quantity, 100) for line in one.lines)
    return replace(placed()[1], order_id=one.order_id, lines=sold)


def cancel(one: Order, reason: CancelReason, at: datetime = NOW) -> Order:
    return cancelling.cancel(one, reason, at, lambda: details_of(one)).order


def confirm_draft(one: Order, at: datetime = NOW) -> Order:
    return lifecycle.confirm_draft(one, at).order


def decide_stock(one: Order, decision: StockDecision, at: datetime = NOW) -> Order | None:
    change = stock.decide_stock(one, decision, at, lambda: details_of(one), lambda: None)
    return change.order if change else None


def observe(one: Order, seen: Observation, at: datetime = NOW) -> Order | None:
    change = observing.observe(one, seen, at, lambda: details_of(one))
    return change.order if change else None


def settled(one: Order, at: datetime = NOW) -> Order:
    return lifecycle.settled(one, at)


def ship(one: Order, news: ShipmentNews, at: datetime = NOW) -> Order | None:
    return shipping.ship(one, news, at)


class FakeStore:
    """Orders in memory, with the promises of OrderRepository."""

    def __init__(self) -> None:
        self.by_id: dict[tuple[str, str], Order] = {}
        self.details_by_id: dict[tuple[str, str], Details] = {}
        self.edits: dict[tuple[str, str], Edit] = {}
        self.writes: list[tuple[str, Stamp, bool]] = []
        self.beside: list[Record] = []
        self.before_write: Any = None

    def _interfere(self) -> None:
        interfere, self.before_write = self.before_write, None
        if interfere:
            interfere()

    def order(self, shop_id: str, order_id: str) -> Order | None:
        return self.by_id.get((shop_id, order_id))

    def details(self, shop_id: str, order_id: str) -> Details | None:
        return self.details_by_id.get((shop_id, order_id))

    def edit(self, shop_id: str, order_id: str, edit_id: str) -> Edit | None:
        found = self.edits.get((shop_id, order_id))
        return found if found and found.edit_id == edit_id else None

    def order_with_details(self, shop_id: str, order_id: str) -> tuple[Order, Details] | None:
        found = self.order(shop_id, order_id)
        return (found, self.details_by_id[shop_id, order_id]) if found else None

    def put_details(self, details: Details, stamp: Stamp) -> Details | None:
        key = details.shop_id, details.order_id
        if key in self.details_by_id:
            return self.details_by_id[key]
        self.details_by_id[key] = details
        self._interfere()
        return None

    def put_order(self, order: Order, stamp: Stamp, *, demand_changed: bool) -> bool:
        key = order.shop_id, order.order_id
        if key in self.by_id:
            return False
        self.by_id[key] = order
        self.writes.append(("put", stamp, demand_changed))
        return True

    def replace_unplaced(
        self,
        order: Order,
        details: Details,
        stamp: Stamp,
        *,
        instead_of: str,
        demand_changed: bool,
    ) -> bool:
        self._interfere()
        key = order.shop_id, order.order_id
        if key in self.by_id or self.details_by_id[key].request_hash != instead_of:
            return False
        self.details_by_id[key], self.by_id[key] = details, order
        self.writes.append(("replace", stamp, demand_changed))
        return True

    def save(
        self,
        order: Order,
        stamp: Stamp,
        *,
        instead_of: int,
        demand_changed: bool,
        beside: Sequence[Record] = (),
    ) -> bool:
        self._interfere()
        key = order.shop_id, order.order_id
        if self.by_id[key].version != instead_of:
            return False
        edits = [record for record in beside if isinstance(record, Edit)]
        if any(self.edits[key].version != edit.version - 1 for edit in edits):
            return False
        self.beside += beside
        for record in beside:
            if isinstance(record, Edit):
                self.edits[key] = record
            if isinstance(record, Details):
                self.details_by_id[key] = record
        self.by_id[key] = order
        self.writes.append(("save", stamp, demand_changed))
        return True


class FakeUses:
    """What keys were used for, of what was written beside orders."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def use(self, shop_id: str, order_id: str, made: str) -> KeyUse | None:
        found = (r for r in self._store.beside if isinstance(r, KeyUse) and r.made == made)
        return next(found, None)


class FakeRules:
    def __init__(self, rules: ShopRules = DEFAULT_RULES) -> None:
        self.rules = rules

    def of(self, shop_id: str) -> ShopRules:
        return self.rules


class FakeSkus:
    def __init__(self, *unknown: str) -> None:
        self.unknown = set(unknown)

    def unknown_skus(self, shop_id: str, skus: Iterable[str]) -> list[str]:
        return [sku for sku in dict.fromkeys(skus) if sku in self.unknown]
