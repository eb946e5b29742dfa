"""What changes of ShipmentsTable say on the bus; pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from tracking.accounts.settings import instant
from tracking.accounts.stored import usage_of
from tracking.parcels.shipment import parcel_id
from tracking.parcels.states import Estimate, local_time
from tracking.shipments.stored import from_item, id_of, state_of
from tracking.status.announcing import estimate_change, has_turned, last_day
from waybill.batch import Change
from waybill.clock import to_text
from waybill.dynamo import Item
from waybill.events import DEPLOYMENT, Event, EventName

ROOM: Final = "tracking"


def events_of(change: Change) -> Iterator[Event]:
    """The events of one change of an item: a shipment, or how a carrier fares."""
    new = change.new
    if new is None:
        return
    if change.key["sk"].startswith("shipment#"):
        yield from _of_shipment(change.old, new)
    elif change.key["sk"] == "usage":
        yield from _of_carrier(change.key["pk"].partition("#")[2], change.old, new)


def _of_shipment(old: Item | None, new: Item) -> Iterator[Event]:
    lines = [{"line_id": x["line_id"], "quantity": x["quantity"]} for x in new["lines"]]
    about = {"shipment_id": id_of(new), "order_id": new["order_id"], "lines": lines}
    if old is None:
        carriers = sorted({parcel["carrier"] for parcel in new["parcels"]})
        data = about | {"parcels": len(new["parcels"]), "carriers": carriers}
        yield _event(EventName.SHIPMENT_CREATED, new, data)
        return
    if corrected := _corrected(old, new):
        carriers = sorted({parcel["carrier"] for parcel in new["parcels"]})
        more = {"parcel_ids": corrected, "carriers": carriers, "status": new["status"]}
        yield _event(EventName.SHIPMENT_CORRECTED, new, about | more)
    if has_turned(state_of(old), state_of(new)):
        data = about | {
            "status": new["status"],
            "previous_status": old["status"],
            "sub_status": new.get("sub_status"),
        }
        yield _event(EventName.SHIPMENT_STATUS_CHANGED, new, data)
    if change := _estimates(old, new):
        before, after = change
        data = {
            "shipment_id": id_of(new),
            "order_id": new["order_id"],
            "status": new["status"],
            "estimate": _window(after),
            "previous": _window(before),
        }
        yield _event(EventName.SHIPMENT_ESTIMATE_CHANGED, new, data)


def _corrected(old: Item, new: Item) -> list[str]:
    """Which parcels were corrected by a change."""
    return [
        parcel_id(index)
        for index, (before, after) in enumerate(zip(old["parcels"], new["parcels"], strict=True))
        if before.get("corrected_at") != after.get("corrected_at")
    ]


def _estimates(old: Item, new: Item) -> tuple[Estimate, Estimate] | tuple[()]:
    """As :func:`estimate_change`; most shipments have no estimate, and need not be read for it."""
    if not all(any("estimate" in parcel for parcel in item["parcels"]) for item in (old, new)):
        return ()
    return estimate_change(from_item(old), from_item(new))


def _window(estimate: Estimate) -> dict[str, str]:
    """An estimate by the clocks of the place where those are known, else in UTC, and its day."""

    def shown(at: datetime) -> str:
        return local_time(at, estimate.offset) or to_text(at)

    return {
        "from": shown(estimate.start),
        "to": shown(estimate.end),
        "day": last_day(estimate).isoformat(),
    }


def _of_carrier(carrier: str, old: Item | None, new: Item) -> Iterator[Event]:
    """A breaker opened, or closed again; what its probes bring in between is neither."""
    before, after = usage_of(old).breaker, usage_of(new).breaker
    if before.is_tripped is after.is_tripped:
        return
    opened = after if after.is_tripped else before
    name = EventName.CARRIER_FAILED if after.is_tripped else EventName.CARRIER_RECOVERED
    data = {
        "carrier": carrier,
        "since": to_text(instant(opened.opened_at)),
        "failures": max(opened.failures, opened.unanswered),
        "reason": opened.opened_by or None,
    }
    yield Event.of_image(new, name, room=ROOM, key=carrier, data=data, shop_id=DEPLOYMENT)


def _event(name: EventName, item: Item, data: dict[str, Any]) -> Event:
    return Event.of_image(item, name, room=ROOM, key=id_of(item), data=data)
