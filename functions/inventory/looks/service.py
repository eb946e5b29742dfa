"""Use cases that only look: levels, reservations, movements and transfers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from inventory.movements.transfers import Transfer
from inventory.stock import HeldReservation, Level, LevelKey, Movement, OrderKey, SkuKey, StockItem
from waybill.paging import Page
from waybill.problems import InvalidCursor, NotFound


class Items(Protocol):
    """Where items are kept."""

    def item(self, shop_id: str, sku: str) -> StockItem | None:
        """One SKU's settings."""


class Levels(Protocol):
    """Where levels are kept."""

    def levels(self, wanted: Iterable[LevelKey]) -> list[Level]:
        """Those that exist of these, in the order asked for."""

    def levels_of_sku(self, key: SkuKey, page: Page) -> tuple[list[Level], str | None]:
        """A page of a SKU's levels."""

    def levels_at(
        self, shop_id: str, location_id: str, page: Page
    ) -> tuple[list[Level], str | None]:
        """A page of a location's levels."""


class Reservations(Protocol):
    """Where reservation lines are kept."""

    def of_order(self, key: OrderKey) -> list[HeldReservation]:
        """What an order has."""

    def of_sku(
        self, key: SkuKey, locations: Sequence[str], page: Page
    ) -> tuple[list[HeldReservation], str | None]:
        """A page of who has a SKU at these locations."""


class Ledger(Protocol):
    """Where movements are kept."""

    def movements(
        self, shop_id: str, sku: str | None, location_id: str | None, page: Page
    ) -> tuple[list[Movement], str | None]:
        """A page of movements, newest first."""

    def transfer(self, shop_id: str, transfer_id: str) -> Transfer | None:
        """One transfer."""


@dataclass(frozen=True)
class LookService:
    """What callers can look at."""

    items: Items
    stored_levels: Levels
    lines: Reservations
    ledger: Ledger

    # --- levels ---------------------------------------------------------------------------------

    def levels(
        self, shop_id: str, sku: str | None, location_id: str | None, page: Page
    ) -> tuple[list[Level], str | None]:
        """Levels of a SKU, by location id; of a location, by SKU; or the one of both."""
        if sku is None:
            return self.stored_levels.levels_at(shop_id, location_id or "", page)
        if location_id is None:
            return self.stored_levels.levels_of_sku(SkuKey(shop_id, sku), page)
        return self.stored_levels.levels([LevelKey(shop_id, sku, location_id)]), None

    def levels_of_order(
        self, shop_id: str, order_id: str, page: Page
    ) -> tuple[list[Level], str | None]:
        """The levels that an order has reservation lines at, by SKU and location id."""
        after = _place(page)
        held = (line.reservation for line in self.lines.of_order(OrderKey(shop_id, order_id)))
        places = sorted((row.sku, row.location_id) for row in held)
        left = [place for place in places if after is None or place > after]
        shown = left[: page.limit]
        found = self.stored_levels.levels(LevelKey(shop_id, *place) for place in shown)
        if len(left) == len(shown):
            return found, None
        sku, location_id = shown[-1]
        return found, page.cursor({"sku": sku, "location_id": location_id})

    # --- reservations ---------------------------------------------------------------------------

    def reservations_of_order(self, shop_id: str, order_id: str) -> list[HeldReservation]:
        """What an order has; empty for an order that inventory has not heard of."""
        return self.lines.of_order(OrderKey(shop_id, order_id))

    def reservations_of_sku(
        self, shop_id: str, sku: str, location_id: str | None, page: Page
    ) -> tuple[list[HeldReservation], str | None]:
        """A page of who has a SKU, at all of its locations or one, last placed order first."""
        item = self.items.item(shop_id, sku)
        locations = [
            known for known in (item.locations if item else ()) if location_id in (None, known)
        ]
        return self.lines.of_sku(SkuKey(shop_id, sku), locations, page)

    # --- the ledger -----------------------------------------------------------------------------

    def movements(
        self, shop_id: str, sku: str | None, location_id: str | None, page: Page
    ) -> tuple[list[Movement], str | None]:
        """A page of a SKU's movements, or of all, at a location, or anywhere; newest first."""
        return self.ledger.movements(shop_id, sku, location_id, page)

    def transfer(self, shop_id: str, transfer_id: str) -> Transfer:
        """One transfer; raises NotFound."""
        transfer = self.ledger.transfer(shop_id, transfer_id)
        if transfer is None:
            raise NotFound("no such transfer")
        return transfer


def _place(page: Page) -> tuple[str, str] | None:
    if page.start is None:
        return None
    sku, location_id = page.start.get("sku"), page.start.get("location_id")
    if not isinstance(sku, str) or not isinstance(location_id, str):
        raise InvalidCursor("this cursor is not of this list")
    return sku, location_id
