"""Shop platforms: one module each, and one line in :data:`ADAPTERS`."""

from collections.abc import Mapping
from typing import Final

from shops.platforms import shopify
from shops.platforms.adapter import Adapter

ADAPTERS: Final[Mapping[str, Adapter]] = {shopify.ADAPTER.name: shopify.ADAPTER}

NOT_YET: Final = frozenset({"woocommerce", "bigcommerce"})
"""Platforms that are known and have no adapter so far."""
