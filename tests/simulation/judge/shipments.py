"""Invariants of shipments: scans stay, the latest instant gives the status, units are sent once."""

import re
from collections import Counter
from typing import Any, Final

from tests.simulation.judge.codes import can_read, meaning_of
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.rules import ALONG, ENDINGS, MAX_SCANS, URGENCY
from tests.simulation.judge.stock import check_versions
from tests.simulation.judge.verdict import Call, Item, Step, Write, broken
from tests.simulation.judge.world import World

_FIXED: Final = ["shop_id", "order_id", "id_tail", "token", "request_hash", "created_at", "lines"]
_PARCEL: Final = re.compile(r"/v1/shipments/(shp_\w+)/parcels/(\d+)")
_CERTAINTIES: Final = "oupa"


class ShipmentRules:
    """Judges writes of ShipmentsTable."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._of_order: dict[tuple[str, str], list[Item]] = {}
        self._tokens: dict[str, str] = {}
        self._corrections: set[tuple[str, int, str]] = set()
        """Shipment, place of a parcel, and the number that it is said to have."""

    def asked(self, call: Call) -> None:
        """A client sends a call."""
        named = _PARCEL.fullmatch(call.path)
        if named and call.method == "PATCH" and isinstance(call.body, dict):
            self._corrections.add((named[1], int(named[2]), call.body.get("tracking_number", "")))

    def check(self, write: Write) -> None:
        """Judge one write."""
        check_versions(write, ("shipment",))
        for step in write.of("shipment"):
            if step.old is None:
                self._check_new(step.new)
            else:
                self._check_change(step.old, step.new)
            _check_status(step.new)
        for step in write.of("watermark"):
            _check_watermark(step)

    def _check_new(self, new: Item) -> None:
        order = self._world.order(new["shop_id"], new["order_id"])
        ids = (shipment_id(new), new["order_id"])
        if order is None or order["status"] == "draft":
            broken("shipments", "shipped of an order that is not there", *ids)
        siblings = self._of_order.setdefault((new["shop_id"], new["order_id"]), [])
        sent = Counter[str]()
        for one in [*siblings, new]:
            for line in one["lines"]:
                sent[line["line_id"]] += line["quantity"]
        ordered = Counter[str]()  # the most there ever was: it may be lowered on the parcel's way
        for one in self._world.orders_past(new["shop_id"], new["order_id"]):
            ordered |= Counter({line["line_id"]: line["quantity"] for line in one["lines"]})
        for line_id in sorted(sent):
            if not 0 < sent[line_id] <= ordered.get(line_id, 0):
                text = f"{sent[line_id]} units of {line_id} sent, {ordered.get(line_id)} ordered"
                broken("sent twice", text, *ids)
        self._check_taken(new)
        siblings.append(new)
        if self._tokens.setdefault(new["token"], ids[0]) != ids[0]:
            broken("tenants", "two shipments have one public page", *ids)

    def _check_change(self, old: Item, new: Item) -> None:
        ids = (shipment_id(new), new["order_id"])
        for name in _FIXED:
            if old[name] != new[name]:
                broken("shipments", f"{name} has changed", *ids)
        if len(old["parcels"]) != len(new["parcels"]):
            broken("shipments", "its parcels have changed", *ids)
        for place, (before, after) in enumerate(
            zip(old["parcels"], new["parcels"], strict=True), 1
        ):
            number, kept = after["tracking_number"], after.get("scans", [])
            corrected = before["tracking_number"] != number
            if corrected and (ids[0], place, number) not in self._corrections:
                broken("shipments", "its parcels have changed", *ids)
            if corrected:
                self._check_taken(new)
            if corrected and kept:
                broken("shipments", "scans of another number were kept", *ids)
            lost = [scan for scan in before.get("scans", []) if scan not in kept]
            if lost and len(kept) < MAX_SCANS:
                broken("scans", f"{len(lost)} scans of {before['tracking_number']} are gone", *ids)

    def _check_taken(self, new: Item) -> None:
        """No parcel is in two shipments of an order, as they stand."""
        name = shipment_id(new)
        for sibling in self._of_order[new["shop_id"], new["order_id"]]:
            stands = self._world.shipment(new["shop_id"], shipment_id(sibling)) or sibling
            if shipment_id(sibling) != name and not {*_parcels(new)}.isdisjoint(_parcels(stands)):
                broken("sent twice", "a parcel is in two shipments", name, new["order_id"])


def _parcels(shipment: Item) -> list[tuple[str, str]]:
    return [(parcel["carrier"], parcel["tracking_number"]) for parcel in shipment["parcels"]]


def _check_watermark(step: Step) -> None:
    before = (step.old or {}).get("swept_to_ms", 0)
    if step.new.get("swept_to_ms", 0) < before:
        broken("watermark", f"went back from {before}", step.key[0])


# --- status -------------------------------------------------------------------------------------


def _check_status(shipment: Item) -> None:
    expected = status_of(shipment)
    if expected is None:
        return
    stored = (
        shipment["status"],
        shipment.get("sub_status", ""),
        shipment.get("action_required", "none"),
    )
    if stored != expected:
        text = f"it is {stored}, its scans say {expected}"
        broken("shipment status", text, shipment_id(shipment), shipment["order_id"])


def status_of(shipment: Item) -> tuple[str, str, str] | None:
    """Status, sub-status and who must act, by the scans; None where the judge cannot read them."""
    if not all(can_read(parcel["carrier"]) for parcel in shipment["parcels"]):
        return None
    states = [_parcel_state(parcel) for parcel in shipment["parcels"]]
    moving = [state for state in states if state[0][0] in URGENCY]
    ranks = URGENCY if moving else ENDINGS
    return max(moving or states, key=lambda state: (ranks.index(state[0][0]), *state[1:]))[0]


def has_ended(parcel: Item) -> bool:
    """Whether a parcel is not under way any more, as far as the judge can read its scans."""
    carrier = parcel.get("carrier", "")
    return can_read(carrier) and _parcel_state(parcel)[0][0] in ENDINGS


def _parcel_state(parcel: Item) -> tuple[tuple[str, str, str], float, str, str]:
    known = []
    for text in parcel.get("scans", []):
        at, code, place = scan_of(text)
        means = meaning_of(parcel["carrier"], code, words_of(text))
        if means is not None:
            known.append((at, ALONG.index(means[0]), code, place, means))
    latest = max(known, default=None)
    if parcel.get("silence") == "expired":
        said = ("expired", "", "none")
    elif latest is None:
        said = (parcel.get("silence") or "pending", "", "none")
    else:
        said = latest[4]
    return said, latest[0] if latest else 0.0, parcel["tracking_number"], parcel["carrier"]


def scan_of(text: str) -> tuple[float, str, str]:
    """Instant, code and place of a stored scan."""
    head, code, place, *_ = [*text.split("\t"), "", "", ""]
    end = next(i for i, letter in enumerate(head) if letter in _CERTAINTIES)
    return float(head[:end]), code, place


def words_of(text: str) -> str:
    """The words of a stored scan, where they are not its code's own."""
    return [*text.split("\t"), "", "", ""][3]


def entries_into(past: Any, status: str) -> int:
    """How often a shipment or order came into a status."""
    statuses = [item["status"] for item in past]
    befores = [None, *statuses[:-1]]
    return sum(new == status != old for old, new in zip(befores, statuses, strict=True))
