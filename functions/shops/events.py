"""Which events a change of ShopsTable is: a pure function."""

from collections.abc import Iterator

from waybill.batch import Change
from waybill.events import Event, EventName

ROOM = "shops"


def events_of(change: Change) -> Iterator[Event]:
    """Name what happened: a shop was created, a platform's order was observed."""
    new = change.new
    if new is None:
        return
    if change.key["sk"] == "shop" and change.old is None:
        data = {"shop_id": new["shop_id"]}
        yield Event.of_image(new, EventName.SHOP_CREATED, room=ROOM, key=new["shop_id"], data=data)
    if change.key["sk"] == "observation" and _is_news(change):
        data = {name: new[name] for name in ("platform", "external_id", "observed_at", "topic")}
        key = f"{new['platform']}#{new['external_id']}"
        yield Event.of_image(new, EventName.PLATFORM_ORDER_OBSERVED, room=ROOM, key=key, data=data)


def _is_news(change: Change) -> bool:
    return change.old is None or change.old["version"] != change.version
