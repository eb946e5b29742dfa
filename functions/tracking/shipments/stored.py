"""Shipments as items of ShipmentsTable, and back; the only place that knows both shapes.

An item is kept small, because each poll with news writes it whole and pays by the kilobyte: scans
are one short text each, what has its usual value is left out, and of the id only the part that is
not in the key stands beside it.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tracking.cadence import Entry, slot_of
from tracking.carriers.registry import PUSHERS, asked_by
from tracking.parcels.shipment import (
    Due,
    Line,
    Parcel,
    Refreshes,
    Shipment,
    Silence,
    State,
    key_part,
)
from tracking.parcels.states import ENDED, Action, Certainty, Estimate, Fault, Pace, Scan, Status
from tracking.status.journey import parcel_state
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LETTERS: Final = {
    Certainty.OFFSET: "o",
    Certainty.UTC: "u",
    Certainty.PLACE: "p",
    Certainty.ASSUMED: "a",
}
_CERTAINTIES: Final = {letter: certainty for certainty, letter in _LETTERS.items()}
_FIELDS: Final = 4
_DUE: Final = re.compile(r"([a-z]+)([+-][0-9]+)?(?:@([0-9]+))?(\*)?")


def to_item(shipment: Shipment, *, actor: str, correlation_id: str) -> Item:
    """The shipment's item; those that are asked but the first have items of their own."""
    primary, more = _split_due(shipment)
    item: Item = {
        **keys.shipment(shipment.shop_id, shipment.id),
        "id_tail": shipment.id[len(key_part(shipment.id)) :],
        "version": shipment.version,
        "shop_id": shipment.shop_id,
        "order_id": shipment.order_id,
        "status": shipment.state.status.value,
        "sub_status": shipment.state.sub_status,
        "fault": _unless(shipment.state.fault, Fault.UNKNOWN),
        "action_required": _unless(shipment.state.action_required, Action.NONE),
        "lines": [{"line_id": line.line_id, "quantity": line.quantity} for line in shipment.lines],
        "parcels": [_parcel_item(parcel) for parcel in shipment.parcels],
        "token": shipment.token,
        "request_hash": shipment.request_hash,
        "created_at": to_text(shipment.created_at),
        "updated_at": to_text(shipment.updated_at),
        "actor": actor,
        "correlation_id": correlation_id,
        "due_more": {name: [due_text(due), due.since] for name, due in more.items()},
        "refreshes": _refreshes_item(shipment.refreshes),
    }
    if primary is not None:
        item |= _due_attributes(shipment, asked_by(shipment.parcels[0].carrier), primary)
    return {name: value for name, value in item.items() if value not in ("", {})}


def from_item(item: Item) -> Shipment:
    """The shipment of an item."""
    parcels = tuple(_parcel(parcel) for parcel in item["parcels"])
    due = {name: due_from(more[0], more[1]) for name, more in item.get("due_more", {}).items()}
    if "due_pk" in item:
        due[_asked(item["due_pk"])] = due_from(item["due_class"], item["due_since"])
    return Shipment(
        shop_id=item["shop_id"],
        id=id_of(item),
        order_id=item["order_id"],
        lines=tuple(Line(line["line_id"], line["quantity"]) for line in item["lines"]),
        parcels=parcels,
        token=item["token"],
        request_hash=item["request_hash"],
        created_at=from_text(item["created_at"]),
        updated_at=from_text(item["updated_at"]),
        version=item["version"],
        state=state_of(item),
        due=due,
        refreshes=_refreshes(item.get("refreshes")),
    )


def state_of(item: Item) -> State:
    """Where the shipment of an item stands."""
    return State(
        Status(item["status"]),
        item.get("sub_status", ""),
        Fault(item.get("fault", Fault.UNKNOWN)),
        Action(item.get("action_required", Action.NONE)),
    )


def id_of(item: Item) -> str:
    """The whole id of a shipment's item."""
    return key_part_of(item) + str(item["id_tail"])


def key_part_of(item: Item) -> str:
    """What the keys of an item, or of its entry in an index, know of the shipment's id."""
    return str(item["sk"].split("#")[1])


def index_items(shipment: Shipment) -> dict[str, Item]:
    """Items that put the shipment's further carriers into the index, by carrier."""
    _, more = _split_due(shipment)
    return {
        carrier: {
            **keys.shipment_due(shipment.shop_id, shipment.id, carrier),
            **_due_attributes(shipment, carrier, due),
            "created_at": to_text(shipment.created_at),
        }
        for carrier, due in more.items()
    }


def pushed_numbers(shipment: Shipment) -> set[tuple[str, str]]:
    """Numbers of a shipment of which news may be pushed, with who pushes them."""
    named = {(asked_by(parcel.carrier), parcel.tracking_number) for parcel in shipment.parcels}
    return {(asked, number) for asked, number in named if asked in PUSHERS}


def due_partition(carrier: str, slot: int) -> str:
    """The index's partition of one that is asked and a slot."""
    return f"{carrier}#{slot}"


def _asked(partition: str) -> str:
    return partition.rpartition("#")[0]


def entry_of(item: Item) -> Entry:
    """An entry of the index of active shipments."""
    return Entry(
        shop_id=item["pk"].partition("#")[0],
        shipment_id=key_part_of(item),
        created_at=from_text(item["created_at"]).timestamp(),
        due=due_from(item["due_class"], item["due_since"]),
    )


