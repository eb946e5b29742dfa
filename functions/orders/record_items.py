"""How what has happened to an order stands beside it: entries, payments, uses of keys."""

from orders.attributes import Values, present
from orders.order import Order, Payment, PaymentKind, Stamp
from orders.records import Entry, Happening, KeyUse, PaymentFact, Told
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item


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
