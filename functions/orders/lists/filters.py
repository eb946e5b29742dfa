"""Which orders a list shows."""

from dataclasses import dataclass
from datetime import datetime

from orders.order import Order, OrderStatus


@dataclass(frozen=True)
class OrderFilter:
    """Which orders to list; both instants belong to the list."""

    status: OrderStatus | None = None
    email: str | None = None
    """Of the customer; decided by the index alone, which knows who ordered."""
    external_id: str | None = None
    channel: str | None = None
    tag: str | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None

    def accepts(self, order: Order) -> bool:
        """Whether an order is one of these, as far as an order tells."""
        return (
            self.status in {None, order.status}
            and self.channel in {None, order.channel}
            and self.external_id in {None, order.external_id}
            and (self.tag is None or self.tag in order.tags)
            and (self.placed_from is None or order.placed_at >= self.placed_from)
            and (self.placed_to is None or order.placed_at <= self.placed_to)
        )
