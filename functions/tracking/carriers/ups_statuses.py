"""What UPS's activity statuses mean: a type of one or two letters, and behind it a finer code.

The finer one is the three digits that UPS documents for packages, or where they are missing the
characters of what was scanned. The digits say more than the type; where they are not known, the
type says enough. An update (``U``) tells what was changed, not where the parcel is.
"""

from collections.abc import Mapping
from typing import Final

from tracking.carriers.phrases import PROBLEMS, RETURNED, first
from tracking.parcels.states import Action, Fault, Meaning, Status

_UPDATES: Final = frozenset({"U", "NA"})
_CHANGES: Final = ("027", "028", "041", "042", "054", "056", "063", "065")
"""Somebody asked for another address, day or service, or was not there at a pickup."""

_TYPES: Final[dict[str, Meaning]] = {
    "M": Meaning(Status.INFO_RECEIVED, text="Label created"),
    "MV": Meaning(Status.INFO_RECEIVED, text="Label voided"),
    "P": Meaning(Status.PICKED_UP, text="Pickup"),
    "I": Meaning(Status.IN_TRANSIT, text="In transit"),
    "O": Meaning(Status.OUT_FOR_DELIVERY, text="Out for delivery"),
    "X": Meaning(Status.EXCEPTION, text="Exception"),
    "D": Meaning(Status.DELIVERED, text="Delivered"),
    "RS": Meaning(Status.RETURNED, text="Returned to the shipper"),
}

_IN_TRANSIT: Final = Meaning(Status.IN_TRANSIT)
_DELAYED: Final = Meaning(Status.IN_TRANSIT, "delayed")
_WEATHER: Final = Meaning(Status.EXCEPTION, "weather", Fault.FORCE_MAJEURE)
_ATTEMPTED: Final = Meaning(Status.DELIVERY_ATTEMPTED)
_PICKUP: Final = Meaning(Status.AVAILABLE_FOR_PICKUP, action_required=Action.RECIPIENT)
_RETURNING: Final = Meaning(Status.RETURNING)
_BY_POST: Final = Meaning(Status.IN_TRANSIT, "handover_to_last_mile")
_OUT: Final = Meaning(Status.OUT_FOR_DELIVERY)
_CLEARANCE: Final = Meaning(Status.IN_TRANSIT, "customs")

# The digits are UPS's documented package statuses, in which its public users agree.
_FINE: Final[dict[str, Meaning]] = {
    "003": Meaning(Status.INFO_RECEIVED),
    "005": _IN_TRANSIT,
    "006": _OUT,
    "007": Meaning(Status.CANCELLED),
    "010": _IN_TRANSIT,
    "011": Meaning(Status.DELIVERED),
    "012": _CLEARANCE,
    "014": Meaning(Status.IN_TRANSIT, "customs_cleared"),
    "016": Meaning(Status.EXCEPTION, "held"),
    "019": Meaning(Status.EXCEPTION, "held"),
    "020": Meaning(Status.EXCEPTION, "held"),
    "017": _PICKUP,
    "021": _OUT,
    "022": _ATTEMPTED,
    "023": _ATTEMPTED,
    "024": _ATTEMPTED,
    "025": _BY_POST,
    "026": Meaning(Status.DELIVERED),
    "029": Meaning(Status.EXCEPTION, "action_needed", action_required=Action.SENDER),
    "030": Meaning(Status.EXCEPTION),
    "032": Meaning(Status.IN_TRANSIT, "weather", Fault.FORCE_MAJEURE),
    "033": _RETURNING,
    "034": Meaning(Status.RETURNED),
    "035": _RETURNING,
    "036": _RETURNING,
    "037": _RETURNING,
    "038": Meaning(Status.PICKED_UP),
    "039": _BY_POST,
    "040": _PICKUP,
    "044": _IN_TRANSIT,
    "045": _IN_TRANSIT,
    "046": _DELAYED,
    "047": _DELAYED,
    "048": _DELAYED,
    "049": Meaning(Status.EXCEPTION, "action_needed", action_required=Action.SENDER),
    "050": Meaning(Status.EXCEPTION, "address_problem", action_required=Action.SENDER),
    "051": _WEATHER,
    "052": _WEATHER,
    "053": _WEATHER,
    "055": _DELAYED,
    "057": Meaning(Status.IN_TRANSIT, "to_pickup_location"),
    "058": Meaning(Status.EXCEPTION, "customs_docs", Fault.SENDER, Action.SENDER),
    "059": Meaning(Status.EXCEPTION, "damaged", Fault.CARRIER),
    "060": _ATTEMPTED,
    "061": _ATTEMPTED,
    "062": Meaning(Status.DELIVERY_ATTEMPTED, "payment_due", action_required=Action.RECIPIENT),
    "064": Meaning(Status.EXCEPTION, "refused", Fault.RECIPIENT),
    "066": _ATTEMPTED,
    "067": Meaning(Status.RETURNED),
    "068": Meaning(Status.EXCEPTION, "lost", Fault.CARRIER),
    "069": Meaning(Status.EXCEPTION, "unclaimed", Fault.RECIPIENT),
    # What was scanned, of answers without the digits.
    "AR": Meaning(Status.IN_TRANSIT, "arrived_at_facility"),
    "DP": Meaning(Status.IN_TRANSIT, "departed_facility"),
    "OR": _IN_TRANSIT,
    "OT": _OUT,
    "MP": Meaning(Status.INFO_RECEIVED),
}

_KINDS: Final = (*_TYPES, *_UPDATES)

STATUSES: Final[Mapping[str, Meaning]] = (
    _TYPES | _FINE | {f"{kind}/{fine}": means for kind in _KINDS for fine, means in _FINE.items()}
)
SILENT: Final = _UPDATES | {f"{kind}/{fine}" for kind in _KINDS for fine in _CHANGES}


def refined(code: str, meaning: Meaning | None, text: str) -> Meaning | None:
    """The meaning of a code, with what its words add where the code leaves it open."""
    if code in SILENT:
        return None
    if meaning is None or (code in STATUSES and code not in _TYPES):
        return meaning
    if meaning.status is Status.EXCEPTION:
        return first(PROBLEMS, text) or meaning
    if meaning.status is Status.DELIVERED:
        return first(RETURNED, text) or meaning
    return meaning
