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
        yield _event(change, EventName.SHOP_CREATED, new["shop_id"], {"shop_id": new["shop_id"]})
    if change.key["sk"] == "observation" and _is_news(change):
        data = {name: new[name] for name in ("platform", "external_id", "observed_at", "topic")}
        key = f"{new['platform']}#{new['external_id']}"
        yield _event(change, EventName.PLATFORM_ORDER_OBSERVED, key, data)


def _is_news(change: Change) -> bool:
    return change.old is None or change.old["version"] != change.version


def _event(change: Change, name: EventName, key: str, data: dict[str, str]) -> Event:
    item = change.new or {}
    return Event(
        name=name,
        room=ROOM,
        shop_id=item["shop_id"],
        key=key,
        version=change.version,
        occurred_at=item["updated_at"],
        correlation_id=item["correlation_id"],
        actor=item["actor"],
        data=data,
    )
