"""The use cases of holds."""

from dataclasses import dataclass

from orders.details import Details
from orders.holds.holding import hold, release
from orders.holds.models import PlaceHold
from orders.lifecycle import name_hold
from orders.order import Order
from orders.requests import OrderRequests, keyed
from waybill.ids import random_id


@dataclass(frozen=True)
class Holds:
    """Holds orders, and lets them go on."""

    requests: OrderRequests

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
        Raises NotFound, Conflict, and Unprocessable for a key with another body.
        """
        hold_id = name_hold(order_id, idempotency_key or random_id("hold"), 0)
        order, details = self.requests.change(
            shop_id,
            order_id,
            actor,
            lambda order, _, at: hold(order, wish.kind, wish.note, at, hold_id=hold_id),
            keyed(hold_id, wish) if idempotency_key is not None else None,
        )
        return hold_id, order, details

    def release(
        self, shop_id: str, order_id: str, actor: str, hold_id: str
    ) -> tuple[Order, Details]:
        """Take a hold off; raises NotFound and Conflict."""
        return self.requests.change(
            shop_id, order_id, actor, lambda order, _, at: release(order, hold_id, at)
        )
