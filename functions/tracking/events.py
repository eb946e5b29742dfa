"""What changes of ShipmentsTable say on the bus; pure."""

from collections.abc import Iterator
from typing import Any, Final

from tracking.parcels.shipment import parcel_id
from tracking.shipments.stored import id_of
from waybill.batch import Change
from waybill.dynamo import Item
from waybill.events import Event, EventName

ROOM: Final = "tracking"


def events_of(change: Change) -> Iterator[Event]:
    """The events of one change of a shipment's item."""
    new = change.new
    if new is None or not change.key["sk"].startswith("shipment#"):
        return
    lines = [{"line_id": x["line_id"], "quantity": x["quantity"]} for x in new["lines"]]
    about = {"shipment_id": id_of(new), "order_id": new["order_id"], "lines": lines}
    if change.old is None:
        carriers = sorted({parcel["carrier"] for parcel in new["parcels"]})
        data = about | {"parcels": len(new["parcels"]), "carriers": carriers}
        yield _event(EventName.SHIPMENT_CREATED, new, data)
        return
    if corrected := _corrected(change.old, new):
        carriers = sorted({parcel["carrier"] for parcel in new["parcels"]})
        more = {"parcel_ids": corrected, "carriers": carriers, "status": new["status"]}
        yield _event(EventName.SHIPMENT_CORRECTED, new, about | more)
    if new["status"] != change.old["status"]:
        data = about | {
            "status": new["status"],
            "previous_status": change.old["status"],
            "sub_status": new.get("sub_status"),
        }
        yield _event(EventName.SHIPMENT_STATUS_CHANGED, new, data)


def _corrected(old: Item, new: Item) -> list[str]:
    """Which parcels were corrected by a change."""
    return [
        parcel_id(index)
        for index, (before, after) in enumerate(zip(old["parcels"], new["parcels"], strict=True))
        if before.get("corrected_at") != after.get("corrected_at")
    ]


def _event(name: EventName, item: Item, data: dict[str, Any]) -> Event:
    return Event(
        name=name,
        room=ROOM,
        shop_id=item["shop_id"],
        key=id_of(item),
        version=item["version"],
        occurred_at=item["updated_at"],
        correlation_id=item["correlation_id"],
        actor=item["actor"],
        data=data,
    )
