"""Which events a change of a level is: a pure function of its images before and after."""

from collections.abc import Iterator

from inventory.stock import shortfall
from waybill.batch import Change
from waybill.dynamo import Item
from waybill.events import Event, EventName


def level_events(change: Change) -> Iterator[Event]:
    """StockIncreased whenever more is available; the others once per crossing.

    A level that was just opened crosses nothing: it never held stock.
    """
    old, new = change.old, change.new
    if old is None or new is None or "available" not in new:
        return
    if new["available"] > old["available"]:
        yield _event(EventName.STOCK_INCREASED, new)
    if _is_low(new) and not _is_low(old):
        yield _event(EventName.LOW_STOCK, new)
    if new["available"] <= 0 < old["available"]:
        yield _event(EventName.OUT_OF_STOCK, new)
    missing = _shortfall(new)
    if missing and not _shortfall(old):
        yield _event(EventName.STOCK_SHORTFALL, new, shortfall=missing)


def _is_low(level: Item) -> bool:
    point = level["reorder_point"]
    return point is not None and level["available"] <= point


def _shortfall(level: Item) -> int:
    return shortfall(level["on_hand"], level["reserved"])


def _event(name: EventName, level: Item, **more: int) -> Event:
    return Event(
        name=name,
        room="inventory",
        shop_id=level["shop_id"],
        key=f"{level['sku']}@{level['location_id']}",
        version=level["version"],
        occurred_at=level["updated_at"],
        correlation_id=level["correlation_id"],
        actor=level["actor"],
        data={
            "sku": level["sku"],
            "location_id": level["location_id"],
            "available": level["available"],
            **more,
        },
    )
