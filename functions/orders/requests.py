"""How a caller's wish for an order is carried out: decided, written, answered with the whole."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel

from orders.cancelling import Prices
from orders.details import Details
from orders.order import Order
from orders.records import Change, KeyUse
from orders.writing import OrderMissingError, OrderWriter
from waybill.ids import derived_id
from waybill.problems import NotFound, Unprocessable

Decide = Callable[[Order, Prices, datetime], Change | None]
"""What a call makes of an order; None where nothing is to be done."""


class Uses(Protocol):
    """Which keys were used; see :class:`orders.key_uses.KeyUses`."""

    def use(self, shop_id: str, order_id: str, made: str) -> KeyUse | None:
        """Return what made something of an order; None where it is new."""


@dataclass(frozen=True)
class OrderRequests:
    """Changes orders for callers of the API."""

    writer: OrderWriter
    uses: Uses

    def change(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        decide: Decide,
        use: KeyUse | None = None,
    ) -> tuple[Order, Details]:
        """Apply a decision, once per Idempotency-Key; the order as it then stands.

        Raises :class:`NotFound`, :class:`Unprocessable` for a key that came with another body,
        and what ``decide`` raises.
        """
        seen: _Seen

        def once(order: Order, at: datetime) -> Change | None:
            nonlocal seen
            seen = _Seen(self.writer.prices(order))
            first = self.uses.use(shop_id, order_id, use.made) if use else None
            if first is not None and first != use:
                raise Unprocessable("this Idempotency-Key came with another body before")
            if first is not None:
                return None
            change = decide(order, seen.prices, at)
            if change is None:
                return None
            seen.wrote(change)
            return replace(change, records=(*change.records, use)) if use else change

        try:
            _, order = self.writer.change(shop_id, order_id, actor, once)
            return order, seen.prices()
        except OrderMissingError:
            raise NotFound("no such order") from None


@dataclass
class _Seen:
    """An order's details as a decision saw or left them: read again, they may be another's."""

    read: Prices
    details: Details | None = None

    def prices(self) -> Details:
        self.details = self.details or self.read()
        return self.details

    def wrote(self, change: Change) -> None:
        written = (one for one in change.records if isinstance(one, Details))
        self.details = next(written, self.details)


def key_use(
    step: str, order_id: str, key: str | None, body: BaseModel | None = None
) -> KeyUse | None:
    """Return how an Idempotency-Key is remembered to have taken a step; None without one."""
    return keyed(derived_id(step, order_id, key), body) if key is not None else None


def keyed(made: str, body: BaseModel | None) -> KeyUse:
    """Return that a key has made this, with this body."""
    text = body.model_dump_json(exclude_defaults=True) if body is not None else ""
    return KeyUse(made, hashlib.sha256(text.encode()).hexdigest()[:32])
