"""Use cases of what happens elsewhere: stock is decided, parcels are on their way.

Each may come twice, late or in another order than it happened; the order ends up the same.
"""

from dataclasses import dataclass
from typing import Final

from orders.news import ShipmentNews, StockDecision
from orders.shipping import newly_unmatched, ship
from orders.stock import OUT_OF_STOCK, decide_stock
from orders.writing import OrderWriter
from waybill.observability import count, logger

BY_INVENTORY: Final = "inventory"
BY_TRACKING: Final = "tracking"


@dataclass(frozen=True)
class StockReactions:
    """What a stock decision does."""

    writer: OrderWriter

    def decided(self, shop_id: str, order_id: str, decision: StockDecision) -> bool:
        """Apply a decision; False where it was known. Raises :class:`OrderMissingError`."""
        before, after = self.writer.change(
            shop_id,
            order_id,
            BY_INVENTORY,
            lambda order, at: decide_stock(
                order, decision, at, self.writer.prices(order), self.writer.edit_of(order)
            ),
        )
        if after is not before and decision.decision == OUT_OF_STOCK:
            count("OrdersOutOfStock")
        return after is not before


@dataclass(frozen=True)
class ShipmentReactions:
    """What a shipment does."""

    writer: OrderWriter

    def moved(self, shop_id: str, order_id: str, news: ShipmentNews) -> None:
        """Apply news of a shipment.

        Raises :class:`OrderMissingError`: an order exists before its parcels do, so this is a
        fault, and the event must not be lost.
        """
        before, after = self.writer.change(
            shop_id, order_id, BY_TRACKING, lambda order, at: ship(order, news, at)
        )
        if unmatched := newly_unmatched(before, after):
            count("UnmatchedShipments", unmatched)
            logger.warning(
                "shipment carries units its order did not want",
                shop_id=shop_id,
                order_id=order_id,
                shipment_id=news.shipment_id,
            )
