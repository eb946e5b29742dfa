"""Use cases of settings: locations, which can be closed, and items."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from inventory.attempts import patiently
from inventory.catalog.models import ItemSettings, LocationSettings
from inventory.patience import Patience
from inventory.stock import Level, LevelKey, Location, StockItem
from waybill.auth import Caller
from waybill.clock import Clock, system_clock, to_text
from waybill.preconditions import Precondition
from waybill.problems import Conflict, NotFound

_NAMED: Final = 5  # SKUs that a refusal to close names


class Settings(Protocol):
    """Where locations and items are kept."""

    def location(self, shop_id: str, location_id: str) -> Location | None:
        """One location."""

    def put_location(self, shop_id: str, location: Location, seen: int, actor: str) -> None:
        """Write it over version ``seen``; raises ChangedMeanwhileError."""

    def item(self, shop_id: str, sku: str) -> StockItem | None:
        """One SKU's settings."""

    def put_item(self, shop_id: str, item: StockItem, before: StockItem | None, actor: str) -> None:
        """Write it and its levels over ``before``; raises ChangedMeanwhileError."""


class Levels(Protocol):
    """Where levels are kept."""

    def levels_in_use(self, shop_id: str, location: Location) -> Sequence[Level]:
        """A location's levels where anything is; raises ChangedMeanwhileError."""

    def tell_again(self, key: LevelKey, now: str, actor: str) -> None:
        """Let those who wait hear of what is there."""


@dataclass(frozen=True)
class SettingService:
    """What callers can set: where stock is, and how it is sold."""

    settings: Settings
    levels: Levels
    patience: Patience
    clock: Clock = system_clock

    # --- locations ------------------------------------------------------------------------------

    def location(self, shop_id: str, location_id: str) -> Location:
        """One location; raises NotFound."""
        location = self.settings.location(shop_id, location_id)
        if location is None:
            raise NotFound("no such location")
        return location

    def set_location(
        self, caller: Caller, location_id: str, settings: LocationSettings, expected: Precondition
    ) -> tuple[Location, bool]:
        """Make a location or replace its settings; True when it is new.

        The same settings again write nothing. Raises PreconditionFailed, and Conflict where a
        location is to be closed that is in use.
        """

        def write() -> tuple[Location, bool]:
            before = self.settings.location(caller.shop_id, location_id)
            seen = before.version if before else 0
            expected.check(seen)
            after = Location(
                location_id=location_id,
                name=settings.name,
                priority=settings.priority,
                country=settings.country,
                closed=settings.closed,
                levels=before.levels if before else 0,
                version=seen + 1,
                updated_at=to_text(self.clock()),
            )
            if before and before == replace(after, version=seen, updated_at=before.updated_at):
                return before, False
            if before and after.closed and not before.closed:
                return self._close(caller, before, after), False
            if before and not after.closed and (before.closed or before.closing):
                return self._reopen(caller, before, after), False
            self.settings.put_location(caller.shop_id, after, seen, caller.actor)
            return after, before is None

        return patiently(self.patience, write)

    def _close(self, caller: Caller, before: Location, after: Location) -> Location:
        """Close a location that nothing is at, promised at, or on its way to.

        First it is marked, so that nothing arrives any more; then its levels are looked at; then
        it is closed, unless it changed meanwhile. Orders do not see the mark. A mark that was left
        behind goes with the next settings.
        """
        marked = before
        if not before.closing:
            self._refuse_in_use(caller.shop_id, before)  # and nothing was written
            marked = self._put(caller, replace(before, closing=True), after.updated_at)
        try:
            self._refuse_in_use(caller.shop_id, marked)
        except Conflict:
            self._put(caller, replace(marked, closing=False), after.updated_at)
            raise
        return self._put(caller, replace(after, version=marked.version), after.updated_at)

    def _reopen(self, caller: Caller, before: Location, after: Location) -> Location:
        """Open a location, and tell of what customers sent back to it: orders may wait for that.

        First it serves, marked as one that is closed is; then what is there is told, of which
        nobody could be given anything before; then the mark goes. Whoever finds the mark left
        behind does the rest.
        """
        marked = before
        if before.closed:
            serving = replace(after, closing=True, version=before.version)
            marked = self._put(caller, serving, after.updated_at)
        for level in self.levels.levels_in_use(caller.shop_id, marked):
            if level.available > 0:
                key = LevelKey(caller.shop_id, level.sku, level.location_id)
                self.levels.tell_again(key, after.updated_at, caller.actor)
        return self._put(caller, replace(after, version=marked.version), after.updated_at)

    def _put(self, caller: Caller, location: Location, now: str) -> Location:
        """Write a location over the version it has."""
        seen = location.version
        written = replace(location, version=seen + 1, updated_at=now)
        self.settings.put_location(caller.shop_id, written, seen, caller.actor)
        return written

    def _refuse_in_use(self, shop_id: str, location: Location) -> None:
        skus = [level.sku for level in self.levels.levels_in_use(shop_id, location)]
        if skus:
            more = f" and {len(skus) - _NAMED} more" if len(skus) > _NAMED else ""
            raise Conflict(
                f"units of {', '.join(skus[:_NAMED])}{more} are here, promised, or on their way",
                skus=skus[:_NAMED],
            )

    # --- items ----------------------------------------------------------------------------------

    def item(self, shop_id: str, sku: str) -> StockItem:
        """One SKU's settings; raises NotFound."""
        item = self.settings.item(shop_id, sku)
        if item is None:
            raise NotFound("no such item")
        return item

    def set_item(
        self, caller: Caller, sku: str, settings: ItemSettings, expected: Precondition
    ) -> tuple[StockItem, bool]:
        """Make an item or replace its settings, on its levels too; True when it is new.

        The same settings again write nothing. Raises PreconditionFailed.
        """

        def write() -> tuple[StockItem, bool]:
            before = self.settings.item(caller.shop_id, sku)
            seen = before.version if before else 0
            expected.check(seen)
            now = to_text(self.clock())
            after = StockItem(
                sku=sku,
                title=settings.title,
                oversell_policy=settings.oversell_policy,
                backorder_limit=settings.backorder_limit,
                tracked=settings.tracked,
                safety_stock=settings.safety_stock,
                reorder_point=settings.reorder_point,
                release_at=settings.release_at,
                locations=before.locations if before else (),
                version=seen + 1,
                created_at=before.created_at if before else now,
                updated_at=now,
            )
            if before and before == replace(after, version=seen, updated_at=before.updated_at):
                return before, False
            self.settings.put_item(caller.shop_id, after, before, caller.actor)
            return after, before is None

        return patiently(self.patience, write)