def due_text(due: Due) -> str:
    """What the index keeps of it beside its beginning: ``moving+120@20785*``.

    The pace; where they are known, the offset and the estimate's day; a star where news is pushed.
    """
    offset = "" if due.offset is None else f"{due.offset:+}"
    estimate = "" if due.estimate is None else f"@{due.estimate}"
    return f"{due.pace.value}{offset}{estimate}{'*' if due.pushed else ''}"


def due_from(text: str, since: int) -> Due:
    """The :class:`Due` of :func:`due_text`; raises ValueError for any other text."""
    parts = _DUE.fullmatch(text)
    if parts is None:
        raise ValueError("not a due class")
    pace, offset, estimate, pushed = parts.groups()
    return Due(
        Pace(pace),
        since,
        offset=int(offset) if offset else None,
        estimate=int(estimate) if estimate else None,
        pushed=bool(pushed),
    )


def scan_text(scan: Scan) -> str:
    """A scan as it is kept: seconds, certainty and offset; then code, place, text between tabs."""
    seconds, milliseconds = divmod((scan.at - _EPOCH) // _MILLISECOND, 1000)
    fraction = f".{milliseconds:03}" if milliseconds else ""
    offset = "" if scan.offset is None else f"{scan.offset:+}"
    head = f"{seconds}{fraction}{_LETTERS[scan.certainty]}{offset}"
    return f"{head}\t{scan.code}\t{scan.place}\t{scan.text}".rstrip("\t")


def scan_from(text: str) -> Scan:
    """The scan of :func:`scan_text`."""
    head, code, place, words = (text.split("\t") + [""] * _FIELDS)[:_FIELDS]
    at = next(i for i, character in enumerate(head) if character in _CERTAINTIES)
    seconds, _, fraction = head[:at].partition(".")
    return Scan(
        at=_EPOCH + timedelta(seconds=int(seconds), milliseconds=int(fraction or 0)),
        certainty=_CERTAINTIES[head[at]],
        offset=int(head[at + 1 :]) if head[at + 1 :] else None,
        code=code,
        place=place,
        text=words,
    )


def _split_due(shipment: Shipment) -> tuple[Due | None, dict[str, Due]]:
    more = dict(shipment.due)
    return more.pop(asked_by(shipment.parcels[0].carrier), None), more


def _due_attributes(shipment: Shipment, carrier: str, due: Due) -> Item:
    return {
        "due_pk": due_partition(carrier, slot_of(shipment.id)),
        "due_class": due_text(due),
        "due_since": due.since,
    }


def _parcel_item(parcel: Parcel) -> Item:
    item: Item = {"tracking_number": parcel.tracking_number, "carrier": parcel.carrier}
    if parcel.scans:
        item["scans"] = [scan_text(scan) for scan in parcel.scans]
    if parcel.silence:
        item["silence"] = parcel.silence.value
    if parcel.others:
        item["others"] = list(parcel.others)
    if parcel.tried:
        item["tried"] = list(parcel.tried)
    if parcel.created_with:
        item["created_with"] = parcel.created_with
    if parcel.created_as:
        item["created_as"] = parcel.created_as
    if parcel.corrected_at:
        item["corrected_at"] = to_text(parcel.corrected_at)
    if parcel.estimate:
        item["estimate"] = _estimate_text(parcel.estimate)
    if parcel_state(parcel).status in ENDED:  # for rooms that read no scans
        item["ended"] = True
    return item


def _parcel(item: Item) -> Parcel:
    return Parcel(
        tracking_number=item["tracking_number"],
        carrier=item["carrier"],
        scans=tuple(scan_from(text) for text in item.get("scans", ())),
        silence=Silence(item.get("silence", "")),
        others=tuple(item.get("others", ())),
        tried=tuple(item.get("tried", ())),
        created_with=item.get("created_with", ""),
        created_as=item.get("created_as", ""),
        corrected_at=from_text(item["corrected_at"]) if "corrected_at" in item else None,
        estimate=_estimate_from(item["estimate"]) if "estimate" in item else None,
    )


def _estimate_text(estimate: Estimate) -> str:
    """Its start in seconds, certainty and offset, and how many seconds it lasts."""
    start = (estimate.start - _EPOCH) // _SECOND
    offset = "" if estimate.offset is None else f"{estimate.offset:+}"
    lasts = (estimate.end - estimate.start) // _SECOND
    return f"{start}{_LETTERS[estimate.certainty]}{offset}/{lasts}"


def _estimate_from(text: str) -> Estimate:
    head, _, lasts = text.partition("/")
    at = next(i for i, character in enumerate(head) if character in _CERTAINTIES)
    start = _EPOCH + int(head[:at]) * _SECOND
    return Estimate(
        start=start,
        end=start + int(lasts) * _SECOND,
        certainty=_CERTAINTIES[head[at]],
        offset=int(head[at + 1 :]) if head[at + 1 :] else None,
    )


def _refreshes_item(refreshes: Refreshes | None) -> Item:
    if refreshes is None:
        return {}
    return {"day": refreshes.day, "times": refreshes.times, "at": to_text(refreshes.at)}


def _refreshes(item: Item | None) -> Refreshes | None:
    return Refreshes(item["day"], item["times"], from_text(item["at"])) if item else None


def _unless(value: Any, usual: Any) -> str:
    return "" if value == usual else str(value.value)
