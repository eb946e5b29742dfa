"""The business's rules as tables: the judge's own copy, to be compared with, never imported."""

from typing import Final

FOLLOWS: Final = {
    None: {"draft", "pending", "cancelled"},  # cancelled: a platform's order, seen too late
    "draft": {"pending", "cancelled"},
    "pending": {"confirmed", "completed", "cancelled", "expired"},
    "confirmed": {"completed", "cancelled"},
    "completed": set[str](),
    "cancelled": set[str](),
    "expired": set[str](),
}
"""From each status of an order, those that one write may lead to."""

ENDED: Final = frozenset({"completed", "cancelled", "expired"})
ENDED_UNDELIVERED: Final = frozenset({"returned", "cancelled", "expired"})
"""Of shipments."""
GONE: Final = frozenset({"cancelled", "expired"})
SHIPPABLE: Final = frozenset({"allocated", "partially_allocated", "backordered"})

ALONG: Final = [
    "pending",
    "not_found",
    "info_received",
    "picked_up",
    "in_transit",
    "exception",
    "out_for_delivery",
    "delivery_attempted",
    "available_for_pickup",
    "returning",
    "cancelled",
    "expired",
    "returned",
    "delivered",
]
"""Of two scans in one instant, the one further along counts."""

URGENCY: Final = [
    "pending",
    "not_found",
    "info_received",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
    "returning",
    "exception",
]
"""Of parcels under way, the one that needs somebody most gives the shipment its status."""

ENDINGS: Final = ["cancelled", "delivered", "expired", "returned"]
"""Of parcels that have all ended, the last one here gives the shipment its status."""

MAX_SCANS: Final = 200

_MOVING: Final = frozenset(ALONG) - {"returning", "returned", "cancelled", "expired", "delivered"}
TRUE_WHILE: Final = {
    "order_confirmed": frozenset({"confirmed", "completed"}),
    "order_cancelled": frozenset({"cancelled"}),
    "shipment_dispatched": _MOVING,
    "out_for_delivery": frozenset({"out_for_delivery"}),
    "available_for_pickup": frozenset({"available_for_pickup"}),
    "delivery_attempted": frozenset({"delivery_attempted"}),
    "action_required": frozenset({"exception"}),
    "estimate_changed": _MOVING - {"available_for_pickup"},
}
"""Statuses of the order or shipment in which a message is still the truth; others always are."""

ARRIVAL: Final = frozenset({"out_for_delivery", "available_for_pickup", "delivered"})
"""SMS that share one per shipment."""

ORDER_BUDGETS: Final = {"email": 20, "sms": 5}
"""Messages of one order in one day, of those that may come to be true again and again."""

STATUSES_OF_CALLS: Final = {
    ("POST", "/v1/orders"): {201, 409, 422},
    ("GET", "/v1/orders"): {200, 401},
    ("GET", "/v1/orders/*"): {200, 404},
    ("POST", "/v1/orders/*/cancel"): {200, 404, 409},
    ("POST", "/v1/orders/*/confirm"): {200, 404, 409},
    ("PUT", "/v1/locations/*"): {200, 201, 409, 412},
    ("PUT", "/v1/items/*"): {200, 201, 412},
    ("GET", "/v1/items/*"): {200, 404},
    ("POST", "/v1/stock-movements"): {201, 409, 422},
    ("POST", "/v1/shipments"): {201, 409, 422},
    ("GET", "/v1/shipments/*"): {200, 404},
    ("GET", "/track/*"): {200, 404},
    ("POST", "/webhooks/carriers"): {200, 401},
    ("POST", "/webhooks/shopify/*"): {200, 401},
}
"""What each call may be answered; others with 2xx, 404, 409, 412 or 422."""

USUAL_STATUSES: Final = frozenset({200, 201, 202, 204, 404, 409, 412, 422})
"""Of calls that no line above names."""
