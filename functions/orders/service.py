"""Use cases of the API: place, read, list, confirm a draft, cancel; and what they need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from orders.cancelling import cancel, cancel_units
from orders.details import Details
from orders.lifecycle import confirm_draft
from orders.models import CancelOrder, PlaceOrder
from orders.order import Order, OrderStatus
from orders.placing import (
    Origin,
    contradictions,
    external_order_id,
    place,
    shortcomings,
)
from orders.ports import Rules, Skus
from orders.records import Change, PaymentFact
from orders.writing import (
    OrderMissingError,
    OrderStore,
    OrderWriter,
    OtherRequestError,
    as_first_placed,
)
from waybill.problems import Conflict, FieldError, NotFound, Unprocessable

CHANNELS: Final = ("api", "shopify", "woocommerce", "bigcommerce")
"""Where an external id is looked for, unless a channel is named."""
READS_PER_ROW: Final = 10
"""Orders that a page may read for each one it may show."""


class OrderCatalogue(OrderStore, Protocol):
    """What these use cases need of storage besides; see OrderRepository."""

    def order_with_details(self, shop_id: str, order_id: str) -> tuple[Order, Details] | None:
        """Return an order, whole."""

    def orders(self, shop_id: str, order_ids: Iterable[str]) -> list[Order]:
        """Those that exist of these orders, in no order."""

    def payments(self, shop_id: str, order_id: str) -> list[PaymentFact]:
        """Return all payments told of after an order was placed, as they came."""

    def order_ids(
        self,
        shop_id: str,
        *,
        placed_from: datetime | None,
        placed_to: datetime | None,
        after: str | None,
        limit: int,
    ) -> tuple[list[tuple[str, str]], bool]:
        """Read a stretch of a shop's list, newest first: (position, id); and if it goes on."""


@dataclass(frozen=True)
class OrderFilter:
    """Which orders to list; both instants belong to the list."""

    status: OrderStatus | None = None
    external_id: str | None = None
    channel: str | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None

    def accepts(self, order: Order) -> bool:
        """Whether an order is one of these."""
        return (
            self.status in {None, order.status}
            and self.channel in {None, order.channel}
            and self.external_id in {None, order.external_id}
            and (self.placed_from is None or order.placed_at >= self.placed_from)
            and (self.placed_to is None or order.placed_at <= self.placed_to)
        )


