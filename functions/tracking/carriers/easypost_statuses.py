"""What EasyPost's statuses and their details mean.

The status says where a parcel is; the detail, why, and sometimes better. Each pair is a row, made
of both. ``unknown`` and ``error`` are about what EasyPost could learn, not about the parcel.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from tracking.carriers.phrases import PROBLEMS, RETURNED, first
from tracking.parcels.states import Action, Fault, Meaning, Status

SILENT: Final = frozenset({"unknown", "error"})

_COARSE: Final[dict[str, Meaning]] = {
    "pre_transit": Meaning(Status.INFO_RECEIVED, text="Label created"),
    "in_transit": Meaning(Status.IN_TRANSIT, text="In transit"),
    "out_for_delivery": Meaning(Status.OUT_FOR_DELIVERY, text="Out for delivery"),
    "delivered": Meaning(Status.DELIVERED, text="Delivered"),
    "available_for_pickup": Meaning(
        Status.AVAILABLE_FOR_PICKUP, action_required=Action.RECIPIENT, text="Available for pickup"
    ),
    "return_to_sender": Meaning(Status.RETURNING, text="Returned to the sender"),
    "failure": Meaning(Status.EXCEPTION, text="Delivery failed"),
    "cancelled": Meaning(Status.CANCELLED, text="Cancelled"),
}


class _Detail(NamedTuple):
    sub_status: str = ""
    fault: Fault = Fault.UNKNOWN
    action: Action = Action.NONE
    moved: Status | None = None
    """What an ``in_transit`` parcel is by this detail."""


_DETAILS: Final[Mapping[str, _Detail]] = {
    "address_correction": _Detail("address_problem"),
    "arrived_at_destination": _Detail("arrived_at_destination"),
    "arrived_at_facility": _Detail("arrived_at_facility"),
    "arrived_at_pickup_location": _Detail("at_pickup_location"),
    "awaiting_information": _Detail("awaiting_information", action=Action.SENDER),
    "cancelled": _Detail(),
    "damaged": _Detail("damaged", Fault.CARRIER, moved=Status.EXCEPTION),
    "delayed": _Detail("delayed"),
    "delivery_exception": _Detail("delivery_exception", moved=Status.EXCEPTION),
    "departed_facility": _Detail("departed_facility"),
    "departed_origin_facility": _Detail("departed_origin_facility"),
    "expired": _Detail("expired"),
    "failure": _Detail(),
    "held": _Detail("held", moved=Status.EXCEPTION),
    "in_transit": _Detail(),
    "label_created": _Detail(),
    "lost": _Detail("lost", Fault.CARRIER, moved=Status.EXCEPTION),
    "missorted": _Detail("missorted", Fault.CARRIER),
    "out_for_delivery": _Detail(moved=Status.OUT_FOR_DELIVERY),
    "received_at_destination_facility": _Detail("at_delivery_office"),
    "received_at_origin_facility": _Detail(moved=Status.PICKED_UP),
    "refused": _Detail("refused", Fault.RECIPIENT, moved=Status.EXCEPTION),
    "return": _Detail(moved=Status.RETURNING),
    "status_update": _Detail(),
    "transferred_to_destination_carrier": _Detail("handover_to_last_mile"),
    "transit_exception": _Detail("transit_exception", moved=Status.EXCEPTION),
    "weather_delay": _Detail("weather", Fault.FORCE_MAJEURE),
}

# An end is no longer delayed or held: of its details only this says something else.
_ENDS: Final = frozenset({"delivered", "cancelled"})


def _pair(coarse: str, fine: str) -> Meaning:
    meaning, detail = _COARSE[coarse], _DETAILS[fine]
    if coarse in _ENDS:
        back = coarse == "delivered" and fine == "return"
        return replace(meaning, status=Status.RETURNED) if back else meaning
    return replace(
        meaning,
        status=detail.moved if detail.moved and coarse == "in_transit" else meaning.status,
        sub_status=detail.sub_status,
        fault=detail.fault,
        action_required=meaning.action_required if detail.action is Action.NONE else detail.action,
    )


STATUSES: Final[Mapping[str, Meaning]] = _COARSE | {
    f"{coarse}/{fine}": _pair(coarse, fine) for coarse in _COARSE for fine in _DETAILS
}

_OPEN: Final = frozenset(
    {"", "failure", "delivery_exception", "transit_exception", "status_update"}
)
"""Details that leave open what is wrong."""


def refined(code: str, meaning: Meaning | None, text: str) -> Meaning | None:
    """The meaning of a code, with what its words add where the code leaves it open."""
    if meaning is None:
        return None
    coarse, _, fine = code.partition("/")
    if coarse in ("return_to_sender", "delivered"):
        return first(RETURNED, text) or meaning
    if meaning.status is Status.EXCEPTION and fine in _OPEN:
        return first(PROBLEMS, text) or meaning
    return meaning
