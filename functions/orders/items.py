"""How an order stands in OrdersTable: the one place that converts to and from stored items.

The order item is kept small, because every step of its life writes it once: what never changes
stands in the details, and a line's number that is 0 or a flag at its usual value is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from orders.attributes import nonzero, present
from orders.customers import customer_of
from orders.details import Address, Customer, DetailLine, Details, Discount, Totals
from orders.lifecycle import pay_by
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
    Payment,
    PaymentKind,
    PaymentRule,
    Payments,
    ReturnState,
    Shipment,
    ShopRules,
    ShortageRule,
    Stamp,
)
from orders.records import Entry, Happening, KeyUse, PaymentFact, Told
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Values = Mapping[str, Any]
T = TypeVar("T", bound="DataclassInstance")


def order_item(
    order: Order, stamp: Stamp, *, demand_changed: bool, amended: Sequence[str] = ()
) -> Item:
    """Return the item under :func:`waybill.keys.order`.

    ``demand_changed`` and ``amended``, the fields that were, tell of this very write alone.
    """
    deadline = pay_by(order)
    return keys.order(order.shop_id, order.order_id) | present(
        version=order.version,
        shop_id=order.shop_id,
        order_id=order.order_id,
        number=order.number,
        status=order.status.value,
        placed_at=to_text(order.placed_at),
        updated_at=to_text(order.updated_at),
        list_pk=keys.orders_of_shop(order.shop_id, order.order_id),
        list_sk=list_position(order.placed_at, order.order_id),
        channel=order.channel,
        external_id=order.external_id,
        currency=order.currency,
        total=order.total,
        ship_country=order.ship_country,
        allocation=order.allocation.value,
        on_shortage=order.rules.on_shortage.value,
        payment_rule=_unless(order.rules.payment.value, PaymentRule.NONE.value),
        payment_minutes=order.rules.payment_minutes,
        lines=[_line_item(line) for line in order.lines],
        holds=[_hold_item(hold) for hold in order.holds],
        removed=order.removed or None,
        payments=nonzero(asdict(order.payments)) or None,
        payment_facts=order.payment_facts or None,
        shipments={key: _shipment_item(one) for key, one in order.shipments.items()} or None,
        asks_stock=_unless(order.asks_stock, True),
        inventory_version=order.inventory_version or None,
        platform_version=order.platform_version or None,
        cancel_reason=order.cancel_reason.value if order.cancel_reason else None,
        cancelled_at=_text(order.cancelled_at),
        confirmed_at=_text(order.confirmed_at),
        completed_at=_text(order.completed_at),
        edit=_edit_item(order.edit),
        returns={key: state.value for key, state in order.returns.items()} or None,
        unpaid_pk=keys.unpaid(order.order_id) if deadline else None,
        pay_by=_text(deadline),
        asked_pk=keys.asked(order.order_id) if order.asked_at else None,
        asked_at=_text(order.asked_at),
        tags=list(order.tags) or None,
        test=order.test,
        demand_changed=demand_changed,
        amended=list(amended) or None,
        correlation_id=stamp.correlation_id,
        actor=stamp.actor,
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
        payments=_known(Payments, item.get("payments", {})),
        payment_facts=item.get("payment_facts", 0),
        shipments={key: _read_shipment(one) for key, one in item.get("shipments", {}).items()},
        asks_stock=item.get("asks_stock", True),
        inventory_version=item.get("inventory_version", 0),
        platform_version=item.get("platform_version", 0),
        cancel_reason=CancelReason(reason) if reason else None,
        cancelled_at=_instant(item.get("cancelled_at")),
        confirmed_at=_instant(item.get("confirmed_at")),
        completed_at=_instant(item.get("completed_at")),
        edit=_read_edit(item.get("edit")),
        returns={key: ReturnState(state) for key, state in item.get("returns", {}).items()},
        asked_at=_instant(item.get("asked_at")),
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


def list_position(placed_at: datetime, order_id: str) -> str:
    """Where an order stands in its shop's list."""
    return f"{to_text(placed_at)}#{order_id}"


def details_item(details: Details, stamp: Stamp, *, version: int = 1) -> Item:
    """Return the item under :func:`waybill.keys.order_details`, as of a version of the order."""
    customer_id = customer_of(details)
    return keys.order_details(details.shop_id, details.order_id) | present(
        version=version,
        shop_id=details.shop_id,
        order_id=details.order_id,
        number=details.number,
        placed_at=to_text(details.placed_at),
        request_hash=details.request_hash,
        key_hash=details.key_hash,
        currency=details.currency,
        customer=present(**asdict(details.customer)),
        customer_pk=keys.orders_of_customer(details.shop_id, customer_id) if customer_id else None,
        customer_sk=list_position(details.listed_at or details.placed_at, details.order_id)
        if customer_id
        else None,
        listed_at=_text(details.listed_at),
        placed_by=_unless(details.placed_by, stamp.actor) or None,
        shipping_address=_address_item(details.shipping_address),
        billing_address=_address_item(details.billing_address),
        lines=[_detail_line_item(line) for line in details.lines],
        totals=asdict(details.totals),
        prices_include_tax=_unless(details.prices_include_tax, False),
        discounts=[present(**asdict(discount)) for discount in details.discounts] or None,
        payments=[
            present(kind=p.kind.value, amount=p.amount, reference=p.reference)
            for p in details.payments
        ]
        or None,
        note=details.note,
        metadata=dict(details.metadata),
        correlation_id=stamp.correlation_id,
        actor=stamp.actor,
        updated_at=to_text(stamp.at),
    )


