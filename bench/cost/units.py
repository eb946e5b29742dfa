"""Write units from an item before and after: DynamoDB's rules, for what DynamoDB Local tells wrong.

"Read/write capacity mode" and "Using global secondary indexes" (developer guide): a write takes a
unit for each begun kilobyte of the larger of both images, twice in a transaction; an index takes
units of its entry's size for an entry that comes, goes or changes, and both for one that moves.
What a transaction doubles is the table's part alone, and a condition on an item it does not write
is billed as a write of it: so it was measured on AWS (github.com/paritysuite/dynamodb-conformance,
github.com/nubo-db/dynoxide/pull/188). DynamoDB Local 3.x tells the units of plain writes as these
rules have them, which the meter holds it to, and of transactions too few or too many.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench.capacity import KB, item_bytes

Wire = Mapping[str, Any]
_IN_A_TRANSACTION: Final = 2


@dataclass(frozen=True)
class Index:
    """A global secondary index."""

    keys: tuple[str, ...]
    table_keys: tuple[str, ...]
    included: frozenset[str] | None
    """Attributes beside the keys; None: all."""

    @classmethod
    def of(cls, properties: Wire, table_keys: Iterable[str]) -> "Index":
        """Read an index of the template."""
        keys = tuple(part["AttributeName"] for part in properties["KeySchema"])
        projection = properties["Projection"]
        included = frozenset(projection.get("NonKeyAttributes", ()))
        everything = projection["ProjectionType"] == "ALL"
        return cls(keys, tuple(table_keys), None if everything else included)

    def entry(self, item: Wire | None) -> Wire | None:
        """The entry that stands for an item; None where the index is sparse."""
        if item is None or any(name not in item for name in self.keys):
            return None
        if self.included is None:
            return item
        names = {*self.keys, *self.table_keys, *self.included}
        return {name: value for name, value in item.items() if name in names}

    def units(self, before: Wire | None, after: Wire | None) -> int:
        """Units of a change."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is None or new is None or [old[k] for k in self.keys] != [new[k] for k in self.keys]:
            return sum(kilobytes(entry) for entry in (old, new) if entry is not None)
        return max(kilobytes(old), kilobytes(new))


def kilobytes(item: Wire | None) -> int:
    """Begun kilobytes; an item that is not there takes one."""
    return max(1, -(-item_bytes(item or {}) // KB))


def written(
    before: Wire | None, after: Wire | None, indexes: Iterable[Index], *, transaction: bool = False
) -> int:
    """Units of one item's write, indexes included."""
    factor = _IN_A_TRANSACTION if transaction else 1
    table = factor * max(kilobytes(before), kilobytes(after))
    return table + sum(index.units(before, after) for index in indexes)


def indexes_of(tables: Mapping[str, Wire]) -> dict[str, tuple[Index, ...]]:
    """The indexes of a template's tables, by table."""
    return {
        name: tuple(
            Index.of(index, (part["AttributeName"] for part in table["KeySchema"]))
            for index in table.get("GlobalSecondaryIndexes", ())
        )
        for name, table in tables.items()
    }
