"""OrdersTable: every access and every condition of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orders.detail_items import details_item, read_details
from orders.details import Details
from orders.edits.edit import Edit
from orders.edits.items import edit_item
from orders.edits.repository import EditRepository
from orders.items import order_item, read_order
from orders.order import Order, Stamp
from orders.record_items import entry_item, key_use_item, payment_item, read_payment
from orders.records import Entry, Happening, KeyUse, PaymentFact, Record
from orders.returns.items import return_item
from orders.returns.rma import OrderReturn
from waybill import keys
from waybill.dynamo import (
    ConditionFailedError,
    Table,
    TransactionCancelledError,
    is_transient,
    put_write,
)

_READINGS: Final = 8


@dataclass(frozen=True)
class OrderRepository:
    """Orders and their details in DynamoDB."""

    table: Table

    def order(self, shop_id: str, order_id: str) -> Order | None:
        """Return the order as it stands."""
        item = self.table.get(keys.order(shop_id, order_id))
        return read_order(item) if item else None

    def details(self, shop_id: str, order_id: str) -> Details | None:
        """Tell what the order was placed with."""
        item = self.table.get(keys.order_details(shop_id, order_id))
        return read_details(item) if item else None

    def order_with_details(self, shop_id: str, order_id: str) -> tuple[Order, Details] | None:
        """Both, in one request; again where an edit was confirmed between the two readings."""
        wanted = [keys.order(shop_id, order_id), keys.order_details(shop_id, order_id)]
        for reading in range(_READINGS):
            found = {item["sk"]: item for item in self.table.batch_get(wanted)}
            if "order" not in found:
                break
            order, details = read_order(found["order"]), read_details(found["details"])
            if _belong_together(order, details) or reading == _READINGS - 1:
                return order, details
        return None

    def edit(self, shop_id: str, order_id: str, edit_id: str) -> Edit | None:
        """Return an edit of an order."""
        return EditRepository(self.table).edit(shop_id, order_id, edit_id)

    def payment(self, shop_id: str, order_id: str, payment_id: str) -> PaymentFact | None:
        """Return a payment told of after the order was placed."""
        item = self.table.get(keys.order_payment(shop_id, order_id, payment_id))
        return read_payment(item) if item else None

    def payments(self, shop_id: str, order_id: str) -> list[PaymentFact]:
        """All payments told of after the order was placed, as they came."""
        first = keys.order_payment(shop_id, order_id, "")
        found = self.table.query_all(
            "pk = :order AND begins_with(sk, :payments)",
            {":order": first["pk"], ":payments": first["sk"]},
            consistent=True,
        )
        return sorted(map(read_payment, found), key=lambda fact: (fact.at, fact.payment_id))

    def put_details(self, details: Details, stamp: Stamp) -> Details | None:
        """Store details unless there are some: then those, and nothing is changed."""
        try:
            self.table.put(details_item(details, stamp), condition="attribute_not_exists(pk)")
        except ConditionFailedError as error:
            return read_details(error.current or {})
        return None

    def put_order(self, order: Order, stamp: Stamp, *, demand_changed: bool) -> bool:
        """Store a new order; False if it is there already."""
        try:
            self.table.put(
                order_item(order, stamp, demand_changed=demand_changed),
                condition="attribute_not_exists(pk)",
            )
        except ConditionFailedError:
            return False
        return True

    def replace_unplaced(
        self,
        order: Order,
        details: Details,
        stamp: Stamp,
        *,
        instead_of: str,
        demand_changed: bool,
    ) -> bool:
        """Place an order over the details of a request that never became one.

        ``instead_of`` is that request's hash. False if somebody was faster.
        """
        try:
            self.table.transact(
                [
                    put_write(
                        details_item(details, stamp),
                        condition="request_hash = :seen",
                        values={":seen": instead_of},
                    ),
                    put_write(
                        order_item(order, stamp, demand_changed=demand_changed),
                        condition="attribute_not_exists(pk)",
                    ),
                ]
            )
        except TransactionCancelledError as error:
            if is_transient(error):
                raise
            return False
        return True

    def save(
        self,
        order: Order,
        stamp: Stamp,
        *,
        instead_of: int,
        demand_changed: bool,
        beside: Sequence[Record] = (),
    ) -> bool:
        """Store the next version of an order and what goes with it, all or nothing.

        False if version ``instead_of`` is not current, or a record that is new is there already.
        """
        amended = [name for record in beside for name in _amended(record)]
        item = order_item(order, stamp, demand_changed=demand_changed, amended=amended)
        if not beside:
            try:
                self.table.put(item, condition="version = :seen", values={":seen": instead_of})
            except ConditionFailedError:
                return False
            return True
        write = put_write(item, condition="version = :seen", values={":seen": instead_of})
        others = [
            _record_write(order, record, position, stamp) for position, record in enumerate(beside)
        ]
        try:
            self.table.transact([write, *others])
        except TransactionCancelledError as error:
            if "ConditionalCheckFailed" in error.reasons:
                return False
            raise
        return True


def _amended(record: Record) -> Sequence[str]:
    """The fields that an entry tells were amended; the event about it is read off the order."""
    if isinstance(record, Entry) and record.told.what is Happening.AMENDED:
        names: Sequence[str] = record.told.data["fields"]
        return names
    return ()


def _record_write(order: Order, record: Record, position: int, stamp: Stamp) -> Mapping[str, Any]:
    """The order's own condition guards what is written over; what is new must be new."""
    match record:
        case Entry():
            return put_write(entry_item(order, record, position, stamp))
        case PaymentFact():
            return put_write(
                payment_item(order, record, stamp), condition="attribute_not_exists(pk)"
            )
        case KeyUse():
            return put_write(
                key_use_item(order, record, stamp), condition="attribute_not_exists(pk)"
            )
        case Details():
            return put_write(details_item(record, stamp, version=order.version))
        case OrderReturn():
            return put_write(return_item(order, record, stamp))
        case Edit():
            return put_write(
                edit_item(record, actor=stamp.actor, correlation_id=stamp.correlation_id),
                condition="version = :seen",
                values={":seen": record.version - 1},
            )


def _belong_together(order: Order, details: Details) -> bool:
    """Whether both are of before or of after any edit: they are not read at one instant."""
    sold = {line.line_id for line in details.lines}
    lines = {line.line_id for line in order.agreed_lines}
    return lines == sold and order.total == details.totals.total
