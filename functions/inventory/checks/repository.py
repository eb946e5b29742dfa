"""DynamoDB for the check: a level, its opening balance and the rows since, read consistently.

What is read is no snapshot. Each commit changes a level's version in the transaction that writes
the rows, so the level is read before the rows and after them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from inventory.checks.statement import (
    Difference,
    LedgerLine,
    LedgerMovement,
    Left,
    LevelState,
    Opening,
    Statement,
    difference,
    first_movement,
)
from inventory.errors import OutOfTimeError
from inventory.stock import LevelKey, SkuKey
from inventory.stored import read_level, read_reservation
from waybill import keys
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.observability import correlation_id

UNCHECKED_INDEX: Final = "unchecked"
ACTOR: Final = "inventory"

_ROWS_AT_ONCE: Final = 500
"""Rows between two looks at the clock."""


@dataclass(frozen=True)
class Proof:
    """What is kept of a level's checks."""

    version: int = 0
    """0: nothing is stored yet."""
    opening: Opening = field(default_factory=Opening)
    drift: Difference = field(default_factory=dict)
    drift_since: str | None = None


@dataclass(frozen=True)
class Reading:
    """A level, what is kept of its checks, and its rows."""

    state: LevelState
    proof: Proof
    statement: Statement
    torn: bool
    """Something was committed meanwhile: level and rows need not belong together."""

    @property
    def difference(self) -> dict[str, int]:
        """Stored less computed, where they differ."""
        return difference(self.state, self.statement.balance())


@dataclass(frozen=True)
class CheckRepository:
    """InventoryTable, as the check sees it."""

    table: Table

    def levels(self, key: SkuKey) -> list[LevelState] | None:
        """A SKU's levels by location id; None for an unknown SKU."""
        pk = keys.item(*key)["pk"]
        found = list(self.table.query_all("pk = :pk", {":pk": pk}, consistent=True))
        if not any(item["sk"] == "item" for item in found):
            return None
        return [_read_state(item) for item in found if "on_hand" in item]

    def unchecked(self, first: int, after: str) -> Iterator[LevelKey]:
        """Levels that changed since their last check, from anywhere on and then around.

        Up to a second behind. ``first`` is the partition to begin with, and ``after`` the key in
        each.
        """
        for offset in range(keys.UNCHECKED_BUCKETS):
            bucket = keys.unchecked_bucket((first + offset) % keys.UNCHECKED_BUCKETS)
            values = {":bucket": bucket, ":after": after}
            for condition in (
                "unchecked_pk = :bucket AND pk > :after",
                "unchecked_pk = :bucket AND pk <= :after",
            ):
                for item in self.table.query_all(condition, values, index=UNCHECKED_INDEX):
                    shop_id, _, sku = item["pk"].partition("#sku#")
                    yield LevelKey(shop_id, sku, item["sk"].partition("#")[2])

    def read(
        self,
        key: LevelKey,
        *,
        from_start: bool,
        shown: int,
        unchecked_only: bool,
        out_of_time: Callable[[], bool],
    ) -> Reading | None:
        """Everything that proves a level; None where there is no level, or none to be checked.

        Raises :class:`OutOfTimeError`.
        """
        stored = self.table.get(keys.level(*key))
        if stored is None or (unchecked_only and "unchecked_pk" not in stored):
            return None
        state = _read_state(stored)
        proof = _read_proof(self.table.get(keys.stock_check(*key)))
        opening = Opening() if from_start else proof.opening.without(state.stale_days)
        statement = Statement(opening, shown=shown)
        for item in _within(out_of_time, self._lines(key, opening, state)):
            statement.add_line(_read_line(item))
        for item in _within(out_of_time, self._movements(key, opening)):
            if item["location_id"] == key.location_id:
                statement.add_movement(_read_movement(item))
        after = self.table.get(keys.level(*key)) or {}
        return Reading(state, proof, statement, torn=after.get("version") != state.version)

    def _lines(self, key: LevelKey, opening: Opening, state: LevelState) -> Iterator[Item]:
        """Lines that were open, those of days to be added up anew, and those since."""
        listed = [keys.reservation(*key, *_named(line)) for line in opening.open_lines]
        if listed:
            yield from self.table.batch_get(listed)
        buckets = [
            keys.reservation_bucket(*key, bucket) for bucket in range(keys.RESERVATION_BUCKETS)
        ]
        for day in opening.stale(state.stale_days):
            for bucket in buckets:
                yield from self.table.query_all(
                    "pk = :pk AND begins_with(sk, :day)",
                    {":pk": bucket, ":day": day},
                    consistent=True,
                )
        for bucket in buckets:
            yield from self.table.query_all(
                "pk = :pk AND sk >= :since",
                {":pk": bucket, ":since": opening.until},
                consistent=True,
            )

    def _movements(self, key: LevelKey, opening: Opening) -> Iterator[Item]:
        """The SKU's, at all its locations."""
        partition = keys.movement(key.shop_id, key.sku, "")["pk"]
        return self.table.query_all(
            "pk = :pk AND sk >= :since",
            {":pk": partition, ":since": first_movement(opening.until)},
            consistent=True,
        )

    def keep(self, key: LevelKey, seen: int, proof: Proof, now: str) -> bool:
        """Write what is kept over version ``seen``; False where another check was faster."""
        item = keys.stock_check(*key) | _proof_attributes(proof)
        told = {
            "shop_id": key.shop_id,
            "sku": key.sku,
            "location_id": key.location_id,
            "version": seen + 1,
            "updated_at": now,
            "correlation_id": correlation_id(),
            "actor": ACTOR,
        }
        try:
            self.table.put(
                item | told,
                condition="version = :seen" if seen else "attribute_not_exists(pk)",
                values={":seen": seen} if seen else None,
            )
        except ConditionFailedError:
            return False
        return True

    def pass_level(self, state: LevelState, *, proven: bool) -> None:
        """Take a level that has not changed since out of the index, and its days off the list.

        One that drifts stays in the index, and is checked again.
        """
        try:
            self.table.update(
                keys.level(*state.key),
                "REMOVE unchecked_pk, stale_days" if proven else "REMOVE stale_days",
                condition="version = :seen",
                values={":seen": state.version},
            )
        except ConditionFailedError:
            return


