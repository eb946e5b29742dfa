"""What shops are told together: how long an alert gathers, and what it says of each fact. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from waybill.events import EventName

MOST_ENTRIES: Final = 100
"""Facts that one alert lists; of more it says that there are."""
_GRACE: Final = timedelta(minutes=1)
"""How long after its window an alert still gathers, for events that were on their way."""
_FILE: Final = "alerts-"
_STOCK: Final = {
    EventName.LOW_STOCK: "low",
    EventName.OUT_OF_STOCK: "out",
    EventName.STOCK_OVERSOLD: "oversold",
}


def window_of(now: datetime, length: timedelta) -> datetime:
    """Return when the window began that an instant is in."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % length


def told_at(window: datetime, length: timedelta) -> datetime:
    """Return when a window's alert is sent."""
    return window + length + _GRACE


def file_of(at: str) -> str:
    """Name what alerts of a day are kept under, as an order's messages are under the order.

    ``at`` is a date, or an instant in RFC 3339.
    """
    return _FILE + at[:10]


def is_file(order_id: str) -> bool:
    """Say whether this is a day's alerts, and no order."""
    return order_id.startswith(_FILE)


def entry_of(name: str, data: Mapping[str, Any]) -> str:
    """Return what an alert says of a fact, as JSON that is the same for each delivery of it."""
    return json.dumps(_ENTRIES[name](data), sort_keys=True, separators=(",", ":"))


def entry_from(text: str) -> dict[str, Any]:
    """Return what :func:`entry_of` wrote."""
    found: dict[str, Any] = json.loads(text)
    return found


def told_of(texts: Iterable[str], more: int) -> dict[str, Any]:
    """Return what an alert tells of all its entries, as the facts of its wording are drawn from.

    ``more`` is how many facts it could not list.
    """
    entries = [entry_from(text) for text in sorted(texts)]
    first = entries[0] if len(entries) == 1 else {}
    return first | {
        "orders": [entry for entry in entries if "holds" in entry],
        "skus": [entry for entry in entries if "sku" in entry],
        "more": more,
    }


def is_list(name: str) -> bool:
    """Say whether an alert may tell of several facts at once; else each is an alert of its own."""
    return name in _LISTS


def _held(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"order_id": data["order_id"], "number": data["number"], "holds": data["holds"]}


def _stock(kind: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def entry(data: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": kind} | {
            name: data[name]
            for name in ("sku", "location_id", "available", "shortfall")
            if name in data
        }

    return entry


def _drift(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("sku", "location_id", "drift")}


def _failing(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"carrier": data["carrier"], "since": data["since"]}


def _spent(data: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: data.get(name) for name in ("number", "channel", "limit", "day")}
    return {name: value for name, value in known.items() if value is not None}


_LISTS: Final = frozenset({"order_held", "stock_alert", "stock_drift"})
BUDGET_SPENT: Final = "budget_spent"
"""What a shop is told when it, or an order, has sent all that it may in a day; no event's name."""

_ENTRIES: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    EventName.ORDER_HELD: _held,
    **{name: _stock(kind) for name, kind in _STOCK.items()},
    EventName.STOCK_DRIFT_FOUND: _drift,
    EventName.CARRIER_FAILED: _failing,
    BUDGET_SPENT: _spent,
}
