"""Which shops there are, as far as orders must know: those that have placed any."""

from typing import Protocol


class ShopStore(Protocol):
    """Where shops are kept; see :class:`orders.schedule.repository.ScheduleRepository`."""

    def add_shop(self, shop_id: str) -> None:
        """Add a shop unless it is there."""


class ShopDirectory:
    """Learns shops, each once a process, so that placing the next order costs nothing."""

    def __init__(self, store: ShopStore) -> None:
        self._store = store
        self._known: set[str] = set()

    def learn(self, shop_id: str) -> None:
        """Make sure that the shop's orders are looked after; before the first one is placed."""
        if shop_id not in self._known:
            self._store.add_shop(shop_id)
            self._known.add(shop_id)
