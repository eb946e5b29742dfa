"""What problems tell beside RFC 9457's members: the state that refused, and what it allows."""

from typing import Any, Final

Json = dict[str, Any]

_TEXTS: Final[Json] = {"type": "array", "items": {"type": "string"}}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _path(description: str) -> Json:
    return {"type": "string", "format": "uri-reference", "description": description}


def _number(description: str) -> Json:
    return {"type": "integer", "description": description}


def _money(description: str) -> Json:
    return {
        "type": "object",
        "description": description,
        "required": ["amount", "currency"],
        "properties": {"amount": {"type": "integer"}, "currency": {"type": "string"}},
    }


MEMBERS: Final[Json] = {
    "possible": _TEXTS | {"description": "What this state can still become, or be asked to do."},
    "order_status": _text("The order's status."),
    "edit_state": _text("The edit's state."),
    "return_status": _text("The return's status."),
    "order": _path("The order that is in the way."),
    "edit": _path("The edit that is in the way."),
    "edit_id": _text("The edit that is in the way."),
    "shipment_id": _text("The shipment that is in the way."),
    "payment_id": _text("The payment that was recorded before."),
    "line_id": _text("The line of which there are not as many units."),
    "open": _number("Units of the line that are neither shipped nor cancelled."),
    "returnable": _number("Units of the line that can be returned."),
    "due": _number("Units of the line that are still to come back."),
    "holds": _number("Holds that the order has."),
    "returns": _number("Returns that the order has."),
    "amount": _number("What was told before, in minor units of the order's currency."),
    "payments": {
        "type": "object",
        "description": "The order's sums, in minor units of its currency.",
        "additionalProperties": {"type": "integer"},
    },
    "refundable": _money("What was captured and is not refunded."),
    "voidable": _money("What was authorized and is not voided."),
    "charge": _money("What the edit would charge now."),
    "refund": _money("What the edit would give back now."),
    "previous_total": _money("The order's total now."),
    "total": _money("The total that the edit would make now."),
    "skus": _TEXTS | {"description": "SKUs whose units keep the location open; the first of them."},
    "on_hand": _number("Units that are at the location."),
    "available": _number("Units that are promised to nobody."),
    "incoming": _number("Units that are on their way to the location."),
    "in_transit": _number("Units of the transfer that have neither arrived nor been lost."),
}
"""By name. Every member that a problem is raised with is here (tests/contract)."""
