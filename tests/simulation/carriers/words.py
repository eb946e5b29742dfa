"""What may happen to a parcel, and each carrier's code and words for it."""

from dataclasses import dataclass
from typing import Final

JOURNEYS: Final = (
    ("picked-up", "departed", "arrived", "out", "delivered"),
    ("picked-up", "delivered"),
    ("picked-up", "out", "attempted", "out", "delivered"),
    ("picked-up", "arrived", "pickup", "delivered"),
    ("picked-up", "customs-hold", "customs-cleared", "delivered"),
    ("picked-up", "arrived"),
    ("picked-up", "attempted", "returning"),
)
"""What a parcel may live through, in order."""


@dataclass(frozen=True)
class Word:
    """How a carrier says it."""

    code: str
    """As the carrier writes it; of UPS and EasyPost, its parts between slashes."""
    text: str = ""
    known_as: str = ""
    """The code as it is kept, where that is another."""

    @property
    def kept(self) -> str:
        """The code that a scan is kept with."""
        return self.known_as or self.code


def _ups(kind: str, scanned: str, digits: str, text: str) -> Word:
    return Word(f"{kind}/{scanned}/{digits}", text, f"{kind}/{digits}")


WORDS: Final[dict[str, dict[str, Word]]] = {
    "ems": {
        "picked-up": Word("EMA"),
        "departed": Word("EMC"),
        "arrived": Word("EMD"),
        "customs-hold": Word("EME"),
        "customs-cleared": Word("EDC"),
        "out": Word("EDG"),
        "delivered": Word("EMI"),
        "attempted": Word("EMH"),
        "pickup": Word("EDH"),
        "returning": Word("EDX"),
    },
    "dhl": {
        "picked-up": Word("transit", "Shipment picked up"),
        "departed": Word("transit", "Shipment has departed from a DHL facility"),
        "arrived": Word("transit", "Arrived at DHL Sort Facility"),
        "customs-hold": Word(
            "transit", "Clearance event. Shipment is on hold, documents are required for customs"
        ),
        "customs-cleared": Word("transit", "Customs clearance status updated. Customs cleared"),
        "out": Word("transit", "Shipment is out with courier for delivery"),
        "delivered": Word("delivered", "Delivered"),
        "attempted": Word("transit", "Delivery attempted; recipient not home"),
        "pickup": Word("transit", "Shipment is ready for pickup at a DHL ServicePoint"),
        "returning": Word("transit", "Shipment is being returned to the sender"),
    },
    "ups": {
        "picked-up": _ups("P", "PU", "038", "Pickup Scan"),
        "departed": _ups("I", "DP", "005", "Departed from Facility"),
        "arrived": _ups("I", "AR", "010", "Arrived at Facility"),
        "customs-hold": _ups("X", "8C", "058", "Information is required from the sender."),
        "customs-cleared": _ups("I", "DS", "014", "Your package has cleared customs"),
        "out": _ups("I", "OT", "021", "Out For Delivery Today"),
        "delivered": _ups("D", "FS", "011", "DELIVERED "),
        "attempted": _ups("X", "48", "022", "The receiver was not available."),
        "pickup": _ups("I", "2Q", "040", "Ready for pickup at a UPS Access Point"),
        "returning": _ups("X", "RT", "035", "Your package is being returned to the sender."),
    },
    "easypost": {
        "picked-up": Word(
            "in_transit/received_at_origin_facility", "Accepted at USPS Origin Facility"
        ),
        "departed": Word("in_transit/departed_facility", "Departed USPS Regional Facility"),
        "arrived": Word("in_transit/arrived_at_facility", "Arrived at USPS Regional Facility"),
        "customs-hold": Word("in_transit/held", "Held in Customs"),
        "customs-cleared": Word("in_transit/in_transit", "Cleared Customs"),
        "out": Word("out_for_delivery/out_for_delivery", "Out for Delivery"),
        "delivered": Word("delivered/arrived_at_destination", "Delivered, In/At Mailbox"),
        "attempted": Word("failure/delivery_exception", "Delivery Attempted - No Access, not home"),
        "pickup": Word("available_for_pickup/arrived_at_pickup_location", "Available for Pickup"),
        "returning": Word("return_to_sender/return", "Return to Sender Processed"),
    },
}
