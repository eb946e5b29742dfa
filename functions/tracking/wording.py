"""What the public reads: our own words for statuses, and names of carriers that have no adapter."""

from typing import Final

from tracking.states import Status

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
    "action_needed": "The carrier needs something from the sender",
    "address_problem": "The carrier has a problem with the address",
    "arrived_at_destination": "Arrived at its destination",
    "arrived_at_facility": "Arrived at a facility of the carrier",
    "arrived_destination_country": "Arrived in the country of destination",
    "at_delivery_office": "At the delivery office",
    "at_pickup_location": "Arrived at the pick-up location",
    "awaiting_information": "The carrier waits for information",
    "customs": "At customs",
    "customs_cleared": "Released by customs",
    "customs_docs": "Customs needs a document from the sender",
    "customs_export": "At export customs",
    "customs_held": "Held by customs",
    "damaged": "Damaged on the way",
    "delayed": "Delayed",
    "delivery_exception": "Could not be delivered as planned",
    "departed_facility": "Left a facility of the carrier",
    "departed_origin_country": "Left the country of origin",
    "departed_origin_facility": "Left the first facility of the carrier",
    "destroyed": "Destroyed",
    "duties_unpaid": "Waiting for import duties to be paid",
    "export_facility": "At the export office",
    "handover_to_last_mile": "Handed to the carrier that delivers it",
    "held": "Held by the carrier",
    "lost": "Lost by the carrier",
    "missorted": "Sent the wrong way by the carrier",
    "payment_due": "Waiting for a payment on delivery",
    "recipient_absent": "Delivery was attempted: nobody was there",
    "refused": "Refused at the door",
    "to_pickup_location": "On its way to the pick-up location",
    "transit_exception": "Delayed by a problem",
    "unclaimed": "Not picked up in time",
    "undeliverable": "Could not be delivered",
    "weather": "Delayed by the weather",
}
"""Of a sub-status, where it says more than its status."""

NAMES: Final = {
    "fedex": "FedEx",
    "usps": "USPS",
    "royalmail": "Royal Mail",
    "dpd": "DPD",
    "ontrac": "OnTrac",
}
