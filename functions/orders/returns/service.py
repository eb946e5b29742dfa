"""Use cases of returns: ask for one, take its steps, read; and what they need."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel

from orders.order import Order, ReturnState
from orders.payments.facts import placed_with
from orders.payments.service import PaymentStore
from orders.records import Change, PaymentFact, Record
from orders.returns.deciding import Decide, approve, cancel, decline, receive, request
from orders.returns.models import ReceiveReturn, RefundReturn, RequestReturn
from orders.returns.refunding import Refund, refund
from orders.returns.rma import (
    MAX_REMEMBERED,
    Arrival,
    OrderReturn,
    Remembered,
    ReturnLine,
    order_of,
    own_part,
    return_id,
)
from orders.writing import OrderMissingError, OrderWriter
from waybill.problems import Conflict, FieldError, NotFound, Unprocessable


class ReturnStore(Protocol):
    """Where returns are read; see :class:`orders.returns.repository.ReturnRepository`."""

    def order_return(self, shop_id: str, order_id: str, return_id: str) -> OrderReturn | None:
        """Return a return as it stands."""

    def some(self, shop_id: str, order_id: str, return_ids: Sequence[str]) -> list[OrderReturn]:
        """Those of these distinct returns that exist, in no order."""

    def page(
        self, shop_id: str, order_id: str, *, after: str | None, limit: int
    ) -> tuple[list[OrderReturn], str | None]:
        """Read a stretch of an order's returns, newest first, and the id to go on after."""


class Locations(Protocol):
    """Where shelves are; see :class:`waybill.views.InventoryView`."""

    def unknown_locations(self, shop_id: str, location_ids: Iterable[str]) -> list[str]:
        """Those of ``location_ids`` that the shop does not have."""


