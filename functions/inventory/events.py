"""Which events a change of a level, or of its check, is: pure functions of the images."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.stock import shortfall
from waybill import keys
from waybill.batch import Change
from waybill.dynamo import Item
from waybill.events import Event, EventName


def stock_events(change: Change) -> Iterator[Event]:
    """The events of a level or of a check, whichever changed."""
    is_check = change.key["sk"].startswith(keys.stock_check("", "", "")["sk"])
    yield from check_events(change) if is_check else level_events(change)


def check_events(change: Change) -> Iterator[Event]:
    """StockDriftFound when stock drifts and did not, or not so."""
    new = change.new
    if new is None or not new["drift"]:
        return
    if change.old is None or change.old["drift"] != new["drift"]:
        key = f"check#{new['sku']}@{new['location_id']}"
        yield _event(EventName.STOCK_DRIFT_FOUND, new, key, {"drift": new["drift"]})


def level_events(change: Change) -> Iterator[Event]:
    """StockIncreased whenever more is available; the others once per crossing.

    What is at a location that serves again is available as if it had just arrived. A level that
    was just opened crosses nothing: it never held stock.
    """
    old, new = change.old, change.new
    if old is None or new is None or "available" not in new:
        return
    if new["available"] > old["available"] or _serves_again(old, new):
        yield _level_event(EventName.STOCK_INCREASED, new)
    if _is_low(new) and not _is_low(old):
        yield _level_event(EventName.LOW_STOCK, new)
    if new["available"] <= 0 < old["available"]:
        yield _level_event(EventName.OUT_OF_STOCK, new)
    missing = _shortfall(new)
    if missing and not _shortfall(old):
        yield _level_event(EventName.STOCK_OVERSOLD, new, shortfall=missing)


def _serves_again(old: Item, new: Item) -> bool:
    return bool(new.get("reopened_at") != old.get("reopened_at"))


def _is_low(level: Item) -> bool:
    point = level["reorder_point"]
    return point is not None and level["available"] <= point


def _shortfall(level: Item) -> int:
    return shortfall(level["on_hand"], level["reserved"])


def _level_event(name: EventName, level: Item, **more: int) -> Event:
    key = f"{level['sku']}@{level['location_id']}"
    return _event(name, level, key, {"available": level["available"], **more})


def _event(name: EventName, image: Item, key: str, data: Mapping[str, Any]) -> Event:
    about = {"sku": image["sku"], "location_id": image["location_id"]}
    return Event.of_image(image, name, room="inventory", key=key, data=about | dict(data))
