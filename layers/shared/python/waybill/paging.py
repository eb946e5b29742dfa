"""Pages of a list, and cursors that fit one list, one shop and one set of filters alone."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from waybill.dynamo import Item
from waybill.problems import InvalidCursor, field_problem

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
PARAMETERS: Final = frozenset({"limit", "cursor"})


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    start: Item | None
    context: str
    """What list this is: a cursor of another is refused."""

    def cursor(self, last: Item | None) -> str | None:
        """The cursor to go on from, or None at the end."""
        if last is None:
            return None
        text = json.dumps({"c": self.context, "k": last}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_page(query: Mapping[str, str], *identity: object) -> Page:
    """``limit`` and ``cursor``; 422 for a wrong limit, 400 for a cursor of another list.

    ``identity`` is what makes the list this one: its path, shop and filters.
    """
    context = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise field_problem("/limit", f"limit: 1 to {MAX_LIMIT}")
    return Page(int(text), _read_cursor(query.get("cursor"), context), context)


def _read_cursor(text: str | None, context: str) -> Item | None:
    if text is None:
        return None
    try:
        document = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if document["c"] == context and _is_start_key(document["k"]):
            return cast(Item, document["k"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise InvalidCursor("this cursor is not of this list")


def _is_start_key(key: Any) -> bool:
    """Whether DynamoDB may be sent it as a key; raises UnicodeEncodeError for half characters."""
    if not isinstance(key, dict) or not key:
        return False
    json.dumps(key, ensure_ascii=False).encode()
    return all(type(value) in (str, int) for value in key.values())
