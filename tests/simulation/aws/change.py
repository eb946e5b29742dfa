"""A write as everybody else sees it: one item, before and after."""

import base64
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

Item = dict[str, Any]

# The attributes that a story wants, in the order it tells them; none of them is personal.
_TOLD: Final = (
    "version",
    "status",
    "decision",
    "state",
    "event",
    "order_version",
    "inventory_version",
    "platform_version",
    "quantity",
    "shipped",
    "released",
    "on_hand",
    "reserved",
    "available",
    "backordered",
    "delta",
    "reason",
    "swept_to_ms",
)


@dataclass(frozen=True)
class Change:
    """What a write did to one item; images in plain Python: text, numbers, lists, dicts, sets."""

    table: str
    """The table's logical id in template.yaml."""
    key: tuple[str, str]
    old: Item | None
    new: Item | None
    record: dict[str, Any]
    """The stream's record of it, as Lambda gets it."""
    former: Any = field(default=None, repr=False)
    """The item before, as the engine keeps it."""

    def __str__(self) -> str:
        """In a line of the story: which item, and what of it is new."""
        name = self._name()
        if self.new is None:
            return f"removes {name}"
        if self.old is None:
            told = [f"{field} {self.new[field]}" for field in _TOLD if field in self.new]
            return f"writes {name}: {', '.join(told)}"
        told = [
            f"{field} {self.old.get(field)}→{self.new[field]}"
            for field in _TOLD
            if field in self.new and self.new[field] != self.old.get(field)
        ]
        return f"changes {name}: {', '.join(told)}"

    def _name(self) -> str:
        """The item's name without its shop's."""
        partition = self.key[0].partition("#")[2] or self.key[0]
        return f"{partition}/{self.key[1]}"


def plain(attribute: dict[str, Any]) -> Any:  # noqa: PLR0911 - a table of types
    """A DynamoDB attribute in plain Python."""
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else Decimal(value)
        case "NULL":
            return None
        case "M":
            return plain_item(value)
        case "L":
            return [plain(inner) for inner in value]
        case "SS":
            return set(value)
        case "B":
            return value if isinstance(value, bytes) else base64.b64decode(value)
    return value


def plain_item(item: dict[str, Any]) -> Item:
    """A whole DynamoDB item in plain Python."""
    return {name: plain(value) for name, value in item.items()}
