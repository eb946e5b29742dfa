"""The keys and values that the simulator's DynamoDB takes: one form for each value.

So values are equal in DynamoDB if, and only if, their dicts are equal here.
"""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.simulation.aws.evaluation import Value, Wire
from tests.simulation.processes.host import NotSimulatedError

_MAX_DEPTH: Final = 20
_MAX_KEY: Final = (2048, 1024)
"""Bytes of a partition key and of a sort key."""
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,37}")


def need(fact: object, otherwise: str) -> None:
    """Refuse what is not so."""
    if not fact:
        raise NotSimulatedError(f"DynamoDB: {otherwise}")


class Schema:
    """A table's and its indexes' key attributes."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        """``arguments``: those of CreateTable."""
        self.indexes: dict[str | None, list[str]] = {
            index.get("IndexName"): [key["AttributeName"] for key in index["KeySchema"]]
            for index in (arguments, *arguments.get("GlobalSecondaryIndexes", ()))
        }
        keys = [
            (name, place) for names in self.indexes.values() for place, name in enumerate(names)
        ]
        self.limits = {name: (2048, 1024)[place] for name, place in keys}
        need(self.indexes[None] == ["pk", "sk"], f"the key of {arguments['TableName']}")
        need("LocalSecondaryIndexes" not in arguments, "a local secondary index")
        kinds = {each["AttributeType"] for each in arguments["AttributeDefinitions"]}
        need(kinds == {"S"}, f"a key of {arguments['TableName']} that is not text")

    def check_keys(self, item: Wire) -> None:
        """Refuse key attributes that no table or index takes."""
        for name, limit in self.limits.items():
            if name in item:
                text = item[name].get("S", "")
                need(text and len(text.encode()) <= limit, f"{name} {str(item[name])[:50]}")

    def check_key(self, key: Wire) -> None:
        """Refuse a Key that is none of this table."""
        need(set(key) == {"pk", "sk"}, f"the key {sorted(key)}")
        self.check_keys(key)


def check_value(value: Value, depth: int = 0) -> None:
    """Refuse a value of a kind, or in a form, that was not compared."""
    if len(value) != 1 or depth > _MAX_DEPTH:
        raise NotSimulatedError("DynamoDB: a value of no type or of several, or too deep")
    ((name, raw),) = value.items()
    if name in {"L", "M"}:
        for inner in raw if name == "L" else raw.values():
            check_value(inner, depth + 1)
    if not _FORMS.get(name, _refuse)(raw):
        raise NotSimulatedError(f"DynamoDB: {str(value)[:100]}")


def _refuse(raw: Any) -> bool:
    return False


_FORMS: Final[Mapping[str, Callable[[Any], object]]] = {
    "S": lambda raw: True,
    "BOOL": lambda raw: True,
    "NULL": lambda raw: raw is True,
    "N": _INTEGER.fullmatch,
    "B": lambda raw: len(raw) % 4 == 0 and base64.b64encode(base64.b64decode(raw)).decode() == raw,
    "SS": lambda raw: raw and raw[0] and raw == sorted(set(raw)),
    "L": lambda raw: True,
    "M": lambda raw: "" not in raw,
}
"""Which form of a type's values is admitted."""
