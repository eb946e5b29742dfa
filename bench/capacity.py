"""What a transaction's writes cost, from the sizes of its items.

"Read/write capacity mode" and "DynamoDB item sizes and formats" (developer guide): a write unit is
a write of up to 1 KB, in a transaction two. Engines that run locally do not tell: DynamoDB Local
3.x gives the units of a transaction's last item, MiniStack of a part of them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

KB: Final = 1024
_PER_ELEMENT: Final = 1
_PER_DOCUMENT: Final = 3
_IN_A_TRANSACTION: Final = 2

Wire = Mapping[str, Any]


def item_bytes(item: Wire) -> int:
    """An item's size: the names and the values of its attributes."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Wire) -> int:
    ((kind, raw),) = value.items()
    match kind:
        case "S":
            return len(raw.encode())
        case "N":
            digits = len(raw.lstrip("-0").replace(".", ""))
            return (digits + 1) // 2 + 1 + int(raw.startswith("-"))
        case "M":
            return _PER_DOCUMENT + item_bytes(raw) + _PER_ELEMENT * len(raw)
        case "L":
            return _PER_DOCUMENT + sum(map(_value_bytes, raw)) + _PER_ELEMENT * len(raw)
        case "SS":
            return sum(len(member.encode()) for member in raw)
    return 1


def transaction_units(body: str | bytes) -> int:
    """Write units of TransactWriteItems; an updated item is taken for one of up to 1 KB."""
    parts = [part for whole in json.loads(body)["TransactItems"] for part in whole.values()]
    sizes = [item_bytes(part["Item"]) if "Item" in part else 1 for part in parts]
    return _IN_A_TRANSACTION * sum(-(-size // KB) for size in sizes)
