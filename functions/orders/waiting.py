"""How an answer waits for a decision on stock, where its caller prefers that (RFC 7240)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from orders.lifecycle import is_editing
from orders.order import Order
from orders.schedule.asking import is_undecided

_FIRST_SECONDS: Final = 0.1
_LONGEST_SECONDS: Final = 0.5


class Orders(Protocol):
    """Where an order is read; see OrderRepository."""

    def order(self, shop_id: str, order_id: str) -> Order | None:
        """Return the order as it stands."""


@dataclass(frozen=True)
class Waiting:
    """Waits for decisions; tests and the simulator bring their own clock and sleep."""

    orders: Orders
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def until_decided(self, order: Order, seconds: int) -> Order:
        """Return the order once its stock, or its edit's, is decided, or the time is up."""
        end = self.monotonic() + seconds
        pause = _FIRST_SECONDS
        newest = self._newest(order)
        while waits(newest) and (left := end - self.monotonic()) > 0:
            self.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_SECONDS)
            newest = self._newest(newest)
        return newest

    def _newest(self, order: Order) -> Order:
        return self.orders.order(order.shop_id, order.order_id) or order


def waits(order: Order) -> bool:
    """Whether inventory has still to decide something of an order."""
    return is_undecided(order) or is_editing(order)
