"""ShipmentsTable's shipments: every read and write, conditions as literal expressions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tracking.accounts.settings import instant
from tracking.cadence import Entry, Span
from tracking.parcels.shipment import (
    AlreadyThereError,
    Shipment,
    StaleError,
    key_part,
    order_part,
    position,
)
from tracking.shipments.stored import (
    due_partition,
    entry_of,
    from_item,
    id_of,
    index_items,
    key_part_of,
    pushed_numbers,
    to_item,
)
from tracking.status.announcing import ANNOUNCES, is_announced
from waybill import keys
from waybill.clock import to_text
from waybill.dynamo import (
    ConditionFailedError,
    Item,
    Table,
    TransactionCancelledError,
    delete_write,
    put_write,
)
from waybill.observability import correlation_id, count, describe_error, logger

MAX_OF_NUMBER: Final = 50
"""Shipments with one number that a push is applied to."""
KEPT_NAMES: Final = timedelta(days=365)
"""How long a shipment is found by a number: longer than parcels travel."""


@dataclass(frozen=True)
class ShipmentsTable:
    """Shipments, and the index of those whose carriers are still asked."""

    table: Table

    def create(self, shipment: Shipment, actor: str) -> None:
        """Put a new shipment; raises :class:`AlreadyThereError` where its place is taken."""
        self._name(shipment, pushed_numbers(shipment))
        item = to_item(shipment, actor=actor, correlation_id=correlation_id())
        item |= ANNOUNCES
        more = index_items(shipment)
        condition = "attribute_not_exists(pk)"
        try:
            if more:
                puts = [put_write(entry) for entry in more.values()]
                self.table.transact([put_write(item, condition=condition), *puts])
            else:
                self.table.put(item, condition=condition)
        except ConditionFailedError:
            raise AlreadyThereError from None
        except TransactionCancelledError as error:
            # A conflict is a rival in the very act: who reads again sees what came of it.
            _raise_if_refused(error, AlreadyThereError, "TransactionConflict")
            raise

    def save(self, before: Shipment, after: Shipment, actor: str) -> None:
        """Replace a shipment that is still as it was read; raises :class:`StaleError`.

        Entries of further carriers change in the same transaction, and only if they differ.
        """
        self._name(after, pushed_numbers(after) - pushed_numbers(before))
        item = to_item(after, actor=actor, correlation_id=correlation_id())
        if is_announced(before, after):
            item |= ANNOUNCES
        entries = list(_entry_writes(before, after))
        condition = "version = :before"
        values = {":before": before.version}
        try:
            if entries:
                put = put_write(item, condition=condition, values=values)
                self.table.transact([put, *entries])
            else:
                self.table.put(item, condition=condition, values=values)
        except ConditionFailedError:
            raise StaleError from None
        except TransactionCancelledError as error:
            _raise_if_refused(error, StaleError)
            raise

    def get(self, shop_id: str, shipment_id: str) -> Shipment | None:
        """A shipment as it stands."""
        item = self.table.get(keys.shipment(shop_id, shipment_id))
        return from_item(item) if item and id_of(item) == shipment_id else None

    def get_many(self, ids: Iterable[tuple[str, str]]) -> list[Shipment]:
        """The shipments that exist under these (shop, shipment) ids, in the order given.

        Of an id, the part that is the key is enough: it is all that an index knows.
        An item that cannot be read is logged and left out: it must not hold up its neighbours.
        """
        wanted = keys_of(ids)
        return among(self.table.batch_get(wanted), wanted)

    def of_order(self, shop_id: str, order_id: str) -> list[Shipment]:
        """An order's shipments, newest first; consistent."""
        items = self.table.query_all(
            "pk = :pk AND begins_with(sk, :kind)",
            {
                ":pk": keys.shipments_of_order(shop_id, order_part(shop_id, order_id)),
                ":kind": "shipment#",
            },
            consistent=True,
        )
        # The partition is named by a part of the order's hash: another order may share it.
        found = [from_item(item) for item in items if item["order_id"] == order_id]
        return sorted(found, key=lambda each: tuple(position(each).values()), reverse=True)

    def of_shop(
        self, shop_id: str, limit: int, start: Item | None
    ) -> tuple[list[Shipment], Item | None]:
        """A page of a shop's shipments, newest first; up to a second behind."""
        entries, last = self.table.query(
            "shop_id = :shop",
            {":shop": shop_id},
            index="by_shop",
            newest_first=True,
            limit=limit,
            start=start,
        )
        ids = [(shop_id, key_part_of(entry)) for entry in entries]
        return self.get_many(ids), last

    def place(self, shipment: Shipment) -> Item:
        """Where a shipment stands in ``by_shop``: what a page after it starts from."""
        key = keys.shipment(shipment.shop_id, shipment.id)
        return {
            **key,
            "shop_id": shipment.shop_id,
            "created_at": to_text(shipment.created_at),
        }

    def by_token(self, token: str) -> Shipment | None:
        """The shipment behind a public page; up to a second behind its creation."""
        entries, _ = self.table.query(
            "#token = :token", {":token": token}, index="by_token", names={"#token": "token"}
        )
        if not entries:
            return None
        item = self.table.get({"pk": entries[0]["pk"], "sk": entries[0]["sk"]}, consistent=False)
        return from_item(item) if item else None

    def of_number(self, asked: str, number: str) -> list[Shipment]:
        """Shipments of all shops with a number that somebody pushes news of; consistent.

        At most :data:`MAX_OF_NUMBER` are looked at; what is none of these, the polls tell.
        """
        entries, _ = self.table.query(
            "pk = :pk",
            {":pk": keys.shipments_of_number(asked, number)},
            consistent=True,
            limit=MAX_OF_NUMBER,
        )
        pairs = [str(entry["sk"]).partition("#") for entry in entries]
        return self.get_many((shop_id, part) for shop_id, _, part in pairs)

    def _name(self, shipment: Shipment, numbers: Iterable[tuple[str, str]]) -> None:
        """Let a shipment be found by numbers, before it has them.

        Not in one transaction with it, which would cost three times as much: a name that leads
        to nothing, or to a shipment without that number, is as good as none.
        """
        expires_at = int((shipment.created_at + KEPT_NAMES).timestamp())
        for asked, number in sorted(numbers):
            key = keys.pushed_number(asked, number, shipment.shop_id, shipment.id)
            self.table.put({**key, "expires_at": expires_at})

    def active(self, carrier: str, slot: int) -> Iterator[Entry]:
        """All of a carrier's active shipments in a slot, the oldest first."""
        entries = self.table.query_all(
            "due_pk = :slot", {":slot": due_partition(carrier, slot)}, index="due"
        )
        return map(entry_of, entries)

    def created_in(self, carrier: str, slot: int, span: Span) -> Iterator[Entry]:
        """Those of a slot's active shipments that were created in a span."""
        entries = self.table.query_all(
            "due_pk = :slot AND created_at BETWEEN :start AND :end",
            {
                ":slot": due_partition(carrier, slot),
                ":start": to_text(instant(span.start)),
                ":end": to_text(instant(span.end)),
            },
            index="due",
        )
        return map(entry_of, entries)