@dataclass(frozen=True)
class OrderService:
    """What a shop asks of its orders."""

    catalogue: OrderCatalogue
    writer: OrderWriter
    rules: Rules
    skus: Skus

    def place(
        self, shop_id: str, actor: str, request: PlaceOrder, idempotency_key: str | None
    ) -> tuple[Order, Details]:
        """Place an order; the same request again is answered as it was the first time.

        Raises :class:`Unprocessable` for what cannot be ordered, and for an Idempotency-Key that
        came with another body; :class:`Conflict` for an external id that is taken.
        """
        if errors := contradictions(request) + shortcomings(request):
            raise Unprocessable("this cannot be ordered", errors=errors)
        origin = Origin.of(shop_id, request, idempotency_key)
        unknown = self.skus.unknown_skus(shop_id, [line.sku for line in request.lines])
        if unknown:
            return self._placed_before(request, origin, unknown)
        order, details = place(request, origin, self.rules.of(shop_id), self.writer.now())
        try:
            placed = self.writer.place(order, details, actor)
        except OtherRequestError as error:
            raise _taken(origin, request, error.first) from None
        return placed.order, placed.details

    def _placed_before(
        self, request: PlaceOrder, origin: Origin, unknown: list[str]
    ) -> tuple[Order, Details]:
        """Let a repeated order stand although its SKU is gone by now; refuse a new one."""
        found = self.catalogue.order_with_details(origin.shop_id, origin.order_id)
        if found is None:
            raise Unprocessable(
                "unknown SKU",
                errors=[
                    FieldError(f"/lines/{index}/sku", "unknown SKU")
                    for index, line in enumerate(request.lines)
                    if line.sku in unknown
                ],
            )
        first = found[1]
        if first.request_hash != origin.request_hash:
            raise _taken(origin, request, first)
        return as_first_placed(
            *place(request, origin, found[0].rules, first.placed_at), first=first
        )

    def order(self, shop_id: str, order_id: str) -> tuple[Order, Details]:
        """Read an order; raises :class:`NotFound`."""
        found = self.catalogue.order_with_details(shop_id, order_id)
        if found is None:
            raise NotFound("no such order")
        return found

    def orders(
        self, shop_id: str, wanted: OrderFilter, *, limit: int, after: str | None
    ) -> tuple[list[Order], str | None]:
        """Return a page of orders, newest first, and the position to go on from."""
        if wanted.external_id is not None:
            return self._by_external_id(shop_id, wanted, wanted.external_id), None
        page: list[Order] = []
        budget = READS_PER_ROW * limit
        while budget > 0:
            rows, more = self.catalogue.order_ids(
                shop_id,
                placed_from=wanted.placed_from,
                placed_to=wanted.placed_to,
                after=after,
                limit=min(limit, budget),
            )
            budget -= min(limit, budget)
            found = {o.order_id: o for o in self.catalogue.orders(shop_id, [i for _, i in rows])}
            for index, (position, order_id) in enumerate(rows):
                after = position
                if order_id in found and wanted.accepts(found[order_id]):
                    page.append(found[order_id])
                if len(page) == limit:
                    return page, after if more or index + 1 < len(rows) else None
            if not more:
                return page, None
        return page, after

    def _by_external_id(self, shop_id: str, wanted: OrderFilter, external_id: str) -> list[Order]:
        channels = [wanted.channel] if wanted.channel else CHANNELS
        ids = [external_order_id(shop_id, channel, external_id) for channel in channels]
        found = [order for order in self.catalogue.orders(shop_id, ids) if wanted.accepts(order)]
        return sorted(found, key=lambda o: (o.placed_at, o.order_id), reverse=True)

    def confirm(self, shop_id: str, order_id: str, actor: str) -> tuple[Order, Details]:
        """Turn a draft into an order; raises :class:`NotFound` and :class:`Conflict`."""
        try:
            _, order = self.writer.change(shop_id, order_id, actor, confirm_draft)
        except OrderMissingError:
            raise NotFound("no such order") from None
        return order, self._details(order)

    def cancel(
        self, shop_id: str, order_id: str, actor: str, request: CancelOrder
    ) -> tuple[Order, Details]:
        """Cancel what is not shipped, or some of it.

        Raises :class:`NotFound`, :class:`Conflict`, and :class:`Unprocessable` for lines that the
        order does not have.
        """

        def decide(order: Order, at: datetime) -> Change:
            prices = self.writer.prices(order)
            if request.lines is None:
                return cancel(order, request.reason, at, prices)
            units = {line.line_id: line.quantity for line in request.lines}
            return cancel_units(order, units, request.reason, at, prices)

        try:
            _, order = self.writer.change(shop_id, order_id, actor, decide)
        except OrderMissingError:
            raise NotFound("no such order") from None
        return order, self._details(order)

    def _details(self, order: Order) -> Details:
        details = self.catalogue.details(order.shop_id, order.order_id)
        if details is None:
            raise OrderMissingError
        return details


def later_payments(catalogue: OrderCatalogue, order: Order) -> list[PaymentFact]:
    """Return the payments told of since an order was placed; most orders cost no read here."""
    return catalogue.payments(order.shop_id, order.order_id) if order.payment_facts else []


def order_url(order_id: str) -> str:
    """Where an order is read."""
    return f"/v1/orders/{order_id}"


def _taken(origin: Origin, request: PlaceOrder, first: Details) -> Unprocessable | Conflict:
    """Return the problem of another body under an id that is taken."""
    same_key = origin.key_hash is not None and origin.key_hash == first.key_hash
    if same_key or request.external_id is None:
        return Unprocessable("this Idempotency-Key came with another body before")
    return Conflict(
        "this external_id belongs to another order",
        headers={"Location": order_url(first.order_id)},
        order=order_url(first.order_id),
    )
