"""What an update expression makes of an item, as DynamoDB does it.

All values are computed from the item as it was; then the changes are made, list positions as
they were before too.
"""

from typing import Any

from tests.simulation.dynamo_binding import Bound, Constant
from tests.simulation.dynamo_conditions import at
from tests.simulation.dynamo_errors import ApiError, invalid
from tests.simulation.dynamo_syntax import Action
from tests.simulation.dynamo_tokens import Call, Path
from tests.simulation.dynamo_values import Wire, WireItem, copied, kind_of, sort_set, total

_REMOVED: Any = object()


def check_paths(actions: list[Action]) -> None:
    """Raise where two actions touch the same place, or one holds the other."""
    for position, action in enumerate(actions):
        for other in actions[:position]:
            shared = min(len(action.path.parts), len(other.path.parts))
            if action.path.parts[:shared] == other.path.parts[:shared]:
                raise invalid("Invalid UpdateExpression: Two document paths overlap")
            _check_kinds(action.path.parts[:shared], other.path.parts[:shared])


def _check_kinds(left: tuple[str | int, ...], right: tuple[str | int, ...]) -> None:
    for mine, theirs in zip(left, right, strict=True):
        if isinstance(mine, int) != isinstance(theirs, int):
            raise invalid("Invalid UpdateExpression: Two document paths conflict")
        if mine != theirs:
            return


def updated(item: WireItem, actions: list[Action]) -> WireItem:
    """The item as the actions leave it; the given one stays as it is. Raises ApiError."""
    changes = [(action.path, _change(action, item)) for action in actions]
    changes.sort(key=lambda change: _position(change[0]))  # what is past a list's end is appended
    nested = any(len(path.parts) > 1 for path, _ in changes)
    result: WireItem = copied(item) if nested else dict(item)
    removals: list[tuple[list[Any], int]] = []
    for path, value in changes:
        _place(result, path, value, removals)
    for members, position in sorted(removals, key=lambda removal: -removal[1]):
        if position < len(members):
            del members[position]
    return result


def _position(path: Path) -> int:
    last = path.parts[-1]
    return last if isinstance(last, int) else 0


def _change(action: Action, item: WireItem) -> Any:
    if action.clause == "REMOVE":
        return _REMOVED
    if action.clause == "SET":
        return _value(action.value, item)
    assert isinstance(action.value, Constant)
    current, operand = at(item, action.path), action.value.value
    kind = kind_of(operand)
    if current is not None and kind_of(current) != kind:
        raise _wrong_type()
    if kind == "N":
        return total(current or {"N": "0"}, operand, 1)
    return _changed_set(action.clause, kind, current, operand)


def _changed_set(clause: str, kind: str, current: Wire | None, operand: Wire) -> Any:
    members = current[kind] if current else []
    if clause == "ADD":
        return {kind: sort_set(kind, [*members, *(m for m in operand[kind] if m not in members)])}
    left = [member for member in members if member not in operand[kind]]
    return {kind: left} if left else _REMOVED


def _wrong_type() -> ApiError:
    return invalid("An operand in the update expression has an incorrect data type")


def _value(node: Bound, item: WireItem) -> Wire:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Path):
        return _present(at(item, node))
    if node.name == "if_not_exists":
        found, default = at(item, node.args[0]), _value(node.args[1], item)
        return default if found is None else found
    left, right = (_value(arg, item) for arg in node.args)
    if node.name == "list_append":
        if {kind_of(left), kind_of(right)} != {"L"}:
            raise _wrong_type()
        return {"L": left["L"] + right["L"]}
    return _sum(node, left, right)


def _sum(node: Call, left: Wire, right: Wire) -> Wire:
    if {kind_of(left), kind_of(right)} != {"N"}:
        raise _wrong_type()
    return total(left, right, 1 if node.name == "+" else -1)


def _present(value: Wire | None) -> Wire:
    if value is None:
        raise invalid("The provided expression refers to an attribute that does not exist")
    return value


def _place(result: WireItem, path: Path, value: Any, removals: list[tuple[list[Any], int]]) -> None:
    last = path.parts[-1]
    if len(path.parts) == 1:
        _assign(result, last, value)
        return
    parent = at(result, Path(path.parts[:-1]))
    kind = "L" if isinstance(last, int) else "M"
    if parent is None or kind_of(parent) != kind:
        raise invalid("The document path provided in the update expression is invalid for update")
    if isinstance(last, int):
        _assign_member(parent["L"], last, value, removals)
    else:
        _assign(parent["M"], last, value)


def _assign(target: dict[Any, Any], name: Any, value: Any) -> None:
    if value is _REMOVED:
        target.pop(name, None)
    else:
        target[name] = value


def _assign_member(
    members: list[Any], position: int, value: Any, removals: list[tuple[list[Any], int]]
) -> None:
    if value is _REMOVED:
        removals.append((members, position))
    elif position < len(members):
        members[position] = value
    else:
        members.append(value)
