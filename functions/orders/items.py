"""How an order stands in OrdersTable: the one place that converts to and from its item.

The item is kept small, because every step of an order's life writes it once: what never changes
stands in the details, and a line's number that is 0 or a flag at its usual value is left out.
"""

from collections.abc import Sequence
from dataclasses import asdict

from orders import indexes
from orders.attributes import Values, instant, known, nonzero, present, text, unless
from orders.order import (
    AllocationRule,
    CancelReason,
    EditState,
    Hold,
    HoldKind,
    Line,
    Order,
    OrderEdit,
    OrderStatus,
    PaymentRule,
    Payments,
    ReturnState,
    Shipment,
    ShopRules,
    ShortageRule,
    Stamp,
)
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item


def order_item(
    order: Order, stamp: Stamp, *, demand_changed: bool, amended: Sequence[str] = ()
) -> Item:
    """Return the item under :func:`waybill.keys.order`.

    ``demand_changed`` and ``amended``, the fields that were, tell of this very write alone.
    """
    return keys.order(order.shop_id, order.order_id) | present(
        version=order.version,
        shop_id=order.shop_id,
        order_id=order.order_id,
        number=order.number,
        status=order.status.value,
        placed_at=to_text(order.placed_at),
        updated_at=to_text(order.updated_at),
        channel=order.channel,
        external_id=order.external_id,
        currency=order.currency,
        total=order.total,
        ship_country=order.ship_country,
        allocation=order.allocation.value,
        on_shortage=order.rules.on_shortage.value,
        payment_rule=unless(order.rules.payment.value, PaymentRule.NONE.value),
        payment_minutes=order.rules.payment_minutes,
        lines=[_line_item(line) for line in order.lines],
        holds=[_hold_item(hold) for hold in order.holds],
        removed=order.removed or None,
        payments=nonzero(asdict(order.payments)) or None,
        payment_facts=order.payment_facts or None,
        shipments={key: _shipment_item(one) for key, one in order.shipments.items()} or None,
        asks_stock=unless(order.asks_stock, True),
        inventory_version=order.inventory_version or None,
        platform_version=order.platform_version or None,
        cancel_reason=order.cancel_reason.value if order.cancel_reason else None,
        cancelled_at=text(order.cancelled_at),
        confirmed_at=text(order.confirmed_at),
        completed_at=text(order.completed_at),
        edit=_edit_item(order.edit),
        returns={key: state.value for key, state in order.returns.items()} or None,
        tags=list(order.tags) or None,
        test=order.test,
        demand_changed=demand_changed,
        amended=list(amended) or None,
        correlation_id=stamp.correlation_id,
        actor=stamp.actor,
        **indexes.of_order(order),
    )


def read_order(item: Values) -> Order:
    """Return the order of an item."""
    reason = item.get("cancel_reason")
    return Order(
        shop_id=item["shop_id"],
        order_id=item["order_id"],
        version=item["version"],
        number=item["number"],
        status=OrderStatus(item["status"]),
        placed_at=from_text(item["placed_at"]),
        updated_at=from_text(item["updated_at"]),
        channel=item["channel"],
        external_id=item.get("external_id"),
        currency=item["currency"],
        total=item["total"],
        ship_country=item["ship_country"],
        lines=tuple(_read_line(line) for line in item["lines"]),
        rules=ShopRules(
            PaymentRule(item.get("payment_rule", PaymentRule.NONE)),
            ShortageRule(item["on_shortage"]),
            item.get("payment_minutes"),
        ),
        allocation=AllocationRule(item["allocation"]),
        holds=tuple(_read_hold(hold) for hold in item["holds"]),
        removed=item.get("removed", 0),
        payments=known(Payments, item.get("payments", {})),
        payment_facts=item.get("payment_facts", 0),
        shipments={key: _read_shipment(one) for key, one in item.get("shipments", {}).items()},
        asks_stock=item.get("asks_stock", True),
        inventory_version=item.get("inventory_version", 0),
        platform_version=item.get("platform_version", 0),
        cancel_reason=CancelReason(reason) if reason else None,
        cancelled_at=instant(item.get("cancelled_at")),
        confirmed_at=instant(item.get("confirmed_at")),
        completed_at=instant(item.get("completed_at")),
        edit=_read_edit(item.get("edit")),
        returns={key: ReturnState(state) for key, state in item.get("returns", {}).items()},
        asked_at=instant(item.get("asked_at")),
        tags=tuple(item.get("tags", ())),
        test=item["test"],
    )


def may_be_undecided(item: Values) -> bool:
    """Tell whether an item may be an undecided order, without reading the whole of it."""
    if item.get("edit", {}).get("state") == EditState.RESERVING:
        return True
    return bool(
        item.get("status") == OrderStatus.PENDING
        and item.get("asks_stock", True)
        and not item.get("inventory_version")
    )


def _line_item(line: Line) -> Item:
    quantities = {
        "cancelled": line.cancelled,
        "allocated": line.allocated,
        "backordered": line.backordered,
        "fulfilled": line.fulfilled,
        "delivered": line.delivered,
        "returned": line.returned,
        "refunded": line.refunded,
    }
    return nonzero(quantities) | present(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        requires_shipping=unless(line.requires_shipping, True),
        restocked=dict(line.restocked) or None,
        edit_id=line.edit_id,
    )


def _edit_item(edit: OrderEdit | None) -> Item | None:
    if edit is None:
        return None
    return present(
        edit_id=edit.edit_id,
        state=edit.state.value,
        reason=edit.reason,
        since=edit.since or None,
        charged_at=text(edit.charged_at),
    )


def _read_edit(item: Values | None) -> OrderEdit | None:
    if item is None:
        return None
    return OrderEdit(
        item["edit_id"],
        EditState(item["state"]),
        item.get("reason"),
        item.get("since", 0),
        instant(item.get("charged_at")),
    )


def _read_line(item: Values) -> Line:
    return known(Line, item)


def _hold_item(hold: Hold) -> Item:
    return present(
        id=hold.id, kind=hold.kind.value, placed_at=to_text(hold.placed_at), note=hold.note
    )


def _read_hold(item: Values) -> Hold:
    return Hold(item["id"], HoldKind(item["kind"]), from_text(item["placed_at"]), item.get("note"))


def _shipment_item(shipment: Shipment) -> Item:
    return present(
        version=shipment.version,
        lines=dict(shipment.lines),
        delivered=shipment.delivered,
        ended=unless(shipment.ended, False),
        unmatched=unless(shipment.unmatched, False),
    )


def _read_shipment(item: Values) -> Shipment:
    return Shipment(
        item["version"],
        item["lines"],
        item["delivered"],
        ended=item.get("ended", False),
        unmatched=item.get("unmatched", False),
    )
