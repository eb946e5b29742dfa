"""Pages of lists that are read whole: an order's shipments, a shipment's scans."""

from collections.abc import Sequence
from typing import TypeVar

from waybill.dynamo import Item, StartKeyError

T = TypeVar("T")


def cut(
    items: Sequence[tuple[Item, T]], limit: int, start: Item | None
) -> tuple[list[T], Item | None]:
    """A page of items that stand in descending order of their positions, and where it ended.

    What was added meanwhile shifts nothing: a page goes on after a position, not a count. Raises
    :class:`~waybill.dynamo.StartKeyError` for a start that is no position of this list.
    """
    rest = [each for each in items if start is None or _order(each[0]) < _after(start, each[0])]
    page = rest[:limit]
    return [item for _, item in page], page[-1][0] if len(rest) > limit else None


def _after(start: Item, like: Item) -> tuple[str, ...]:
    if start.keys() != like.keys() or not all(isinstance(v, str) for v in start.values()):
        raise StartKeyError
    return tuple(start[name] for name in like)


def _order(position: Item) -> tuple[str, ...]:
    return tuple(position.values())