def _within(out_of_time: Callable[[], bool], items: Iterator[Item]) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number % _ROWS_AT_ONCE == 0 and out_of_time():
            raise OutOfTimeError
        yield item


def _named(line: str) -> tuple[str, str]:
    placed_at, _, order_id = line.partition("#")
    return placed_at, order_id


def _read_state(item: Item) -> LevelState:
    return LevelState(
        key=LevelKey(item["shop_id"], item["sku"], item["location_id"]),
        level=read_level(item),
        safety_stock=item["safety_stock"],
        version=item["version"],
        unchecked="unchecked_pk" in item,
        stale_days=frozenset(item.get("stale_days", ())),
    )


def _read_line(item: Item) -> LedgerLine:
    return LedgerLine(*_named(item["sk"]), read_reservation(item))


def _read_movement(item: Item) -> LedgerMovement:
    return LedgerMovement(
        movement_id=item["movement_id"],
        kind=item["kind"],
        delta=item["delta"],
        incoming=item.get("incoming", 0),
        reason=item["reason"],
        reference=item["reference"],
        created_at=item["created_at"],
    )


def _proof_attributes(proof: Proof) -> Item:
    opening = proof.opening
    return {
        "until": opening.until,
        "movements": opening.movements,
        "incoming": opening.incoming,
        "days": opening.days,
        "older": opening.older,
        "kept_from": opening.kept_from,
        "open_lines": opening.open_lines,
        "drift": proof.drift,
        "drift_since": proof.drift_since,
    }


def _read_proof(item: Item | None) -> Proof:
    if item is None:
        return Proof()
    return Proof(
        version=item["version"],
        opening=Opening(
            until=item["until"],
            movements=item["movements"],
            incoming=item["incoming"],
            days={day: Left(*left) for day, left in item["days"].items()},
            older=Left(*item["older"]),
            kept_from=item["kept_from"],
            open_lines=tuple(item["open_lines"]),
        ),
        drift=item["drift"],
        drift_since=item["drift_since"],
    )
