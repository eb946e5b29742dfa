"""What carriers' codes mean, and how much each may be asked: the judge's own copy."""

from collections.abc import Mapping
from typing import Final

Meaning = tuple[str, str, str]
"""Status, sub-status and who must act."""

ASKED: Final = {"usps": "easypost", "purolator": "easypost"}
"""Who is asked of whose parcels; of all others, they themselves."""

_EMS: Final = {
    "EMA": ("picked_up", "", "none"),
    "EMB": ("in_transit", "export_facility", "none"),
    "EXA": ("in_transit", "customs_export", "none"),
    "EXB": ("exception", "customs_held", "none"),
    "EXC": ("in_transit", "", "none"),
    "EXD": ("exception", "held", "none"),
    "EXX": ("cancelled", "", "none"),
    "EMC": ("in_transit", "departed_origin_country", "none"),
    "EMJ": ("in_transit", "", "none"),
    "EMK": ("in_transit", "", "none"),
    "EMD": ("in_transit", "arrived_destination_country", "none"),
    "EDA": ("exception", "held", "none"),
    "EDB": ("in_transit", "customs", "none"),
    "EME": ("exception", "customs_held", "none"),
    "EDC": ("in_transit", "customs_cleared", "none"),
    "EMF": ("in_transit", "", "none"),
    "EDD": ("in_transit", "", "none"),
    "EDE": ("in_transit", "", "none"),
    "EMX": ("in_transit", "", "none"),
    "EMG": ("in_transit", "at_delivery_office", "none"),
    "EDF": ("exception", "held", "none"),
    "EDG": ("out_for_delivery", "", "none"),
    "EDH": ("available_for_pickup", "", "recipient"),
    "EMH": ("delivery_attempted", "", "none"),
    "EMI": ("delivered", "", "none"),
    "EDX": ("returning", "undeliverable", "none"),
}
"""Each code of UPU standard M40 that EMS tells."""

_DHL: Final = {
    "transit: Shipment picked up": ("picked_up", "", "none"),
    "transit: Shipment has departed from a DHL facility": ("in_transit", "", "none"),
    "transit: Arrived at DHL Sort Facility": ("in_transit", "", "none"),
    "transit: Clearance event. Shipment is on hold, documents are required for customs": (
        "exception", "customs_docs", "sender",
    ),
    "transit: Customs clearance status updated. Customs cleared": (
        "in_transit", "customs_cleared", "none",
    ),
    "transit: Shipment is out with courier for delivery": ("out_for_delivery", "", "none"),
    "transit: Delivery attempted; recipient not home": (
        "delivery_attempted", "recipient_absent", "none",
    ),
    "transit: Shipment is ready for pickup at a DHL ServicePoint": (
        "available_for_pickup", "", "recipient",
    ),
    "transit: Shipment is being returned to the sender": ("returning", "", "none"),
    "delivered": ("delivered", "", "none"),
}  # fmt: skip
"""DHL's ``transit`` says little: its words do."""

_UPS: Final = {
    "P/038": ("picked_up", "", "none"),
    "I/005": ("in_transit", "", "none"),
    "I/010": ("in_transit", "", "none"),
    "X/058": ("exception", "customs_docs", "sender"),
    "I/014": ("in_transit", "customs_cleared", "none"),
    "I/021": ("out_for_delivery", "", "none"),
    "X/022": ("delivery_attempted", "", "none"),
    "I/040": ("available_for_pickup", "", "recipient"),
    "X/035": ("returning", "", "none"),
    "D/011": ("delivered", "", "none"),
}
"""By UPS's type and its three digits."""

_EASYPOST: Final = {
    "in_transit/received_at_origin_facility": ("picked_up", "", "none"),
    "in_transit/departed_facility": ("in_transit", "departed_facility", "none"),
    "in_transit/arrived_at_facility": ("in_transit", "arrived_at_facility", "none"),
    "in_transit/held": ("exception", "held", "none"),
    "in_transit/in_transit": ("in_transit", "", "none"),
    "out_for_delivery/out_for_delivery": ("out_for_delivery", "", "none"),
    "failure/delivery_exception": ("delivery_attempted", "recipient_absent", "none"),
    "available_for_pickup/arrived_at_pickup_location": (
        "available_for_pickup", "at_pickup_location", "recipient",
    ),
    "return_to_sender/return": ("returning", "", "none"),
    "delivered/arrived_at_destination": ("delivered", "", "none"),
}  # fmt: skip
"""By EasyPost's status and its detail; what an exception is, its words here are all alike."""

_CODES: Final[dict[str, Mapping[str, Meaning]]] = {
    "dhl": _DHL,
    "easypost": _EASYPOST,
    "ems": _EMS,
    "ups": _UPS,
}

BUDGETS: Final = {"dhl": 250}
"""Requests in a UTC day, where the operator sets none (DHL, "Rate limits" of its initial plan)."""
CAPS: Final = {"dhl": 10}
"""Questions about one shipment in a day, where the operator sets none."""
SPACING: Final = {"dhl": 1.0, "easypost": 0.2, "ups": 0.2}
"""Seconds between two requests."""


def asked_of(carrier: str) -> str:
    """Who is asked of a carrier's parcels."""
    return ASKED.get(carrier, carrier)


def can_read(carrier: str) -> bool:
    """Whether the judge knows this carrier's codes."""
    return asked_of(carrier) in _CODES


def meaning_of(carrier: str, code: str, words: str) -> Meaning | None:
    """What a scan says; None where the judge does not know."""
    codes = _CODES[asked_of(carrier)]
    return codes.get(f"{code}: {words}") or codes.get(code)
