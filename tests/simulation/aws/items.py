"""Items as moto's tables keep them, with their wire form beside; nobody changes either."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from tests.simulation.aws.evaluation import Wire

Key = tuple[str, str]


class Stored(Item):
    """An item in moto's table."""

    wire: Wire

    def key(self) -> Key:
        """What it is sorted by."""
        return self.wire["pk"]["S"], self.wire["sk"]["S"]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Stored":
        return self

    def size(self) -> int:
        """No page of moto's ends for its size: large answers are refused."""
        return 0

    def project(self, projection_expressions: list[list[str]]) -> Item:
        """What an index shows; moto's own loses the order of sets, and takes long."""
        shown = Item(self.hash_key, self.range_key, {})
        for (name,) in projection_expressions:
            if name in self.attrs:
                dict.__setitem__(shown.attrs, name, self.attrs[name])
        return shown


def stored(key: Key, wire: Wire, old: Stored | None) -> Stored:
    """An item as moto keeps it; what did not change is taken from the one before."""
    item = Stored(DynamoType({"S": key[0]}), DynamoType({"S": key[1]}), {})
    item.wire = wire
    for name, value in wire.items():
        same = old is not None and old.wire.get(name) == value
        kept = old.attrs[name] if same else DynamoType(value)  # type: ignore[union-attr]
        dict.__setitem__(item.attrs, name, kept)  # whose own adds up all sizes each time
    return item


def unsorted(table: Table) -> list[Stored]:
    """All items of a table."""
    return [item for rows in table.items.values() for item in rows.values()]


class Shown:
    """What a table's indexes show, by the attribute that is an index's partition key."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        """``arguments``: those of CreateTable."""
        self._items: dict[str, defaultdict[str, dict[Key, Stored]]] = {
            key["AttributeName"]: defaultdict(dict)
            for index in arguments.get("GlobalSecondaryIndexes", ())
            for key in index["KeySchema"]
            if key["KeyType"] == "HASH"
        }

    def set(self, key: Key, old: Stored | None, new: Stored | None) -> None:
        """Show an item in the place of the one before it."""
        for name, items in self._items.items():
            if old is not None and name in old.wire:
                items[_text(old.wire[name])].pop(key, None)
            if new is not None and name in new.wire:
                items[_text(new.wire[name])][key] = new

    def of(self, name: str, value: Wire) -> list[Stored]:
        """The items whose attribute has this value."""
        return list(self._items[name].get(_text(value), {}).values())


def _text(value: Wire) -> str:
    ((kind, content),) = value.items()
    return f"{kind}:{content}"
