"""How an edit stands in OrdersTable."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from orders.attributes import present
from orders.details import DetailLine
from orders.edits.edit import Added, Edit, Kept, NewLine, NewQuantity, Quote, QuoteState, Wish
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item


def edit_item(edit: Edit, *, actor: str, correlation_id: str) -> Item:
    """Return the item under :func:`waybill.keys.order_edit`: an order's newest edit.

    What is wished is told by the lines that it adds; it is not kept twice.
    """
    made = edit.quote
    return keys.order_edit(edit.shop_id, edit.order_id) | present(
        version=edit.version,
        shop_id=edit.shop_id,
        order_id=edit.order_id,
        edit_id=edit.edit_id,
        state=edit.state.value,
        reason=edit.reason,
        request_hash=edit.request_hash,
        currency=edit.currency,
        set_to=[
            present(line_id=one.line_id, quantity=one.quantity, tax=one.tax)
            for one in edit.wish.set_to
        ]
        or None,
        shipping=edit.wish.shipping,
        note=edit.wish.note,
        added=[_added_item(one) for one in made.added] or None,
        kept=[{"line_id": k.line_id, "before": k.before, "after": k.after} for k in made.kept],
        shipping_before=made.shipping_before,
        shipping_after=made.shipping_after,
        total_before=made.total_before,
        total_after=made.total_after,
        created_at=to_text(edit.created_at),
        expires_at=to_text(edit.expires_at),
        updated_at=to_text(edit.updated_at),
        correlation_id=correlation_id,
        actor=actor,
    )


def read_edit(item: Mapping[str, Any]) -> Edit:
    """Return the edit of an item."""
    added = tuple(_read_added(one) for one in item.get("added", ()))
    return Edit(
        shop_id=item["shop_id"],
        order_id=item["order_id"],
        edit_id=item["edit_id"],
        version=item["version"],
        request_hash=item["request_hash"],
        wish=Wish(
            add=tuple(_as_wished(one) for one in added if one.raises is None),
            set_to=tuple(
                NewQuantity(one["line_id"], one["quantity"], one.get("tax"))
                for one in item.get("set_to", ())
            ),
            shipping=item.get("shipping"),
            note=item.get("note"),
        ),
        quote=Quote(
            added=added,
            kept=tuple(Kept(k["line_id"], k["before"], k["after"]) for k in item["kept"]),
            shipping_before=item["shipping_before"],
            shipping_after=item["shipping_after"],
            total_before=item["total_before"],
            total_after=item["total_after"],
        ),
        currency=item["currency"],
        created_at=from_text(item["created_at"]),
        expires_at=from_text(item["expires_at"]),
        updated_at=from_text(item["updated_at"]),
        state=QuoteState(item["state"]),
        reason=item.get("reason"),
    )


def _added_item(one: Added) -> Item:
    sold = one.sold
    return present(
        line_id=sold.line_id,
        sku=sold.sku,
        quantity=sold.quantity,
        unit_price=sold.unit_price,
        discount=sold.discount or None,
        tax=sold.tax or None,
        title=sold.title,
        requires_shipping=None if one.requires_shipping else False,
        raises=one.raises,
    )


def _read_added(item: Mapping[str, Any]) -> Added:
    known = {f.name: item[f.name] for f in fields(DetailLine) if f.name in item}
    return Added(DetailLine(**known), item.get("requires_shipping", True), item.get("raises"))


def _as_wished(one: Added) -> NewLine:
    sold = one.sold
    return NewLine(
        sku=sold.sku,
        quantity=sold.quantity,
        unit_price=sold.unit_price,
        discount=sold.discount,
        tax=sold.tax,
        title=sold.title,
        requires_shipping=one.requires_shipping,
    )
