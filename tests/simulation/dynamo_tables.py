"""The simulated tables: items in the order of their keys, and the secondary indexes' orders.

Items are wire data and never change in place: a write replaces an item by another.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.simulation.dynamo_errors import ApiError, NotSimulatedError, WriteFlawError, invalid
from tests.simulation.dynamo_values import Wire, WireItem, check_names, clean, item_weight

Key = tuple[str, str]
Entry = tuple[str, str, str]  # what orders it, then its partition and sort key

MAX_ITEM: Final = 409_600  # bytes, names included
_MAX_HASH: Final = 2048
_MAX_RANGE: Final = 1024


class View:
    """A table's or an index's order: entries by the value of its hash attribute, sorted."""

    def __init__(self, schema: list[dict[str, str]], projected: frozenset[str] | None) -> None:
        self.hash: str = next(k["AttributeName"] for k in schema if k["KeyType"] == "HASH")
        ranges = [key["AttributeName"] for key in schema if key["KeyType"] == "RANGE"]
        self.range: str | None = ranges[0] if ranges else None
        self.attributes = [self.hash, *ranges]
        self.projected = projected
        self.partitions: dict[str, list[Entry]] = {}

    def entry(self, item: WireItem, key: Key) -> Entry | None:
        """Where an item stands; None where it lacks the view's attributes."""
        if any(name not in item for name in self.attributes):
            return None
        return (item[self.range]["S"] if self.range else "", *key)

    def remove(self, item: WireItem, key: Key) -> None:
        entry = self.entry(item, key)
        if entry is not None:
            partition = self.partitions[item[self.hash]["S"]]
            del partition[bisect_left(partition, entry)]

    def add(self, item: WireItem, key: Key) -> None:
        entry = self.entry(item, key)
        if entry is not None:
            insort(self.partitions.setdefault(item[self.hash]["S"], []), entry)

    def project(self, item: WireItem) -> WireItem:
        """What the view shows of an item."""
        if self.projected is None:
            return item
        return {name: value for name, value in item.items() if name in self.projected}


class Table:
    """One table, made from the arguments of CreateTable."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.name: str = arguments["TableName"]
        if any(a["AttributeType"] != "S" for a in arguments["AttributeDefinitions"]):
            raise NotSimulatedError(f"{self.name} has a key that is not text")
        self.primary = View(arguments["KeySchema"], None)
        if self.primary.range is None:
            raise NotSimulatedError(f"{self.name} has no sort key")
        if "LocalSecondaryIndexes" in arguments:
            raise NotSimulatedError(f"{self.name} has a local secondary index")
        self.keys = (self.primary.hash, self.primary.range)
        self.stream_view: str = arguments["StreamSpecification"]["StreamViewType"]
        self.indexes = {
            index["IndexName"]: View(index["KeySchema"], self._projected(index))
            for index in arguments.get("GlobalSecondaryIndexes", [])
        }
        self.items: dict[Key, WireItem] = {}
        self.sequence = 0

    def _projected(self, index: Mapping[str, Any]) -> frozenset[str] | None:
        projection = index["Projection"]
        if projection["ProjectionType"] == "ALL":
            return None
        keys = [key["AttributeName"] for key in index["KeySchema"]]
        return frozenset([*self.keys, *keys, *projection.get("NonKeyAttributes", [])])

    def set(self, key: Key, item: WireItem | None) -> None:
        """Put an item in place of what is there; None removes it. No questions asked."""
        old = self.items.get(key)
        for view in (self.primary, *self.indexes.values()):
            if old is not None:
                view.remove(old, key)
            if item is not None:
                view.add(item, key)
        if item is None:
            self.items.pop(key, None)
        else:
            self.items[key] = item

    def in_order(self) -> Iterator[WireItem]:
        """Every item, by partition and sort key."""
        for key in sorted(self.items):
            yield self.items[key]

    def key(self, given: Mapping[str, Wire]) -> Key:
        """A request's Key, checked."""
        if set(given) != set(self.keys):
            raise invalid("The provided key element does not match the schema")
        return self.key_of(given)

    def key_of(self, item: Mapping[str, Wire]) -> Key:
        """The key an item is stored under, checked."""
        found = []
        for name, limit in zip(self.keys, (_MAX_HASH, _MAX_RANGE), strict=True):
            if name not in item:
                raise invalid(f"One or more parameter values were invalid: Missing the key {name}")
            found.append(_key_text(name, item[name], limit))
        return found[0], found[1]

    def checked(self, item: WireItem) -> WireItem:
        """A whole item that is about to be stored: canonical, not too big, fit for the indexes."""
        check_names(item)
        cleaned = {name: clean(value) for name, value in item.items()}
        self.check(cleaned)
        return cleaned

    def check(self, item: WireItem) -> None:
        """Raise where an item cannot be stored."""
        for view in self.indexes.values():
            for name, limit in zip(view.attributes, (_MAX_HASH, _MAX_RANGE), strict=False):
                if name in item:
                    _key_text(name, item[name], limit)
        if item_weight(item) > MAX_ITEM:
            raise invalid("Item size has exceeded the maximum allowed size")


def _key_text(name: str, value: Wire, limit: int) -> str:
    if "S" not in value:
        raise WriteFlawError(f"One or more parameter values were invalid: Type mismatch: {name}")
    text: str = value["S"]
    if not text:
        raise invalid(
            "One or more parameter values are not valid. The AttributeValue for a key attribute"
            f" cannot contain an empty string value. Key: {name}"
        )
    if len(text.encode()) > limit:
        raise invalid(f"One or more parameter values were invalid: Size of {name} is too big")
    return text


def unknown_table(name: str) -> ApiError:
    """The error for a table that does not exist."""
    return ApiError("ResourceNotFoundException", f"Requested resource not found: {name}")
