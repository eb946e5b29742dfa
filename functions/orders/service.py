"""Use cases of the API: place, read, confirm a draft, cancel; and what they need."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from orders.cancelling import Prices, cancel, cancel_units
from orders.details import Details
from orders.lifecycle import confirm_draft
from orders.models import CancelOrder, PlaceOrder
from orders.order import Order
from orders.placing import (
    Origin,
    contradictions,
    place,
    shortcomings,
    unmatched_voids,
)
from orders.ports import Rules, Skus
from orders.records import Change, PaymentFact
from orders.requests import OrderRequests, key_use
from orders.writing import (
    OrderStore,
    OrderWriter,
    OtherRequestError,
    as_first_placed,
)
from waybill.problems import Conflict, FieldError, NotFound, Unprocessable


class OrderCatalogue(OrderStore, Protocol):
    """What these use cases need of storage besides; see OrderRepository."""

    def order_with_details(self, shop_id: str, order_id: str) -> tuple[Order, Details] | None:
        """Return an order, whole."""

    def payments(self, shop_id: str, order_id: str) -> list[PaymentFact]:
        """Return all payments told of after an order was placed, as they came."""


@dataclass(frozen=True)
class OrderService:
    """What a shop asks of its orders."""

    catalogue: OrderCatalogue
    writer: OrderWriter
    rules: Rules
    skus: Skus
    requests: OrderRequests

    def place(
        self, shop_id: str, actor: str, request: PlaceOrder, idempotency_key: str | None
    ) -> tuple[Order, Details]:
        """Place an order; the same request again is answered as it was the first time.

        Raises :class:`Unprocessable` for what cannot be ordered, and for an Idempotency-Key that
        came with another body; :class:`Conflict` for an external id that is taken.
        """
        if errors := contradictions(request) + shortcomings(request) + unmatched_voids(request):
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

    def confirm(
        self, shop_id: str, order_id: str, actor: str, idempotency_key: str | None
    ) -> tuple[Order, Details]:
        """Turn a draft into an order, once per Idempotency-Key.

        Raises :class:`NotFound` and :class:`Conflict`.
        """

        def decide(order: Order, prices: Prices, at: datetime) -> Change:
            change = confirm_draft(order, at)
            listed = replace(prices(), listed_at=at)
            return replace(change, records=(listed,))

        use = key_use("confirm", order_id, idempotency_key)
        return self.requests.change(shop_id, order_id, actor, decide, use)

    def cancel(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        request: CancelOrder,
        idempotency_key: str | None,
    ) -> tuple[Order, Details]:
        """Cancel what is not shipped, or some of it, once per Idempotency-Key.

        Raises :class:`NotFound`, :class:`Conflict`, and :class:`Unprocessable` for lines that the
        order does not have and for a key that came with another body.
        """

        def decide(order: Order, prices: Prices, at: datetime) -> Change:
            if request.lines is None:
                return cancel(order, request.reason, at, prices)
            units = {line.line_id: line.quantity for line in request.lines}
            return cancel_units(order, units, request.reason, at, prices)

        use = key_use("cancel", order_id, idempotency_key, request)
        return self.requests.change(shop_id, order_id, actor, decide, use)


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
