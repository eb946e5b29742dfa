"""What carriers can be heard to tell of a parcel: stories, each in the words of every carrier.

A story is told in stages; after each the carrier is asked again, or pushes. Its scans lie days
apart, and the last of them just now: what takes a week is told within a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

STORIES = (
    "delivered",
    "customs-hold",
    "returned",
    "attempted",
    "lost",
    "recycled",
    "several-pieces",
    "outage",
)


class Step(NamedTuple):
    """What happens to a parcel, whatever a carrier calls it."""

    what: str
    hours: float
    """Since the first scan."""
    place: str
    country: str
    piece: int | None = None
    """Of which of several it is; None: of all."""


@dataclass(frozen=True)
class Plot:
    """A story: its stages, and what is special about it."""

    stages: Sequence[Sequence[Step]]
    former: Sequence[Step] = ()
    """An earlier parcel with the same number, a year before."""
    pieces: int = 1
    fault_before: int | None = None
    """The stage before which the carrier breaks down."""


_ORIGIN = (
    Step("picked-up", 0, "TOKYO", "JP"),
    Step("departed", 9, "TOKYO", "JP"),
)
_ARRIVED = Step("arrived", 40, "LEIPZIG", "DE")
_OUT = Step("out", 66, "BERLIN", "DE")
_DELIVERED = Step("delivered", 70, "BERLIN", "DE")

PLOTS: Mapping[str, Plot] = {
    "delivered": Plot((_ORIGIN, (_ARRIVED,), (_OUT,), (_DELIVERED,))),
    "customs-hold": Plot(
        (
            _ORIGIN,
            (_ARRIVED, Step("customs-hold", 45, "LEIPZIG", "DE")),
            (Step("customs-cleared", 90, "LEIPZIG", "DE"),),
        )
    ),
    "returned": Plot(
        (
            (*_ORIGIN, _ARRIVED),
            (Step("refused", 68, "BERLIN", "DE"), Step("returning", 80, "BERLIN", "DE")),
            (Step("returned", 150, "TOKYO", "JP"),),
        )
    ),
    "attempted": Plot(
        (
            (*_ORIGIN, _ARRIVED, _OUT),
            (Step("attempted", 69, "BERLIN", "DE"),),
            (Step("pickup", 74, "BERLIN", "DE"),),
        )
    ),
    "lost": Plot((_ORIGIN, (_ARRIVED,), (Step("lost", 400, "LEIPZIG", "DE"),))),
    "recycled": Plot(
        (_ORIGIN, (_ARRIVED, _OUT)),
        former=(Step("picked-up", 0, "OSAKA", "JP"), Step("delivered", 90, "HAMBURG", "DE")),
    ),
    "several-pieces": Plot(
        (
            (*_ORIGIN, _ARRIVED),
            (Step("out", 66, "BERLIN", "DE", 0), Step("delivered", 70, "BERLIN", "DE", 0)),
            (Step("out", 90, "BERLIN", "DE", 1), Step("delivered", 94, "BERLIN", "DE", 1)),
        ),
        pieces=2,
    ),
    "outage": Plot((_ORIGIN, (_ARRIVED, _OUT), (_DELIVERED,)), fault_before=1),
}

# A carrier's code and words for each step; what it has no word for, it cannot tell.
WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "dhl": {
        "picked-up": ("transit", "Shipment picked up"),
        "departed": ("transit", "Shipment has departed from a DHL facility"),
        "arrived": ("transit", "Arrived at DHL Sort Facility"),
        "customs-hold": (
            "transit",
            "Clearance event. Shipment is on hold, documents are required for customs",
        ),
        "customs-cleared": ("transit", "Customs clearance status updated. Customs cleared"),
        "out": ("transit", "Shipment is out with courier for delivery"),
        "delivered": ("delivered", "Delivered"),
        "attempted": ("transit", "Delivery attempted; recipient not home"),
        "pickup": ("transit", "Shipment is ready for pickup at a DHL ServicePoint"),
        "refused": ("failure", "Consignee refused to accept the shipment"),
        "returning": ("transit", "Shipment is being returned to the sender"),
        "returned": ("delivered/return", "Returned to shipper"),
        "lost": ("failure", "The shipment was reported lost"),
    },
    "ups": {
        "picked-up": ("P/PU/038", "Pickup Scan"),
        "departed": ("I/DP/005", "Departed from Facility"),
        "arrived": ("I/AR/005", "Arrived at Facility"),
        "customs-hold": (
            "X/8C/058",
            "Pending release from a Government Agency. Information is required from the sender.",
        ),
        "customs-cleared": ("I/DS/014", "Your package has cleared customs"),
        "out": ("I/OT/021", "Out For Delivery Today"),
        "delivered": ("D/FS/011", "DELIVERED "),
        "attempted": ("X/48/022", "The receiver was not available at the time of delivery."),
        "pickup": ("I/2Q/040", "Your package is ready for pickup at a UPS Access Point"),
        "refused": ("X/62/064", "The receiver did not want the package and refused delivery."),
        "returning": ("X/RT/035", "Your package is being returned to the sender."),
        "returned": ("RS/FS/034", "Returned to sender"),
        "lost": ("X/LL/068", "Your package was lost. Please contact the sender."),
    },
    "easypost": {
        "picked-up": ("in_transit/received_at_origin_facility", "Accepted at USPS Origin Facility"),
        "departed": ("in_transit/departed_facility", "Departed USPS Regional Facility"),
        "arrived": ("in_transit/arrived_at_facility", "Arrived at USPS Regional Facility"),
        "customs-hold": ("in_transit/transit_exception", "Held in Customs"),
        "customs-cleared": ("in_transit/in_transit", "Cleared Customs"),
        "out": ("out_for_delivery/out_for_delivery", "Out for Delivery"),
        "delivered": ("delivered/arrived_at_destination", "Delivered, In/At Mailbox"),
        "attempted": ("failure/delivery_exception", "Delivery Attempted - No Access, not home"),
        "pickup": ("available_for_pickup/arrived_at_pickup_location", "Available for Pickup"),
        "refused": ("failure/refused", "Refused"),
        "returning": ("return_to_sender/return", "Return to Sender Processed"),
        "returned": ("return_to_sender/return", "Delivered, To Original Sender"),
        "lost": ("in_transit/lost", "Lost"),
    },
    "ems": {
        "picked-up": ("EMA", ""),
        "departed": ("EMC", ""),
        "arrived": ("EMD", ""),
        "customs-hold": ("EME", ""),
        "customs-cleared": ("EDC", ""),
        "out": ("EDG", ""),
        "delivered": ("EMI", ""),
        "attempted": ("EMH", ""),
        "pickup": ("EDH", ""),
        "refused": ("EMH", ""),
        "returning": ("EDX", ""),
        "returned": ("EDX", ""),
    },
}


def stages_of(
    story: str, carrier: str, numbers: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """Return the journey after each stage, in the words of the control API; its last scan is now.

    Raises ValueError for a step that the carrier has no word for.
    """
    plot, words = PLOTS[story], WORDS[carrier]
    last = max(step.hours for stage in plot.stages for step in stage)
    begin = now - timedelta(hours=last)

    def scan(step: Step, at: datetime) -> dict[str, str]:
        if step.what not in words:
            raise ValueError(f"{carrier} has no scan that says: {step.what}")
        code, text = words[step.what]
        piece = "" if step.piece is None else numbers[step.piece]
        when = (at + timedelta(hours=step.hours)).isoformat()
        place = {"place": step.place, "country": step.country}
        return {"code": code, "text": text, "at": when, "piece": piece} | place

    former = [scan(step, begin - timedelta(days=365)) for step in plot.former]
    about = {
        "former": former,
        "origin": "JP",
        "destination": "DE",
        "pieces": list(numbers) if len(numbers) > 1 else [],
        "estimate": (now + timedelta(days=1)).isoformat(),
    }
    told: list[dict[str, Any]] = []
    events: list[dict[str, str]] = []
    for stage in plot.stages:
        events = [*events, *(scan(step, begin) for step in stage)]
        told.append(about | {"events": events})
    return told


def own_events(journey: Mapping[str, Any], number: str) -> dict[str, Any]:
    """Return the journey as a carrier tells it that knows nothing of pieces."""
    events = [event for event in journey["events"] if event["piece"] in ("", number)]
    return dict(journey) | {"events": events, "pieces": []}
