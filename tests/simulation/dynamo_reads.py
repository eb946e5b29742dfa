"""GetItem, BatchGetItem and Query of the simulated DynamoDB."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.dynamo_binding import Binder, Constant
from tests.simulation.dynamo_conditions import holds
from tests.simulation.dynamo_errors import NotSimulatedError, invalid
from tests.simulation.dynamo_syntax import parse_condition, parse_projection
from tests.simulation.dynamo_tables import Entry, Table, View
from tests.simulation.dynamo_tokens import Call, Node, Path
from tests.simulation.dynamo_values import Wire, WireItem, item_weight, kind_of

Request = Mapping[str, Any]
Tables = Callable[[str], Table]

MAX_KEYS: Final = 100
PAGE: Final = 1_048_576
"""Bytes after which a Query ends its page."""
_LARGE: Final = 16_777_216
_RANGE_SIGNS: Final = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})


def get_item(tables: Tables, request: Request) -> dict[str, Any]:
    """The item under a key."""
    table = tables(request["TableName"])
    project = _projection(request)
    item = table.items.get(table.key(request["Key"]))
    return {} if item is None else {"Item": project(item)}


def batch_get_item(tables: Tables, request: Request) -> dict[str, Any]:
    """The items under up to 100 keys; the last asked for comes first, for no order is promised."""
    wanted = request["RequestItems"]
    if not wanted or not all(part["Keys"] for part in wanted.values()):
        raise invalid("Member must have length greater than or equal to 1")
    if sum(len(part["Keys"]) for part in wanted.values()) > MAX_KEYS:
        raise invalid("Too many items requested for the BatchGetItem call")
    responses = {}
    for name, part in wanted.items():
        table = tables(name)
        project = _projection(part)
        keys = [table.key(key) for key in part["Keys"]]
        if len(set(keys)) != len(keys):
            raise invalid("Provided list of item keys contains duplicates")
        found = [table.items[key] for key in reversed(keys) if key in table.items]
        if sum(map(item_weight, found)) > _LARGE:
            raise NotSimulatedError("a BatchGetItem of more than 16 MB")
        responses[name] = [project(item) for item in found]
    return {"Responses": responses, "UnprocessedKeys": {}}


def _projection(
    request: Request, binder: Binder | None = None, view: View | None = None
) -> Callable[[WireItem], WireItem]:
    """What an answer shows of an item; only whole attributes can be chosen."""
    text = request.get("ProjectionExpression")
    own = binder or Binder(request)
    names: set[str] | None = None
    if text is not None:
        paths = [own.path(path) for path in parse_projection(text)]
        if any(len(path.parts) > 1 for path in paths):
            raise NotSimulatedError("a projection of parts of attributes")
        names = {str(path.parts[0]) for path in paths}
        if len(names) != len(paths):
            raise invalid("Invalid ProjectionExpression: Two document paths overlap")
        if view is not None:
            _check_shown(view, names)
    elif binder is None and (own.names or own.values):
        raise invalid("ExpressionAttributeNames can only be specified when using expressions")
    if binder is None:
        own.finish()
    if names is None:
        return lambda item: item
    chosen = names
    return lambda item: {name: value for name, value in item.items() if name in chosen}


@dataclass(frozen=True)
class _Bounds:
    """A key condition: one partition, and which sort values come before and after what it takes."""

    partition: str
    below: Callable[[str], bool]
    above: Callable[[str], bool]


def query(tables: Tables, request: Request) -> dict[str, Any]:
    """One page of a partition, in the order of its sort key."""
    table = tables(request["TableName"])
    view = _view(table, request)
    binder = Binder(request)
    bounds = _bounds(request, view, binder)
    shown = _filter(request, table, view, binder)
    project = _projection(request, binder, view)
    binder.finish()
    entries = view.partitions.get(bounds.partition, [])
    first = bisect_left(entries, True, key=lambda entry: not bounds.below(entry[0]))
    last = bisect_left(entries, True, key=lambda entry: bounds.above(entry[0]))
    forward = request.get("ScanIndexForward", True)
    if "ExclusiveStartKey" in request:
        start = _start(request["ExclusiveStartKey"], table, view, bounds)
        if forward:
            first = max(first, bisect_right(entries, start))
        else:
            last = min(last, bisect_left(entries, start))
    selected = entries[first:last] if forward else entries[first:last][::-1]
    page, more = _page(selected, table, view, request.get("Limit"))
    items = [item for item in page if shown(item)]
    answer: dict[str, Any] = {
        "Items": [project(item) for item in items],
        "Count": len(items),
        "ScannedCount": len(page),
    }
    if more:
        kept = dict.fromkeys([*table.keys, *view.attributes])
        answer["LastEvaluatedKey"] = {name: page[-1][name] for name in kept}
    return answer


def _view(table: Table, request: Request) -> View:
    name = request.get("IndexName")
    if name is None:
        return table.primary
    if name not in table.indexes:
        raise invalid(f"The table does not have the specified index: {name}")
    if request.get("ConsistentRead"):
        raise invalid("Consistent reads are not supported on global secondary indexes")
    return table.indexes[name]


def _filter(
    request: Request, table: Table, view: View, binder: Binder
) -> Callable[[WireItem], bool]:
    text = request.get("FilterExpression")
    if text is None:
        return lambda item: True
    tree = binder.node(parse_condition(text, "FilterExpression"))
    if _attributes(tree) & set(view.attributes):
        raise invalid("Filter Expression can only contain non-primary key attributes")
    _check_shown(view, _attributes(tree))
    return lambda item: holds(tree, item)


def _check_shown(view: View, names: set[str]) -> None:
    """An index knows nothing of the attributes that it does not show."""
    if view.projected is not None and names - view.projected:
        raise invalid(f"The index does not project {sorted(names - view.projected)}")


def _attributes(node: Any) -> set[str]:
    if isinstance(node, Path):
        return {str(node.parts[0])}
    if isinstance(node, Call):
        return set().union(*(_attributes(arg) for arg in node.args))
    return set()


def _page(
    selected: list[Entry], table: Table, view: View, limit: int | None
) -> tuple[list[WireItem], bool]:
    """The items of one page as the view shows them, and whether it ended before the partition."""
    if limit is not None and limit < 1:
        raise invalid("Member must have value greater than or equal to 1: limit")
    page: list[WireItem] = []
    weight = 0
    for entry in selected:
        item = view.project(table.items[entry[1:]])
        page.append(item)
        weight += item_weight(item)
        if len(page) == limit or weight >= PAGE:
            return page, True
    return page, False


def _start(given: Mapping[str, Wire], table: Table, view: View, bounds: _Bounds) -> Entry:
    if set(given) != {*table.keys, *view.attributes}:
        raise invalid("The provided starting key is invalid")
    for value in given.values():
        if not value.get("S"):
            raise invalid("The provided starting key is invalid")
    if given[view.hash]["S"] != bounds.partition:
        raise invalid("The provided starting key is outside query boundaries")
    key = table.key_of({name: given[name] for name in table.keys})
    entry = view.entry(dict(given), key)
    assert entry is not None
    if bounds.below(entry[0]) or bounds.above(entry[0]):
        raise invalid("The provided starting key does not match the range key predicate")
    return entry


def _bounds(request: Request, view: View, binder: Binder) -> _Bounds:
    if "KeyConditionExpression" not in request:
        raise invalid("Either the KeyConditions or KeyConditionExpression must be specified")
    tree = parse_condition(request["KeyConditionExpression"], "KeyConditionExpression")
    found: dict[str, Call] = {}
    for part in _conjuncts(tree):
        bound = binder.node(part)
        assert isinstance(bound, Call)
        name = _key_name(bound)
        if name in found:
            raise invalid("KeyConditionExpressions must only contain one condition per key")
        found[name] = bound
    hashed = found.pop(view.hash, None)
    if hashed is None or hashed.name != "=":
        raise invalid(f"Query condition missed key schema element: {view.hash}")
    ranged = found.pop(view.range, None) if view.range else None
    if found:
        raise invalid(f"Query condition missed key schema element: {view.range}")
    below, above = _limits(ranged)
    return _Bounds(_texts(hashed)[0], below, above)


def _conjuncts(node: Node) -> list[Node]:
    if isinstance(node, Call) and node.name == "AND":
        return [part for arg in node.args for part in _conjuncts(arg)]
    return [node]


def _key_name(call: Call) -> str:
    if call.name not in _RANGE_SIGNS:
        raise invalid(f"Invalid operator used in KeyConditionExpression: {call.name}")
    place, *others = call.args
    if isinstance(place, Constant):
        raise NotSimulatedError("a key condition with the value first")
    if not isinstance(place, Path) or not all(isinstance(o, Constant) for o in others):
        raise invalid("Invalid condition in KeyConditionExpression: one key, then values")
    if len(place.parts) > 1:
        raise invalid("KeyConditionExpressions cannot have conditions on nested attributes")
    return str(place.parts[0])


def _texts(call: Call) -> list[str]:
    texts = []
    for constant in call.args[1:]:
        assert isinstance(constant, Constant)
        if kind_of(constant.value) != "S":
            raise invalid("Condition parameter type does not match schema type")
        texts.append(constant.value["S"])
    if "" in texts:
        raise invalid("The AttributeValue for a key attribute cannot contain an empty string value")
    return texts


def _never(_: str) -> bool:
    return False


def _limits(call: Call | None) -> tuple[Callable[[str], bool], Callable[[str], bool]]:
    """Which sort values stand before those a condition takes, and which behind them."""
    if call is None:
        return _never, _never
    low, *rest = _texts(call)
    high = rest[0] if rest else low
    below: dict[str, Callable[[str], bool]] = {
        "<": _never,
        "<=": _never,
        ">": lambda text: text <= low,
    }
    above: dict[str, Callable[[str], bool]] = {
        "<": lambda text: text >= high,
        ">": _never,
        ">=": _never,
        "begins_with": lambda text: text > low and not text.startswith(low),
    }
    return (
        below.get(call.name, lambda text: text < low),
        above.get(call.name, lambda text: text > high),
    )
