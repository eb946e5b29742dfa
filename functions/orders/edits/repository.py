"""OrdersTable's edits: every access and every condition."""

from dataclasses import dataclass

from orders.edits.edit import Edit
from orders.edits.items import edit_item, read_edit
from waybill import keys
from waybill.dynamo import (
    ConditionFailedError,
    Item,
    Table,
    TransactionCancelledError,
    put_write,
)


@dataclass(frozen=True)
class EditRepository:
    """Edits in DynamoDB: an order's newest has the one place there is, so one alone is open."""

    table: Table

    def newest(self, shop_id: str, order_id: str) -> Edit | None:
        """Return the newest edit of an order."""
        item = self.table.get(keys.order_edit(shop_id, order_id))
        return read_edit(item) if item else None

    def edit(self, shop_id: str, order_id: str, edit_id: str) -> Edit | None:
        """Return an edit of an order, the newest or an earlier one."""
        newest = self.newest(shop_id, order_id)
        if newest is None or newest.edit_id == edit_id:
            return newest
        item = self.table.get(keys.order_earlier_edit(shop_id, order_id, edit_id))
        return read_edit(item) if item else None

    def put(self, edit: Edit, before: Edit | None, *, actor: str, correlation_id: str) -> bool:
        """Store a new edit in the place of the newest, which is kept under its id.

        False if ``before`` is not the newest as it stands.
        """
        item = edit_item(edit, actor=actor, correlation_id=correlation_id)
        if before is None:
            return self._put(item, "attribute_not_exists(pk)", None)
        earlier = keys.order_earlier_edit(before.shop_id, before.order_id, before.edit_id)
        kept = edit_item(before, actor=actor, correlation_id=correlation_id) | earlier
        try:
            self.table.transact(
                [
                    put_write(item, condition="version = :seen", values={":seen": before.version}),
                    put_write(kept),
                ]
            )
        except TransactionCancelledError as error:
            if "ConditionalCheckFailed" in error.reasons:
                return False
            raise
        return True

    def withdraw(self, edit: Edit, *, actor: str, correlation_id: str) -> bool:
        """Store the next version of the newest edit; False if it is not what stands there."""
        item = edit_item(edit, actor=actor, correlation_id=correlation_id)
        return self._put(item, "version = :seen", {":seen": edit.version - 1})

    def _put(self, item: Item, condition: str, values: Item | None) -> bool:
        try:
            self.table.put(item, condition=condition, values=values)
        except ConditionFailedError:
            return False
        return True
