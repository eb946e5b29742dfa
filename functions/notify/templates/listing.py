"""Pages of the list of wordings. They are few, so all are read and put in order here."""

from typing import TYPE_CHECKING

from waybill.dynamo import Item
from waybill.problems import InvalidCursor

if TYPE_CHECKING:
    from notify.templates.service import Shown


def page_of(
    found: "list[Shown]", start: Item | None, limit: int
) -> "tuple[list[Shown], Item | None]":
    """Return what comes after ``start``, and where to go on from (None at the end).

    ``found`` is in order. Raises :class:`InvalidCursor` when ``start`` is no position of this list.
    """
    after = start.get("place") if start is not None else ""
    if not isinstance(after, str):
        raise InvalidCursor("this cursor is not of this list")
    rest = [shown for shown in found if _position(shown) > after]
    page = rest[:limit]
    return page, {"place": _position(page[-1])} if len(rest) > limit else None


def _position(shown: "Shown") -> str:
    place = shown.place
    return f"{place.message} {place.channel} {place.locale}"