@dataclass(frozen=True)
class ReturnService:
    """Takes units of orders back. Each call answers the return and the order's currency."""

    store: ReturnStore
    payments: PaymentStore
    writer: OrderWriter
    locations: Locations

    def request(
        self, shop_id: str, order_id: str, actor: str, body: RequestReturn, key: str | None
    ) -> tuple[OrderReturn, str]:
        """Ask for a return, once per Idempotency-Key.

        Raises :class:`NotFound`, :class:`Conflict`, and :class:`Unprocessable` for lines that the
        order does not have and for a key that came with another body.
        """
        own = own_part(shop_id, order_id, key)
        mark = _mark("request", key, body)
        made: OrderReturn | None = None

        def decide(order: Order, at: datetime) -> Change | None:
            nonlocal made
            if known := next((name for name in order.returns if name.endswith(own)), None):
                made = self._found(shop_id, order_id, known)
                _same_body(made.made_by, mark)
                made = _as_requested(made)
                return None
            still = [name for name, state in order.returns.items() if state.is_open]
            others = self.store.some(shop_id, order_id, still)
            wanted = _requested(order, return_id(order_id, len(order.returns), own), body, at)
            wanted = replace(wanted, made_by=mark)
            change = request(order, wanted, others, at)
            made = _written(change, wanted)
            return change

        order = self._change(shop_id, order_id, actor, decide)
        if made is None:  # pragma: no cover - decide has always run
            raise OrderMissingError
        return made, order.currency

    def read(self, shop_id: str, name: str) -> tuple[OrderReturn, str]:
        """Read a return; raises :class:`NotFound`."""
        order_id = _order_of(name)
        one = self._found(shop_id, order_id, name)
        return one, self._order(shop_id, order_id).currency

    def page(
        self, shop_id: str, order_id: str, *, after: str | None, limit: int
    ) -> tuple[list[OrderReturn], str, str | None]:
        """Read a page of an order's returns: them, their currency, and the id to go on after."""
        order = self._order(shop_id, order_id)
        found, last = self.store.page(shop_id, order_id, after=after, limit=limit)
        return found, order.currency, last

    def approve(self, shop_id: str, name: str, actor: str) -> tuple[OrderReturn, str]:
        """Let the units be sent back; raises :class:`NotFound` and :class:`Conflict`."""
        return self._step(shop_id, name, actor, approve)

    def decline(
        self, shop_id: str, name: str, actor: str, note: str | None
    ) -> tuple[OrderReturn, str]:
        """Refuse to take the units back; raises :class:`NotFound` and :class:`Conflict`."""
        return self._step(
            shop_id, name, actor, lambda order, one, at: decline(order, one, at, note)
        )

    def cancel(self, shop_id: str, name: str, actor: str) -> tuple[OrderReturn, str]:
        """Give up what has not arrived; raises :class:`NotFound` and :class:`Conflict`."""
        return self._step(shop_id, name, actor, cancel)

    def receive(
        self, shop_id: str, name: str, actor: str, body: ReceiveReturn, key: str | None
    ) -> tuple[OrderReturn, str]:
        """Take in units that arrived, once per Idempotency-Key.

        Raises :class:`NotFound`, :class:`Conflict`, and :class:`Unprocessable` for a location that
        the shop does not have and a line that is not of the return.
        """
        shelves = [line.location_id for line in body.lines if line.location_id is not None]
        if unknown := set(self.locations.unknown_locations(shop_id, shelves)):
            errors = [
                FieldError(f"/lines/{index}/location_id", "no such location")
                for index, line in enumerate(body.lines)
                if line.location_id in unknown
            ]
            raise Unprocessable("no such location", errors=errors)
        arrivals = [
            Arrival(line.line_id, line.quantity, line.disposition, line.location_id)
            for line in body.lines
        ]
        return self._step(
            shop_id,
            name,
            actor,
            lambda order, one, at: receive(order, one, arrivals, at),
            _mark("receive", key, body),
        )

    def refund(
        self, shop_id: str, name: str, actor: str, body: RefundReturn, key: str | None
    ) -> tuple[OrderReturn, str]:
        """Give money back for what arrived, once per Idempotency-Key.

        Raises :class:`NotFound`, :class:`Conflict`, and :class:`Unprocessable` for money of
        another currency.
        """

        def decide(order: Order, one: OrderReturn, at: datetime) -> Change | None:
            if body.amount is not None and body.amount.currency != order.currency:
                detail = f"the order is in {order.currency}"
                raise Unprocessable(detail, errors=[FieldError("/amount/currency", detail)])
            wish = Refund(body.amount.amount if body.amount else None, body.reference, actor)
            change = refund(order, one, wish, at, self.writer.prices(order))
            for fact in change.records if change else ():
                self._check_new(order, fact)
            return change

        return self._step(shop_id, name, actor, decide, _mark("refund", key, body))

    def _step(
        self, shop_id: str, name: str, actor: str, step: Decide, mark: Remembered | None = None
    ) -> tuple[OrderReturn, str]:
        order_id = _order_of(name)
        stood: OrderReturn | None = None

        def decide(order: Order, at: datetime) -> Change | None:
            nonlocal stood
            stood = self._found(shop_id, order_id, name)
            told = next((r for r in stood.requests if mark and r.key == mark.key), None)
            if told is not None:
                _same_body(told, mark)
                return None
            if mark is not None:
                kept = (*stood.requests, mark)[-MAX_REMEMBERED:]
                change = step(order, replace(stood, requests=kept), at)
            else:
                change = step(order, stood, at)
            stood = _written(change, stood) if change else stood
            return change

        order = self._change(shop_id, order_id, actor, decide)
        if stood is None:  # pragma: no cover - decide has always run
            raise OrderMissingError
        return stood, order.currency

    def _check_new(self, order: Order, record: Record) -> None:
        """Refuse a refund that its provider's reference has told of already: it is counted."""
        if not isinstance(record, PaymentFact) or record.payment.reference is None:
            return
        told = self.payments.payment(order.shop_id, order.order_id, record.payment_id)
        if told or placed_with(self.writer.prices(order)().payments, record.payment):
            raise Conflict(
                "this refund was recorded as a payment before; refund the return with amount 0",
                order_status=order.status.value,
                payment_id=record.payment_id,
            )

    def _change(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        decide: Callable[[Order, datetime], Change | None],
    ) -> Order:
        try:
            return self.writer.change(shop_id, order_id, actor, decide)[1]
        except OrderMissingError:
            raise NotFound("no such order") from None

    def _found(self, shop_id: str, order_id: str, name: str) -> OrderReturn:
        found = self.store.order_return(shop_id, order_id, name)
        if found is None:
            raise NotFound("no such return")
        return found

    def _order(self, shop_id: str, order_id: str) -> Order:
        order = self.writer.store.order(shop_id, order_id)
        if order is None:
            raise NotFound("no such order")
        return order


def _order_of(name: str) -> str:
    order_id = order_of(name)
    if order_id is None:
        raise NotFound("no such return")
    return order_id


def _requested(order: Order, name: str, body: RequestReturn, at: datetime) -> OrderReturn:
    return OrderReturn(
        return_id=name,
        shop_id=order.shop_id,
        order_id=order.order_id,
        version=order.version + 1,
        made_in=order.version + 1,
        state=ReturnState.REQUESTED,
        lines=tuple(
            ReturnLine(line.line_id, line.quantity, line.reason, line.note) for line in body.lines
        ),
        requested_at=at,
        updated_at=at,
        note=body.note,
    )


def _as_requested(one: OrderReturn) -> OrderReturn:
    """Return it as it was made: what a repeated request is answered with."""
    return replace(
        one,
        version=one.made_in,
        state=ReturnState.REQUESTED,
        lines=tuple(
            ReturnLine(line.line_id, line.quantity, line.reason, line.note) for line in one.lines
        ),
        updated_at=one.requested_at,
        decline_note=None,
        refunded=0,
    )


def _written(change: Change, one: OrderReturn) -> OrderReturn:
    """Return what a change writes of the return."""
    return next((r for r in change.records if isinstance(r, OrderReturn)), one)


def _mark(what: str, key: str | None, body: BaseModel) -> Remembered | None:
    if key is None:
        return None
    return Remembered(_hash(f"{what} {key}"), _hash(body.model_dump_json(exclude_defaults=True)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]  # 128 bits


def _same_body(first: Remembered | None, again: Remembered | None) -> None:
    if first != again:
        raise Unprocessable("this Idempotency-Key came with another body before")
