"""What each event says and carries: the contract between rooms.

docs/events.md is generated from here; the contract tests hold the rooms' emitters, the template's
patterns and this table together. No handler loads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from waybill.events import EventName


@dataclass(frozen=True)
class EventSpec:
    """One event: who emits it, when, and the fields of its ``data``."""

    room: str
    when: str
    fields: tuple[str, ...]


_RETURN: Final = ("return_id", "order_id", "number", "status", "lines", "refunded", "currency")

CATALOGUE: Final[Mapping[EventName, EventSpec]] = {
    EventName.ORDER_PLACED: EventSpec(
        "orders",
        "An order was accepted, from the API or a platform.",
        ("order_id", "number", "status", "channel", "currency", "total", "lines"),
    ),
    EventName.ORDER_HELD: EventSpec(
        "orders",
        "A hold was put on an order; lists the kinds of all open holds.",
        ("order_id", "number", "holds"),
    ),
    EventName.ORDER_HOLD_RELEASED: EventSpec(
        "orders",
        "A hold was taken off an order; lists the kinds that were, and of all open holds.",
        ("order_id", "number", "released", "holds"),
    ),
    EventName.ORDER_AMENDED: EventSpec(
        "orders",
        "An order's addresses, contact, note, tags or metadata were amended; names what was.",
        ("order_id", "number", "fields"),
    ),
    EventName.ORDER_CONFIRMED: EventSpec(
        "orders",
        "Stock is decided, no hold is open and the payment rule is met.",
        ("order_id", "number", "inventory_status", "fulfillment_status"),
    ),
    EventName.ORDER_CANCELLED: EventSpec(
        "orders", "An order was cancelled as a whole.", ("order_id", "number", "reason")
    ),
    EventName.ORDER_EXPIRED: EventSpec(
        "orders", "An order was not paid in time; frees what it held.", ("order_id", "number")
    ),
    EventName.ORDER_FULFILLED: EventSpec(
        "orders",
        "Units were handed to a carrier; states the order's fulfillment_status.",
        ("order_id", "number", "fulfillment_status"),
    ),
    EventName.ORDER_COMPLETED: EventSpec(
        "orders",
        "Every unit that requires shipping is delivered, cancelled or returned.",
        ("order_id", "number"),
    ),
    EventName.ORDER_EDITED: EventSpec(
        "orders",
        "A confirmed edit took effect: what it adds is reserved; money in minor units.",
        (
            "order_id",
            "number",
            "edit_id",
            "currency",
            "charge",
            "refund",
            "added",
            "removed",
        ),
    ),
    EventName.ORDER_EDIT_DECLINED: EventSpec(
        "orders",
        "A confirmed edit was declined, for want of stock or a change meanwhile; nothing changed.",
        ("order_id", "number", "edit_id", "reason"),
    ),
    EventName.ORDER_PAYMENT_RECORDED: EventSpec(
        "orders",
        "A payment of an order was recorded; states the sums of all of them.",
        (
            "order_id",
            "number",
            "kind",
            "amount",
            "currency",
            "payments",
            "payment_status",
        ),
    ),
    EventName.RETURN_REQUESTED: EventSpec(
        "orders", "Units of an order are to be sent back; the key is the return's id.", _RETURN
    ),
    EventName.RETURN_APPROVED: EventSpec("orders", "A return may be sent back.", _RETURN),
    EventName.RETURN_DECLINED: EventSpec("orders", "A return was declined.", _RETURN),
    EventName.RETURN_RECEIVED: EventSpec(
        "orders",
        "Units of a return arrived; states all that have, by shelf, and what is damaged.",
        _RETURN,
    ),
    EventName.RETURN_REFUNDED: EventSpec(
        "orders", "Units of a return were refunded; states all the money so far.", _RETURN
    ),
    EventName.RETURN_CANCELLED: EventSpec(
        "orders",
        "What has not arrived of a return will not come; the return goes on with what has.",
        _RETURN,
    ),
    EventName.STOCK_INCREASED: EventSpec(
        "inventory",
        "More of a SKU is available at a location.",
        ("sku", "location_id", "available"),
    ),
    EventName.LOW_STOCK: EventSpec(
        "inventory",
        "What is available fell to the reorder point; once per crossing.",
        ("sku", "location_id", "available"),
    ),
    EventName.OUT_OF_STOCK: EventSpec(
        "inventory",
        "Nothing is available any more; once per crossing.",
        ("sku", "location_id", "available"),
    ),
    EventName.STOCK_DRIFT_FOUND: EventSpec(
        "inventory",
        "What is stored of a SKU at a location is not what its rows come to; once per difference.",
        ("sku", "location_id", "drift"),
    ),
    EventName.STOCK_OVERSOLD: EventSpec(
        "inventory",
        "Fewer units are on hand than orders were promised; once per crossing from none missing.",
        ("sku", "location_id", "available", "shortfall"),
    ),
    EventName.SHIPMENT_CREATED: EventSpec(
        "tracking",
        "A shipment was registered.",
        ("shipment_id", "order_id", "lines", "parcels", "carriers"),
    ),
    EventName.SHIPMENT_STATUS_CHANGED: EventSpec(
        "tracking",
        "The status of a shipment changed, or an exception asks its recipient for something that "
        "it did not ask for before: then `previous_status` is `status`.",
        ("shipment_id", "order_id", "status", "previous_status", "sub_status", "lines"),
    ),
    EventName.SHIPMENT_ESTIMATE_CHANGED: EventSpec(
        "tracking",
        "A shipment on its way is expected on another day than before, both known: `day`, the last "
        "of the window; `from` and `to` have the offset of the place where that is known.",
        ("shipment_id", "order_id", "status", "estimate", "previous"),
    ),
    EventName.CARRIER_FAILED: EventSpec(
        "tracking",
        "A carrier is not asked for now, but for a probe now and then: it was not reached, did not "
        "answer or refused the credentials; `shop_id` is `operator`, the key the carrier.",
        ("carrier", "since", "failures", "reason"),
    ),
    EventName.CARRIER_RECOVERED: EventSpec(
        "tracking",
        "A carrier that was failing is asked again: it answered, or the operator set it up anew; "
        "tells since when it failed, and why; `shop_id` is `operator`.",
        ("carrier", "since", "failures", "reason"),
    ),
    EventName.SHIPMENT_CORRECTED: EventSpec(
        "tracking",
        "The number or carrier of parcels was corrected: what was known of them is forgotten;"
        " states the shipment's status and carriers after it.",
        ("shipment_id", "order_id", "lines", "parcel_ids", "carriers", "status"),
    ),
    EventName.SHOP_CREATED: EventSpec("shops", "A shop was made.", ("shop_id",)),
    EventName.PLATFORM_ORDER_OBSERVED: EventSpec(
        "shops",
        "A platform told of a newer state of an order.",
        ("platform", "external_id", "observed_at", "topic"),
    ),
}
