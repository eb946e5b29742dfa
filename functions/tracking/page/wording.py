"""What the public reads: our own words for statuses, and names of carriers that have no adapter."""

from typing import Final

from tracking.parcels.states import Status

WORDS: Final = {
    Status.PENDING: "Registered",
    Status.NOT_FOUND: "Not yet known to the carrier",
    Status.INFO_RECEIVED: "Announced to the carrier",
    Status.PICKED_UP: "Handed to the carrier",
    Status.IN_TRANSIT: "On its way",
    Status.OUT_FOR_DELIVERY: "Out for delivery",
    Status.AVAILABLE_FOR_PICKUP: "Ready to be picked up",
    Status.DELIVERY_ATTEMPTED: "Delivery was attempted",
    Status.DELIVERED: "Delivered",
    Status.EXCEPTION: "Delayed by a problem",
    Status.RETURNING: "On its way back to the sender",
    Status.RETURNED: "Returned to the sender",
    Status.CANCELLED: "Cancelled",
    Status.EXPIRED: "No news for a long time",
}

SUB_WORDS: Final = {
    "action_needed": "the carrier needs something from the sender",
    "address_problem": "the address needs a correction",
    "arrived_at_destination": "arrived at its destination",
    "arrived_at_facility": "arrived at a facility of the carrier",
    "arrived_destination_country": "arrived in the country of destination",
    "at_delivery_office": "at the delivery office",
    "at_pickup_location": "arrived at the pick-up location",
    "awaiting_information": "the carrier waits for information",
    "customs": "at customs",
    "customs_cleared": "released by customs",
    "customs_docs": "held by customs, documents are needed",
    "customs_export": "at export customs",
    "customs_held": "held by customs",
    "damaged": "damaged on the way",
    "delayed": "delayed",
    "delivery_exception": "could not be delivered as planned",
    "departed_facility": "left a facility of the carrier",
    "departed_origin_country": "left the country of origin",
    "departed_origin_facility": "left the first facility of the carrier",
    "destroyed": "destroyed",
    "duties_unpaid": "waiting for import duties to be paid",
    "export_facility": "at the export office",
    "handover_to_last_mile": "handed to the carrier that delivers it",
    "held": "held by the carrier",
    "lost": "lost by the carrier",
    "missorted": "sent the wrong way by the carrier",
    "payment_due": "a payment is due",
    "recipient_absent": "nobody was there",
    "refused": "refused at the door",
    "to_pickup_location": "on its way to the pick-up location",
    "transit_exception": "delayed by a problem",
    "unclaimed": "not picked up in time",
    "undeliverable": "could not be delivered",
    "weather": "delayed by the weather",
}
"""Of a sub-status, where it says more than its status."""

_SAID_BY_REASON: Final = frozenset({Status.IN_TRANSIT, Status.EXCEPTION})
"""Statuses of which the reason, if there is one, says all; beside others it stands behind them."""

NAMES: Final = {
    "fedex": "FedEx",
    "usps": "USPS",
    "royalmail": "Royal Mail",
    "dpd": "DPD",
    "ontrac": "OnTrac",
}


def in_words(status: Status, sub_status: str) -> str:
    """Where something stands, and why if that is known."""
    reason = SUB_WORDS.get(sub_status)
    if reason is None:
        return WORDS[status]
    if status in _SAID_BY_REASON:
        return reason[0].upper() + reason[1:]
    return f"{WORDS[status]}: {reason}"
