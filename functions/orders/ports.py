"""What placing an order needs of other rooms, whoever asks for it."""

from collections.abc import Iterable
from typing import Protocol

from orders.order import ShopRules


class Rules(Protocol):
    """A shop's rules."""

    def of(self, shop_id: str) -> ShopRules:
        """Return the rules that an order placed now is placed under."""


class Skus(Protocol):
    """What inventory knows of SKUs; see :class:`waybill.views.InventoryView`."""

    def unknown_skus(self, shop_id: str, skus: Iterable[str]) -> list[str]:
        """Those of ``skus`` that the shop has no item for."""
