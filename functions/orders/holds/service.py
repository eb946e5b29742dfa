"""The use cases of holds."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orders.details import Details
from orders.holds.holding import hold, release
from orders.holds.models import PlaceHold
from orders.lifecycle import name_hold
from orders.order import Order
from orders.records import Change, KeyUse
from orders.requests import OrderRequests
from waybill.ids import random_id
from waybill.problems import Unprocessable


class Uses(Protocol):
    """Which keys were used; see :class:`orders.holds.repository.KeyUses`."""

    def use(self, shop_id: str, order_id: str, made: str) -> KeyUse | None:
        """Return what made something of an order; None where it is new."""


@dataclass(frozen=True)
class Holds:
    """Holds orders, and lets them go on."""

    requests: OrderRequests
    uses: Uses

    def place(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        wish: PlaceHold,
        idempotency_key: str | None,
    ) -> tuple[str, Order, Details]:
        """Hold an order: the hold's id, and the order as it stands.

        The same key and body again put no second hold, though the first be released by now.
        Raises NotFound, Conflict, and :class:`Unprocessable` for a key with another body.
        """
        hold_id = name_hold(order_id, idempotency_key or random_id("hold"), 0)
        use = None
        if idempotency_key is not None:
            body = hashlib.sha256(wish.model_dump_json(exclude_defaults=True).encode())
            use = KeyUse(hold_id, body.hexdigest()[:32])

        def decide(order: Order, at: datetime) -> Change | None:
            first = self.uses.use(shop_id, order_id, hold_id) if use else None
            if first is None:
                return hold(order, wish.kind, wish.note, at, hold_id=hold_id, key_use=use)
            if first != use:
                raise Unprocessable("this Idempotency-Key came with another body before")
            return None

        return hold_id, *self.requests.change(shop_id, order_id, actor, decide)

    def release(
        self, shop_id: str, order_id: str, actor: str, hold_id: str
    ) -> tuple[Order, Details]:
        """Take a hold off; raises NotFound and Conflict."""
        return self.requests.change(
            shop_id, order_id, actor, lambda order, at: release(order, hold_id, at)
        )
