"""A shop's rules for its orders, read from the shops room and kept for a minute in process.

Whoever asks for them is about to place an order, so this is where orders learns which shops it has.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from orders.order import PaymentRule, ShopRules, ShortageRule
from waybill.problems import Unavailable

CACHE_SECONDS: Final = 60
_MAX_CACHED: Final = 1000


class Shops(Protocol):
    """Where shops are looked up; see :class:`waybill.views.ShopsView`."""

    def shop(self, shop_id: str) -> Mapping[str, Any] | None:
        """payment_rule, payment_minutes, on_shortage."""


class Directory(Protocol):
    """Where shops with orders are noted; see :class:`orders.schedule.directory.ShopDirectory`."""

    def learn(self, shop_id: str) -> None:
        """Make sure that the shop is known."""


class CachedRules:
    """Shops' rules; a change of them acts within a minute, on orders placed from then on."""

    def __init__(
        self,
        shops: Shops,
        directory: Directory,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shops = shops
        self._directory = directory
        self._now = monotonic
        self._cache: dict[str, tuple[float, ShopRules]] = {}

    def of(self, shop_id: str) -> ShopRules:
        """Return the shop's rules; raises :class:`Unavailable` where it cannot be read yet."""
        now = self._now()  # before the read: what it answers may be that old
        cached = self._cache.get(shop_id)
        if cached and now < cached[0]:
            return cached[1]
        shop = self._shops.shop(shop_id)
        if shop is None:  # read eventually consistently: a new shop may not be there yet
            raise Unavailable("the shop is not known yet")
        rules = ShopRules(
            PaymentRule(shop.get("payment_rule") or PaymentRule.NONE),
            ShortageRule(shop.get("on_shortage") or ShortageRule.HOLD),
            shop.get("payment_minutes"),
        )
        self._directory.learn(shop_id)
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[shop_id] = (now + CACHE_SECONDS, rules)
        return rules
