"""What an amendment does to an order; pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from orders.amending.models import AmendOrder
from orders.details import Customer, Details
from orders.lifecycle import impossible, settled
from orders.models import MAX_METADATA
from orders.order import HoldKind, Order
from orders.placing import address_of
from orders.records import Change, Happening, Told
from waybill.problems import field_problem

_WRONG_ADDRESS: Final = HoldKind.INCORRECT_ADDRESS


def amend(order: Order, details: Details, wish: AmendOrder, at: datetime) -> Change | None:
    """Return the order with what the wish names; None where that is as it was.

    A right address releases the hold of a wrong one. Raises :class:`Conflict` for an address that
    nothing goes to any more, :class:`Unprocessable` where one is needed, or for too much metadata.
    """
    named = wish.model_fields_set
    after, told = order, details
    if "shipping_address" in named:
        after, told = _with_address(after, told, wish)
    if "billing_address" in named:
        told = replace(told, billing_address=address_of(wish.billing_address))
    if "customer" in named:
        told = replace(told, customer=_customer(details.customer, wish))
    if "note" in named:
        told = replace(told, note=wish.note)
    if "metadata" in named:
        told = replace(told, metadata=_metadata(details.metadata, wish))
    if "tags" in named:
        after = replace(after, tags=tuple(wish.tags or ()))
    return _change(order, details, after, told, at)


def _change(
    order: Order, details: Details, after: Order, told: Details, at: datetime
) -> Change | None:
    changed = [name for name in _IN_DETAILS if getattr(told, name) != getattr(details, name)]
    fields = sorted([*changed, *(["tags"] if after.tags != order.tags else [])])
    entries = [Told(Happening.AMENDED, {"fields": fields})] if fields else []
    entries += [
        Told(Happening.HOLD_RELEASED, {"kind": hold.kind.value, "hold_id": hold.id})
        for hold in order.holds
        if hold not in after.holds
    ]
    if not entries:
        return None
    records = (told,) if changed else ()
    return Change(settled(after, at), tuple(entries), records)


_IN_DETAILS: Final = ("shipping_address", "billing_address", "customer", "note", "metadata")


def _with_address(order: Order, details: Details, wish: AmendOrder) -> tuple[Order, Details]:
    if order.ended:
        raise impossible(order, "goes nowhere any more")
    to_ship = [line for line in order.agreed_lines if line.requires_shipping]
    if to_ship and not any(line.open for line in to_ship):
        raise impossible(order, "was shipped")
    address = address_of(wish.shipping_address)
    if address is None and to_ship:
        raise field_problem("/shipping_address", "required where a line requires shipping")
    holds = tuple(hold for hold in order.holds if hold.kind is not _WRONG_ADDRESS)
    order = replace(order, holds=holds, ship_country=address.country if address else "")
    return order, replace(details, shipping_address=address)


def _customer(customer: Customer, wish: AmendOrder) -> Customer:
    named = wish.customer.model_fields_set
    return replace(customer, **{name: getattr(wish.customer, name) for name in named})


def _metadata(metadata: Mapping[str, str], wish: AmendOrder) -> dict[str, str]:
    if wish.metadata is None:
        return {}
    merged = {**metadata, **wish.metadata}
    kept = {name: value for name, value in merged.items() if value is not None}
    if len(kept) > MAX_METADATA:
        raise field_problem("/metadata", f"at most {MAX_METADATA} keys")
    return kept
