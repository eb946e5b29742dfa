"""Use cases of edits: quote, read, confirm, withdraw; and what they need."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from orders.details import Details
from orders.edits.confirming import confirm, not_possible, standing, under_way
from orders.edits.edit import QUOTE_LASTS, Edit, Quote, QuoteState, Wish
from orders.edits.models import EditOrder, read_wish
from orders.edits.quoting import quote, refuse_unless_editable
from orders.lifecycle import is_editing
from orders.order import Order
from orders.ports import Skus
from orders.records import Change
from orders.writing import OrderMissingError, OrderWriter
from waybill.dynamo import ContentionError
from waybill.ids import derived_id, random_id
from waybill.observability import correlation_id
from waybill.problems import Conflict, FieldError, NotFound, Unprocessable

_ATTEMPTS: Final = 4


class Orders(Protocol):
    """Orders, whole; see :class:`orders.repository.OrderRepository`."""

    def order_with_details(self, shop_id: str, order_id: str) -> tuple[Order, Details] | None:
        """Return an order, whole."""


class Edits(Protocol):
    """Where edits are kept; see :class:`orders.edits.repository.EditRepository`."""

    def newest(self, shop_id: str, order_id: str) -> Edit | None:
        """Return the newest edit of an order."""

    def edit(self, shop_id: str, order_id: str, edit_id: str) -> Edit | None:
        """Return an edit of an order."""

    def put(self, edit: Edit, before: Edit | None, *, actor: str, correlation_id: str) -> bool:
        """Store a new edit in the place of the newest; False if that is another one."""

    def withdraw(self, edit: Edit, *, actor: str, correlation_id: str) -> bool:
        """Store the next version of the newest edit; False if another is there."""


@dataclass(frozen=True)
class EditService:
    """What a shop asks of edits."""

    orders: Orders
    edits: Edits
    writer: OrderWriter
    skus: Skus

    def quote(
        self, shop_id: str, order_id: str, actor: str, request: EditOrder, key: str | None
    ) -> tuple[Edit, Details]:
        """Quote an edit; the same request under the same key again gets the same answer.

        Raises :class:`NotFound`, :class:`Conflict` where the order cannot be edited or another
        edit of it is open, :class:`Unprocessable` for what makes no sense, and
        :class:`ContentionError` where others were faster every time.
        """
        edit_id = derived_id("edit", order_id, key) if key is not None else random_id("edit")
        asked = _hash(request)
        for attempt in range(_ATTEMPTS):
            # The edit first: an order read before it may not know that it was confirmed since.
            newest = self.edits.newest(shop_id, order_id)
            order, details = self._order(shop_id, order_id)
            if key is not None or attempt:  # a write without an answer may have been made
                first = self.edits.edit(shop_id, order_id, edit_id)
                if first is not None:
                    return _as_first_quoted(first, asked), details
            at = self.writer.now()
            refuse_unless_editable(order)
            _refuse_second(order, newest, at)
            wish = read_wish(request, order.currency)
            made = quote(order, details, wish)
            self._refuse_unknown(shop_id, made, wish)
            edit = Edit(
                shop_id=shop_id,
                order_id=order_id,
                edit_id=edit_id,
                version=newest.version + 1 if newest else 1,
                request_hash=asked,
                wish=wish,
                quote=made,
                currency=order.currency,
                created_at=at,
                expires_at=at + QUOTE_LASTS,
                updated_at=at,
            )
            before = standing(newest, order, at) if newest else None
            if self.edits.put(edit, before, actor=actor, correlation_id=correlation_id()):
                return edit, details
        raise ContentionError

    def edit(self, shop_id: str, order_id: str, edit_id: str) -> tuple[Edit, Details]:
        """Read an edit as it stands; raises :class:`NotFound`."""
        edit = self._edit(shop_id, order_id, edit_id)
        order, details = self._order(shop_id, order_id)
        return standing(edit, order, self.writer.now()), details

    def confirm(
        self, shop_id: str, order_id: str, edit_id: str, actor: str
    ) -> tuple[Order, Details]:
        """Confirm an edit; where it was confirmed before, the order is answered as it stands.

        Raises :class:`NotFound`, and :class:`Conflict` where the edit is no longer open or would
        be quoted otherwise by now.
        """

        def decide(order: Order, at: datetime) -> Change | None:
            edit = self._edit(shop_id, order_id, edit_id)
            if edit.state is not QuoteState.OPEN:  # the order was read before, and may not know it
                order, _ = self._order(shop_id, order_id)
            return confirm(order, edit, self.writer.prices(order), at)

        try:
            self.writer.change(shop_id, order_id, actor, decide)
        except OrderMissingError:
            raise NotFound("no such order") from None
        return self._order(shop_id, order_id)

    def withdraw(self, shop_id: str, order_id: str, edit_id: str, actor: str) -> None:
        """Withdraw a quote; raises :class:`NotFound`, and :class:`Conflict` once confirmed."""
        for _ in range(_ATTEMPTS):
            stored = self._edit(shop_id, order_id, edit_id)
            order, _ = self._order(shop_id, order_id)
            at = self.writer.now()
            edit = standing(stored, order, at)
            if edit.state in {QuoteState.WITHDRAWN, QuoteState.EXPIRED}:
                return
            if edit.state is not QuoteState.OPEN:
                raise not_possible(edit, "cannot be withdrawn")
            gone = replace(
                edit, version=edit.version + 1, state=QuoteState.WITHDRAWN, updated_at=at
            )
            if self.edits.withdraw(gone, actor=actor, correlation_id=correlation_id()):
                return
        raise ContentionError

    def _order(self, shop_id: str, order_id: str) -> tuple[Order, Details]:
        found = self.orders.order_with_details(shop_id, order_id)
        if found is None:
            raise NotFound("no such order")
        return found

    def _edit(self, shop_id: str, order_id: str, edit_id: str) -> Edit:
        found = self.edits.edit(shop_id, order_id, edit_id)
        if found is None:
            raise NotFound("no such edit")
        return found

    def _refuse_unknown(self, shop_id: str, made: Quote, wish: Wish) -> None:
        wanted = [one.sold.sku for one in made.added]
        unknown = set(self.skus.unknown_skus(shop_id, wanted) if wanted else ())
        if not unknown:
            return
        raised = {one.raises: one.sold.sku for one in made.added if one.raises}
        errors = [
            FieldError(f"/add/{index}/sku", "unknown SKU")
            for index, one in enumerate(wish.add)
            if one.sku in unknown
        ]
        errors += [
            FieldError(f"/lines/{index}/line_id", "unknown SKU")
            for index, one in enumerate(wish.set_to)
            if raised.get(one.line_id) in unknown
        ]
        raise Unprocessable("unknown SKU", errors=errors)


def edit_url(order_id: str, edit_id: str) -> str:
    """Where an edit is read."""
    return f"/v1/orders/{order_id}/edits/{edit_id}"


def _refuse_second(order: Order, newest: Edit | None, at: datetime) -> None:
    """An order has one open edit at most; one that has expired makes room."""
    if is_editing(order):
        raise under_way(order)
    if newest is None or standing(newest, order, at).state is not QuoteState.OPEN:
        return
    url = edit_url(order.order_id, newest.edit_id)
    raise Conflict(
        "this order has an open edit: confirm or withdraw it first",
        headers={"Location": url},
        edit_id=newest.edit_id,
        edit_state=QuoteState.OPEN.value,
        edit=url,
    )


def _as_first_quoted(first: Edit, asked: str) -> Edit:
    if first.request_hash != asked:
        raise Unprocessable("this Idempotency-Key came with another body before")
    return replace(first, state=QuoteState.OPEN, reason=None)


def _hash(request: EditOrder) -> str:
    """Return the same for every request that means the same."""
    document = request.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]  # 128 bits
