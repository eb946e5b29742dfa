"""Pages of an order's messages. They are few, so all are read and put in order here."""

from collections.abc import Iterable

from notify.ledger.messages import Message, State
from waybill.dynamo import Item
from waybill.problems import InvalidCursor


def page_of(
    messages: Iterable[Message], *, state: State | None, start: Item | None, limit: int
) -> tuple[list[Message], Item | None]:
    """Return the newest messages after ``start``, and where to go on from (None at the end).

    Raises :class:`InvalidCursor` when ``start`` is no position of this list.
    """
    after = _position(start) if start is not None else None
    rest = sorted(
        (
            message
            for message in messages
            if (state is None or message.state is state)
            and (after is None or _place(message) < after)
        ),
        key=_place,
        reverse=True,
    )
    page = rest[:limit]
    if len(rest) <= limit:
        return page, None
    return page, {"created_at": page[-1].created_at, "id": page[-1].id}


def _place(message: Message) -> tuple[str, str]:
    return message.created_at, message.id


def _position(start: Item) -> tuple[str, str]:
    created_at, identifier = start.get("created_at"), start.get("id")
    if isinstance(created_at, str) and isinstance(identifier, str):
        return created_at, identifier
    raise InvalidCursor("this cursor is not of this list")
