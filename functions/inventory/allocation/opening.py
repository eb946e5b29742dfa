"""Levels that orders need before a movement opened them: to be owed at, to leave, to return to.

What left and what came back are facts from the day they are told of, not from the day a level is
there; and units that are owed stand at the SKU's home, which has to be somewhere.
"""

from collections.abc import Iterable, Mapping, Sequence

from inventory.level_repository import opened_level
from inventory.stock import Demand, Location, OversellPolicy, SkuKey, StockItem
from inventory.stored import read_location
from waybill import keys
from waybill.dynamo import Table

Items = Mapping[SkuKey, StockItem]


def levels_for_demands(
    table: Table, items: Items, demands: Sequence[Demand], now: str
) -> dict[SkuKey, StockItem]:
    """Open what is missing; the items that have a level more, as they then are."""
    opened = _homes(table, items, demands, now)
    return opened | _shelves(table, {**items, **opened}, demands, now)


def _homes(
    table: Table, items: Items, demands: Sequence[Demand], now: str
) -> dict[SkuKey, StockItem]:
    """SKUs that may be owed, or have left, before they ever were in stock."""
    shipped = _shipped(demands)
    homeless = [
        key
        for key, item in items.items()
        if item.tracked
        and not item.locations
        and (item.oversell_policy is not OversellPolicy.DENY or key in shipped)
    ]
    found: dict[SkuKey, StockItem] = {}
    for key in homeless:
        home = _first_location(table, key.shop_id)
        if home is not None:
            found[key] = opened_level(table, key, home.location_id, now)
    return found


def _shelves(
    table: Table, items: Items, demands: Sequence[Demand], now: str
) -> dict[SkuKey, StockItem]:
    """What comes back to a location that never had the SKU."""
    found: dict[SkuKey, StockItem] = {}
    for key, location_id in _returns(demands):
        item = found.get(key) or items.get(key)
        if item is None or not item.tracked or location_id in item.locations:
            continue
        if table.get(keys.location(key.shop_id, location_id)):
            found[key] = opened_level(table, key, location_id, now)
    return found


def _first_location(table: Table, shop_id: str) -> Location | None:
    partition = keys.location(shop_id, "")["pk"]
    found = table.query_all("pk = :pk", {":pk": partition}, consistent=True)
    locations = [place for item in found if not (place := read_location(item)).closed]
    return min(locations, key=lambda it: (it.priority, it.location_id), default=None)


def _shipped(demands: Iterable[Demand]) -> set[SkuKey]:
    return {
        SkuKey(demand.shop_id, line.sku)
        for demand in demands
        for line in demand.lines
        if line.shipped
    }


def _returns(demands: Iterable[Demand]) -> list[tuple[SkuKey, str]]:
    """The SKUs that came back, and where."""
    found = {
        (SkuKey(demand.shop_id, line.sku), place): None
        for demand in demands
        for line in demand.lines
        for place in line.restocked
    }
    return list(found)