def keys_of(ids: Iterable[tuple[str, str]]) -> list[keys.Key]:
    """The distinct keys of shipments under these (shop, shipment) ids."""
    distinct = dict.fromkeys((shop_id, key_part(each)) for shop_id, each in ids)
    return [keys.shipment(*pair) for pair in distinct]


def among(items: Iterable[Item], wanted: Iterable[keys.Key]) -> list[Shipment]:
    """Those of the wanted shipments that are among these items, in the order they are wanted."""
    found = {(item["pk"], item["sk"]): item for item in items}
    places = [(key["pk"], key["sk"]) for key in wanted]
    there = [found[place] for place in places if place in found]
    return [shipment for item in there if (shipment := _readable(item))]


def _readable(item: Item) -> Shipment | None:
    try:
        return from_item(item)
    except (LookupError, TypeError, ValueError) as error:
        logger.error("unreadable shipment", record_key=item["sk"], **describe_error(error))
        count("UnreadableShipments")
        return None


def _entry_writes(before: Shipment, after: Shipment) -> Iterator[dict[str, Any]]:
    old, new = index_items(before), index_items(after)
    for carrier in sorted(old.keys() | new.keys()):
        if carrier not in new:
            key = keys.shipment_due(after.shop_id, after.id, carrier)
            yield delete_write(key)
        elif old.get(carrier) != new[carrier]:
            yield put_write(new[carrier])


def _raise_if_refused(
    error: TransactionCancelledError, refusal: type[Exception], *reasons: str
) -> None:
    if not {"ConditionalCheckFailed", *reasons}.isdisjoint(error.reasons):
        raise refusal from error
