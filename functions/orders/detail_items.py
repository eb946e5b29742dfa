"""How what an order was placed with stands in OrdersTable: converted to and from its item here."""

from dataclasses import asdict

from orders import indexes
from orders.attributes import Values, instant, known, nonzero, present, text, unless
from orders.details import Address, Customer, DetailLine, Details, Discount, Totals
from orders.order import Payment, PaymentKind, Stamp
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item


def details_item(details: Details, stamp: Stamp, *, version: int = 1) -> Item:
    """Return the item under :func:`waybill.keys.order_details`, as of a version of the order."""
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
        listed_at=text(details.listed_at),
        placed_by=unless(details.placed_by, stamp.actor) or None,
        shipping_address=_address_item(details.shipping_address),
        billing_address=_address_item(details.billing_address),
        lines=[_detail_line_item(line) for line in details.lines],
        totals=asdict(details.totals),
        prices_include_tax=unless(details.prices_include_tax, False),
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
        **indexes.of_details(details),
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
        customer=known(Customer, item["customer"]),
        shipping_address=_read_address(item.get("shipping_address")),
        billing_address=_read_address(item.get("billing_address")),
        lines=tuple(known(DetailLine, line) for line in item["lines"]),
        totals=known(Totals, item["totals"]),
        prices_include_tax=item.get("prices_include_tax", False),
        discounts=tuple(known(Discount, discount) for discount in item.get("discounts", ())),
        payments=tuple(
            Payment(PaymentKind(p["kind"]), p["amount"], p.get("reference"))
            for p in item.get("payments", ())
        ),
        note=item.get("note"),
        metadata=item["metadata"],
        listed_at=instant(item.get("listed_at")),
        placed_by=item.get("placed_by", item["actor"]),
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


def _address_item(address: Address | None) -> Item | None:
    return present(**asdict(address)) if address else None


def _read_address(item: Values | None) -> Address | None:
    return known(Address, item) if item else None
