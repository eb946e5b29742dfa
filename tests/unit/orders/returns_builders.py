"""A shop's payments and returns over fakes: the shipped services on orders in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orders.models import CancelOrder
from orders.news import ShipmentNews
from orders.order import Order, ShopRules
from orders.payments.models import RecordPayment
from orders.payments.service import PaymentService
from orders.records import PaymentFact
from orders.requests import OrderRequests
from orders.returns.models import ReceiveReturn, RefundReturn, RequestReturn
from orders.returns.rma import OrderReturn
from orders.returns.service import ReturnService
from orders.service import OrderService
from orders.shipping import ship
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import (
    DEFAULT_RULES,
    NOW,
    SHOP,
    FakeRules,
    FakeSkus,
    FakeStore,
    FakeUses,
    money,
    request,
)


class Clock:
    """A second later each time it is asked."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Records(FakeStore):
    """FakeStore, with what was written beside the orders to be read again."""

    def payment(self, shop_id: str, order_id: str, payment_id: str) -> PaymentFact | None:
        return next((f for f in self.facts() if f.payment_id == payment_id), None)

    def payments(self, shop_id: str, order_id: str) -> list[PaymentFact]:
        return self.facts()

    def facts(self) -> list[PaymentFact]:
        return [one for one in self.beside if isinstance(one, PaymentFact)]

    def order_return(self, shop_id: str, order_id: str, return_id: str) -> OrderReturn | None:
        written = [one for one in self.beside if isinstance(one, OrderReturn)]
        return next((one for one in reversed(written) if one.return_id == return_id), None)

    def some(self, shop_id: str, order_id: str, return_ids: Sequence[str]) -> list[OrderReturn]:
        found = (self.order_return(shop_id, order_id, name) for name in return_ids)
        return [one for one in found if one]

    def page(
        self, shop_id: str, order_id: str, *, after: str | None, limit: int
    ) -> tuple[list[OrderReturn], str | None]:
        names = sorted(self.by_id[shop_id, order_id].returns, reverse=True)
        rest = [name for name in names if after is None or name < after]
        more = rest[limit - 1] if len(rest) > limit else None
        return self.some(shop_id, order_id, rest[:limit]), more


class FakeLocations:
    def __init__(self, *known: str) -> None:
        self.known = set(known)

    def unknown_locations(self, shop_id: str, location_ids: Iterable[str]) -> list[str]:
        return [place for place in dict.fromkeys(location_ids) if place not in self.known]


class Story:
    """One order, and what is done with it; every call is that of the API's handlers."""

    def __init__(self, rules: ShopRules = DEFAULT_RULES, **body: Any) -> None:
        self.store = Records()
        self.writer = OrderWriter(self.store, Clock())
        self.orders = OrderService(
            self.store,
            self.writer,
            FakeRules(rules),
            FakeSkus(),
            OrderRequests(self.writer, FakeUses(self.store)),
        )
        self.payments = PaymentService(self.store, self.writer)
        self.returns = ReturnService(
            self.store, self.store, self.writer, FakeLocations("hq", "outlet")
        )
        self.id = self.orders.place(SHOP, "key:a", request(**body), None)[0].order_id

    @property
    def order(self) -> Order:
        return self.store.by_id[SHOP, self.id]

    def put(self, **changes: Any) -> None:
        """Let the order have become so, whatever led there."""
        self.store.by_id[SHOP, self.id] = replace(self.order, **changes)

    def pay(
        self, amount: int, kind: str = "captured", reference: Any = None, key: Any = None
    ) -> PaymentFact:
        body = {"kind": kind, "amount": money(amount, self.order.currency), "reference": reference}
        told = RecordPayment.model_validate(body)
        return self.payments.record(SHOP, self.id, "key:a", told, key)[0]

    def cancel(self, **units: int) -> None:
        lines = [{"line_id": i, "quantity": n} for i, n in units.items()] or None
        body = {"reason": "customer", "lines": lines}
        self.orders.cancel(SHOP, self.id, "key:a", CancelOrder.model_validate(body), None)

    def ship(self, shipment: str = "shp_a", version: int = 1, **units: int) -> None:
        news = ShipmentNews(shipment, version, units)
        self.writer.change(SHOP, self.id, "tracking", lambda order, at: ship(order, news, at))

    def ask(self, key: Any = None, **units: int) -> OrderReturn:
        lines = [{"line_id": i, "quantity": n, "reason": "unwanted"} for i, n in units.items()]
        body = RequestReturn.model_validate({"lines": lines, "note": "too loud"})
        return self.returns.request(SHOP, self.id, "key:a", body, key)[0]

    def approved(self, **units: int) -> str:
        return_id = self.ask(**units).return_id
        self.returns.approve(SHOP, return_id, "key:a")
        return return_id

    def receive(
        self, return_id: str, damaged: bool = False, key: Any = None, at: str = "hq", **units: int
    ) -> OrderReturn:
        how = {"disposition": "damaged"} if damaged else {"disposition": "restock"}
        where = {} if damaged else {"location_id": at}
        lines = [{"line_id": i, "quantity": n} | how | where for i, n in units.items()]
        body = ReceiveReturn.model_validate({"lines": lines})
        return self.returns.receive(SHOP, return_id, "key:a", body, key)[0]

    def refund(
        self, return_id: str, amount: int | None = None, reference: Any = None, key: Any = None
    ) -> OrderReturn:
        given = None if amount is None else money(amount, self.order.currency)
        body = RefundReturn.model_validate({"amount": given, "reference": reference})
        return self.returns.refund(SHOP, return_id, "key:a", body, key)[0]
