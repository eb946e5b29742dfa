"""What the judge knows: every item as it was last written, and what some of them were before."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from tests.simulation.judge.identity import check_identity, kind_of
from tests.simulation.judge.verdict import Change, Item, Key, Step, Write, broken

_KEPT_INVOCATIONS = 16
_REMEMBERED = frozenset(
    {"order", "details", "edit", "return", "shipment", "allocation"}
    | {"level", "check", "item", "location", "transfer", "observation"}
)

_DELETED = frozenset({"due", "token", "parked"})
"""Kinds that may go: who is asked no more, a token that ended, what was set aside and is mended."""


class World:
    """A mirror of all tables, fed by writes alone, and the past of what is judged by it."""

    def __init__(self) -> None:
        self.number = 0
        """How many writes there were."""
        self.tables: dict[str, dict[Key, Item]] = {}
        self.expected_poison: set[str] = set()
        """Orders that somebody breaks by hand."""
        self.broken_by_hand: set[Key] = set()
        """Items that are not as their rooms wrote them, for now."""
        self.parked: set[str] = set()
        """Names of what inventory ever set aside."""
        self.expected_scans: dict[str, tuple[str, list[tuple[float, str]]]] = {}
        """By number: who is to tell of a parcel, and all that it will."""
        self._past: dict[tuple[str, Key], tuple[list[int], list[Item]]] = {}
        self._invocations: dict[str, list[int]] = {}

    def note(self, who: str, invocation: int) -> None:
        """A process is seen at one of its invocations."""
        seen = self._invocations.setdefault(who, [])
        if invocation not in seen:
            seen.append(invocation)
            del seen[:-_KEPT_INVOCATIONS]

    def may_be(self, who: str, invocation: int) -> list[int]:
        """The invocations a write may come from: this one, or, arriving late, one before it."""
        before = [one for one in self._invocations.get(who, ()) if one != invocation]
        return [invocation, *reversed(before)]

    def write(self, at: float, who: str, invocation: int, changes: Sequence[Change]) -> Write:
        """Take in one atomic write; raises where an item was not as it was last written."""
        self.number += 1
        steps = []
        for change in changes:
            step = self._step(change)
            if step is not None:
                steps.append(step)
        return Write(at, who, invocation, self.number, steps)

    def _step(self, change: Change) -> Step | None:
        kind = kind_of(change.table, change.key)
        table = self.tables.setdefault(change.table, {})
        if table.get(change.key) != change.old:
            broken("mirror", f"{kind} {change.key} is not as it was last written", *change.key)
        if change.new is None:
            if kind == "parked":
                self._forgotten(change)
            if kind not in _DELETED:
                broken("deleted", f"{kind} {change.key} was deleted", *change.key)
            del table[change.key]
            return None
        if kind == "parked":
            self._parked(change)
        check_identity(kind, change.key, change.new)
        table[change.key] = change.new
        if kind in _REMEMBERED:
            numbers, items = self._past.setdefault((change.table, change.key), ([], []))
            numbers.append(self.number)
            items.append(change.new)
        return Step(kind, change.key, change.old, change.new)

    def tamper(self, change: Change, *, is_mended: bool) -> None:
        """Take in what somebody did by hand, of which there is no version; or what mends it."""
        self.tables[change.table][change.key] = change.new or {}
        if is_mended:
            self.broken_by_hand.discard(change.key)
        else:
            self.broken_by_hand.add(change.key)

    def _forgotten(self, change: Change) -> None:
        pk, _, sk = change.key[1].partition("|")
        if (pk, sk) in self.broken_by_hand:
            broken("parked", f"{change.key[1]} was forgotten, and nobody has mended it", pk)

    def _parked(self, change: Change) -> None:
        if change.table == "InventoryTable":
            self.parked.add(change.key[1])
        if not any(text in change.key[1] for text in sorted(self.expected_poison)):
            broken("parked", f"{change.key[1]} was set aside under {change.key[0]}", change.key[1])

    def now(self, table: str, key: Key) -> Item | None:
        """An item as it stands."""
        return self.tables.get(table, {}).get(key)

    def past(self, table: str, key: Key) -> Sequence[Item]:
        """All states of an item that is remembered, oldest first."""
        return self._past.get((table, key), ([], []))[1]

    def since(self, table: str, key: Key, number: int) -> list[Item]:
        """The states an item had from write ``number`` on, the one it had then included."""
        numbers, items = self._past.get((table, key), ([], []))
        return items[max(0, bisect_right(numbers, number) - 1) :]

    def existed(self, table: str, key: Key, number: int) -> bool:
        """Whether a remembered item was there after write ``number``."""
        numbers, _ = self._past.get((table, key), ([], []))
        return bool(numbers) and numbers[0] <= number

    def first_written(self, table: str, key: Key) -> int:
        """The number of the write that made a remembered item; 0 if none did."""
        numbers, _ = self._past.get((table, key), ([], []))
        return numbers[0] if numbers else 0

    def last_written(self, table: str, key: Key) -> int:
        """The number of the write that last changed a remembered item; 0 if none did."""
        numbers, _ = self._past.get((table, key), ([], []))
        return numbers[-1] if numbers else 0

    def items(self, table: str) -> Iterator[tuple[str, Key, Item]]:
        """Kind, key and item of everything in a table, in the order of first writing."""
        for key, item in self.tables.get(table, {}).items():
            yield kind_of(table, key), key, item

    # --- items by name ---------------------------------------------------------------------------

    def order(self, shop_id: str, order_id: str) -> Item | None:
        """An order as it stands."""
        return self.now("OrdersTable", (f"{shop_id}#{order_id}", "order"))

    def details(self, shop_id: str, order_id: str) -> Item | None:
        """What an order was placed with."""
        return self.now("OrdersTable", (f"{shop_id}#{order_id}", "details"))

    def placed_with(self, shop_id: str, order_id: str) -> Item | None:
        """What an order was placed with, as it was then."""
        first = self.first_written("OrdersTable", (f"{shop_id}#{order_id}", "order"))
        states = self.since("OrdersTable", (f"{shop_id}#{order_id}", "details"), first)
        return states[0] if states else None

    def orders_past(self, shop_id: str, order_id: str) -> Sequence[Item]:
        """All versions of an order."""
        return self.past("OrdersTable", (f"{shop_id}#{order_id}", "order"))

    def allocation(self, shop_id: str, order_id: str) -> Item | None:
        """What inventory decided for an order."""
        return self.now("InventoryTable", (f"{shop_id}#{order_id}", "allocation"))

    def allocations_past(self, shop_id: str, order_id: str) -> Sequence[Item]:
        """All versions of an order's allocation."""
        return self.past("InventoryTable", (f"{shop_id}#{order_id}", "allocation"))

    def shipments_past(self, shop_id: str, shipment_id: str) -> Sequence[Item]:
        """All versions of a shipment."""
        return self.past("ShipmentsTable", shipment_key(shop_id, shipment_id))

    def shipment(self, shop_id: str, shipment_id: str) -> Item | None:
        """A shipment as it stands."""
        return self.now("ShipmentsTable", shipment_key(shop_id, shipment_id))


def shipment_key(shop_id: str, shipment_id: str) -> Key:
    """A shipment's key: 16 characters of its id name its order, 18 its place in it."""
    return (f"{shop_id}#{shipment_id[:16]}", f"shipment#{shipment_id[:18]}")


def difference(told: Mapping[Key, Item], known: Mapping[Key, Item]) -> Key | None:
    """The first key under which two tables differ."""
    for key in sorted(told.keys() | known.keys()):
        if told.get(key) != known.get(key):
            return key
    return None