def read_details(item: Values) -> Details:
    """Return the details of an item."""
    return Details(
        shop_id=item["shop_id"],
        order_id=item["order_id"],
        number=item["number"],
        placed_at=from_text(item["placed_at"]),
        request_hash=item["request_hash"],
        key_hash=item.get("key_hash"),
        currency=item["currency"],
        customer=_known(Customer, item["customer"]),
        shipping_address=_read_address(item.get("shipping_address")),
        billing_address=_read_address(item.get("billing_address")),
        lines=tuple(_known(DetailLine, line) for line in item["lines"]),
        totals=_known(Totals, item["totals"]),
        prices_include_tax=item.get("prices_include_tax", False),
        discounts=tuple(_known(Discount, discount) for discount in item.get("discounts", ())),
        payments=tuple(
            Payment(PaymentKind(p["kind"]), p["amount"], p.get("reference"))
            for p in item.get("payments", ())
        ),
        note=item.get("note"),
        metadata=item["metadata"],
        listed_at=_instant(item.get("listed_at")),
        placed_by=item.get("placed_by", item["actor"]),
    )


def entry_item(order: Order, entry: Entry, position: int, stamp: Stamp) -> Item:
    """Return the item under :func:`waybill.keys.order_entry`."""
    key = keys.order_entry(order.shop_id, order.order_id, f"{entry.version:09d}#{position}")
    return key | present(
        version=entry.version,
        shop_id=order.shop_id,
        order_id=order.order_id,
        what=entry.told.what.value,
        data=dict(entry.told.data) or None,
        updated_at=to_text(entry.at),
        correlation_id=stamp.correlation_id,
        actor=entry.actor,
    )


def read_entry(item: Values) -> Entry:
    """Return the timeline entry of an item."""
    told = Told(Happening(item["what"]), item.get("data", {}))
    return Entry(item["version"], from_text(item["updated_at"]), item["actor"], told)


def payment_item(order: Order, fact: PaymentFact, stamp: Stamp) -> Item:
    """Return the item under :func:`waybill.keys.order_payment`."""
    return keys.order_payment(order.shop_id, order.order_id, fact.payment_id) | present(
        version=order.version,
        shop_id=order.shop_id,
        order_id=order.order_id,
        payment_id=fact.payment_id,
        kind=fact.payment.kind.value,
        amount=fact.payment.amount,
        reference=fact.payment.reference,
        return_id=fact.return_id,
        updated_at=to_text(fact.at),
        correlation_id=stamp.correlation_id,
        actor=fact.actor,
    )


def read_payment(item: Values) -> PaymentFact:
    """Return the payment fact of an item."""
    return PaymentFact(
        item["payment_id"],
        Payment(PaymentKind(item["kind"]), item["amount"], item.get("reference")),
        from_text(item["updated_at"]),
        item["actor"],
        item.get("return_id"),
    )


def key_use_item(order: Order, use: KeyUse, stamp: Stamp) -> Item:
    """Return the item under :func:`waybill.keys.order_key_use`."""
    return keys.order_key_use(order.shop_id, order.order_id, use.made) | {
        "version": order.version,
        "shop_id": order.shop_id,
        "order_id": order.order_id,
        "made": use.made,
        "body_hash": use.body_hash,
        "updated_at": to_text(stamp.at),
        "correlation_id": stamp.correlation_id,
        "actor": stamp.actor,
    }


def read_key_use(item: Values) -> KeyUse:
    """Return what an item says a key made."""
    return KeyUse(item["made"], item["body_hash"])


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
        requires_shipping=_unless(line.requires_shipping, True),
        restocked=dict(line.restocked) or None,
        edit_id=line.edit_id,
    )


def _detail_line_item(line: DetailLine) -> Item:
    numbers = nonzero({"discount": line.discount, "tax": line.tax, "share": line.share})
    return numbers | present(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        title=line.title,
    )


def _edit_item(edit: OrderEdit | None) -> Item | None:
    if edit is None:
        return None
    return present(
        edit_id=edit.edit_id,
        state=edit.state.value,
        reason=edit.reason,
        since=edit.since or None,
        charged_at=_text(edit.charged_at),
    )


def _read_edit(item: Values | None) -> OrderEdit | None:
    if item is None:
        return None
    return OrderEdit(
        item["edit_id"],
        EditState(item["state"]),
        item.get("reason"),
        item.get("since", 0),
        _instant(item.get("charged_at")),
    )


def _read_line(item: Values) -> Line:
    return _known(Line, item)


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
        ended=_unless(shipment.ended, False),
        unmatched=_unless(shipment.unmatched, False),
    )


def _read_shipment(item: Values) -> Shipment:
    return Shipment(
        item["version"],
        item["lines"],
        item["delivered"],
        ended=item.get("ended", False),
        unmatched=item.get("unmatched", False),
    )


def _address_item(address: Address | None) -> Item | None:
    return present(**asdict(address)) if address else None


def _read_address(item: Values | None) -> Address | None:
    return _known(Address, item) if item else None


def _known(kind: type[T], item: Values) -> T:
    """Read the attributes that are known; what another version of the code stored is no error."""
    return kind(**{f.name: item[f.name] for f in fields(kind) if f.name in item})


def _unless(value: Any, usual: Any) -> Any:
    return None if value == usual else value


def _text(instant: datetime | None) -> str | None:
    return to_text(instant) if instant else None


def _instant(text: str | None) -> datetime | None:
    return from_text(text) if text else None
