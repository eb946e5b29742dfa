"""The indexes of OrdersTable: what an item writes to stand in each, and how each is asked.

template.yaml declares them, :mod:`waybill.keys` says what their partitions are called, and the
repositories run the lookups.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from orders.attributes import Values, text
from orders.customers import customer_of
from orders.details import Details
from orders.lifecycle import pay_by
from orders.order import Order
from waybill import keys
from waybill.clock import to_text

# Around every instant and id there is: digits sort before "~".
_FIRST: Final = "0"
_LAST: Final = "9999-12-31T23:59:59.999Z#~"


@dataclass(frozen=True)
class Lookup:
    """What is asked of an index: a key condition, its values, and the index."""

    condition: str
    values: Values
    index: str


def of_order(order: Order) -> dict[str, str | None]:
    """Return where an order stands: in its shop's list; by when it asked; by when it is to pay."""
    deadline = pay_by(order)
    return {
        "list_pk": keys.orders_of_shop(order.shop_id, order.order_id),
        "list_sk": list_position(order.placed_at, order.order_id),
        "asked_pk": keys.asked(order.order_id) if order.asked_at else None,
        "asked_at": text(order.asked_at),
        "unpaid_pk": keys.unpaid(order.order_id) if deadline else None,
        "pay_by": text(deadline),
    }


def of_details(details: Details) -> dict[str, str | None]:
    """Return where an order's details stand: in the list of its customer, if that is known."""
    customer_id = customer_of(details)
    if not customer_id:
        return {}
    listed_at = details.listed_at or details.placed_at
    return {
        "customer_pk": keys.orders_of_customer(details.shop_id, customer_id),
        "customer_sk": list_position(listed_at, details.order_id),
    }


def list_position(placed_at: datetime, order_id: str) -> str:
    """Where an order stands in its shop's list."""
    return f"{to_text(placed_at)}#{order_id}"


def placed(partition: str, first: datetime | None, last: datetime | None) -> Lookup:
    """Orders in a partition of a shop's list that were placed then; both bounds belong to it."""
    return Lookup(
        "list_pk = :partition AND list_sk BETWEEN :first AND :last",
        {
            ":partition": partition,
            ":first": to_text(first) if first else _FIRST,
            ":last": list_position(last, "~") if last else _LAST,
        },
        "by_shop",
    )


def of_customer(partition: str) -> Lookup:
    """A customer's orders, by placement."""
    return Lookup("customer_pk = :customer", {":customer": partition}, "by_customer")


def asked(bucket: int, first: datetime, last: datetime) -> Lookup:
    """Orders of all shops that asked for stock then, where that was not at their placement."""
    return Lookup(
        "asked_pk = :bucket AND asked_at BETWEEN :first AND :last",
        {
            ":bucket": keys.asked_bucket(bucket),
            ":first": to_text(first),
            ":last": to_text(last),
        },
        "by_asking",
    )


def overdue(bucket: int, now: datetime) -> Lookup:
    """Orders of all shops that were to be paid by now."""
    return Lookup(
        "unpaid_pk = :bucket AND pay_by <= :now",
        {":bucket": keys.unpaid_bucket(bucket), ":now": to_text(now)},
        "by_deadline",
    )
