"""Shops' own wordings as sending reads them: once a minute for each shop and process.

Also that a shop has none, so that shops without wordings cost one read a minute, and not one a
message.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from notify.words.template import Own, Place

CACHE_SECONDS: Final = 60
_MAX_SHOPS: Final = 500


class Templates(Protocol):
    """Where they are read; see :class:`notify.templates.repository.TemplateTable`."""

    def of_shop(self, shop_id: str) -> Mapping[Place, Own]:
        """Return a shop's own wordings."""


class CachedTemplates:
    """Wordings by shop, at most a minute old."""

    def __init__(
        self, templates: Templates, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._templates = templates
        self._now = monotonic
        self._known: dict[str, tuple[float, Mapping[Place, Own]]] = {}

    def of_shop(self, shop_id: str) -> Mapping[Place, Own]:
        """Return a shop's own wordings; raises AWS's errors where they have to be read."""
        now = self._now()  # before the read: what it answers may be that old
        known = self._known.get(shop_id)
        if known and now < known[0]:
            return known[1]
        found = self._templates.of_shop(shop_id)
        if len(self._known) >= _MAX_SHOPS:
            self._known.clear()
        self._known[shop_id] = (now + CACHE_SECONDS, found)
        return found
