"""Puts a request's names and values into an expression's tree, and checks what needs no item.

After this every ``Path`` holds attribute names, and every ``Value`` has become a ``Constant``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.dynamo_errors import ApiError, NotSimulatedError, invalid
from tests.simulation.dynamo_syntax import Action
from tests.simulation.dynamo_tokens import Call, Node, Path, Value
from tests.simulation.dynamo_values import KINDS, ORDERED, Wire, clean, kind_of, rank

_SPOKEN: Final = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
    "M": "MAP",
    "L": "LIST",
}


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the request brought."""

    value: Wire


Bound = Path | Constant | Call


def _misfit(operator: str, kind: str) -> ApiError:
    return invalid(
        "Incorrect operand type for operator or function;"
        f" operator or function: {operator}, operand type: {_SPOKEN.get(kind, kind)}"
    )


class Binder:
    """The names and values of one request; all of its expressions are bound with one binder."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self.names: dict[str, str] = request.get("ExpressionAttributeNames", {})
        values: dict[str, Wire] = request.get("ExpressionAttributeValues", {})
        for name, given in (("Names", "ExpressionAttributeNames"), ("Values", _VALUES)):
            if given in request and not request[given]:
                if not any(name.endswith("Expression") for name in request):
                    raise NotSimulatedError(f"empty {given} without an expression")
                raise invalid(f"ExpressionAttribute{name} must not be empty")
        if "" in self.names.values():
            raise invalid("ExpressionAttributeNames contains invalid value: Empty attribute name")
        self.values = {name: clean(value) for name, value in values.items()}
        self.used: set[str] = set()

    def finish(self) -> None:
        """Raise where a name or value was given that no expression used."""
        for kind, given in (("Names", self.names), ("Values", self.values)):
            unused = [name for name in given if name not in self.used]
            if unused:
                raise invalid(
                    f"Value provided in ExpressionAttribute{kind} unused in expressions:"
                    f" keys: {{{', '.join(unused)}}}"
                )

    def path(self, path: Path) -> Path:
        """The place with its real names."""
        if not any(isinstance(part, str) and part.startswith("#") for part in path.parts):
            return path
        return Path(tuple(self._name(part) for part in path.parts))

    def _name(self, part: str | int) -> str | int:
        if isinstance(part, int) or not part.startswith("#"):
            return part
        if part not in self.names:
            raise invalid(f"An expression attribute name used in an expression is not: {part}")
        self.used.add(part)
        return self.names[part]

    def constant(self, value: Value) -> Constant:
        """The value behind a placeholder."""
        if value.name not in self.values:
            raise invalid(f"An expression attribute value used is not defined: {value.name}")
        self.used.add(value.name)
        return Constant(self.values[value.name])

    def node(self, node: Node) -> Bound:
        """A whole tree, bound and checked."""
        if isinstance(node, Path):
            return self.path(node)
        if isinstance(node, Value):
            return self.constant(node)
        bound = Call(node.name, tuple(self.node(arg) for arg in node.args))
        check = _CHECKS.get(node.name)
        if check:
            check(bound)
        return bound

    def actions(self, actions: tuple[Action, ...]) -> list[Action]:
        """The actions of an update, bound and checked."""
        bound = [
            Action(
                action.clause,
                self.path(action.path),
                None if action.value is None else self.node(action.value),
            )
            for action in actions
        ]
        for action in bound:
            _check_clause(action)
        return bound


_VALUES: Final = "ExpressionAttributeValues"


def _check_clause(action: Action) -> None:
    if not isinstance(action.value, Constant) or action.clause == "SET":
        return
    kind = kind_of(action.value.value)
    if kind not in {"SS", "NS", "BS"} and (action.clause == "DELETE" or kind != "N"):
        raise _misfit(action.clause, kind)


def _check_order(call: Call) -> None:
    _distinct(call)
    for arg in call.args:
        if isinstance(arg, Constant) and kind_of(arg.value) not in ORDERED:
            raise _misfit(call.name, kind_of(arg.value))


def _distinct(call: Call) -> None:
    first, *others = call.args
    if isinstance(first, Path) and first in others:
        raise invalid(
            "The first operand must be distinct from the remaining operands for this operator or"
            f" function; operator: {call.name}"
        )


def _check_between(call: Call) -> None:
    _check_order(call)
    _, low, high = call.args
    if not (isinstance(low, Constant) and isinstance(high, Constant)):
        return
    if kind_of(low.value) != kind_of(high.value):
        raise invalid("The BETWEEN operator requires same data type for lower and upper bounds")
    if rank(low.value) > rank(high.value):
        raise invalid("The BETWEEN operator requires upper bound to be not less than lower bound")


def _check_place(call: Call) -> None:
    if not isinstance(call.args[0], Path):
        raise invalid(f"Operator or function requires a document path; function: {call.name}")


def _check_type(call: Call) -> None:
    wanted = call.args[1]
    if not isinstance(wanted, Constant) or kind_of(wanted.value) != "S":
        raise _misfit(call.name, "?")
    if wanted.value["S"] not in KINDS:
        raise invalid(f"Invalid attribute type name found; type: {wanted.value['S']}")


def _check_prefix(call: Call) -> None:
    _distinct(call)
    for arg in call.args:
        if isinstance(arg, Constant) and kind_of(arg.value) not in {"S", "B"}:
            raise _misfit(call.name, kind_of(arg.value))


def _check_size(call: Call) -> None:
    (arg,) = call.args
    if isinstance(arg, Call):
        raise _misfit(call.name, "N")
    if isinstance(arg, Constant) and kind_of(arg.value) in {"N", "BOOL", "NULL"}:
        raise _misfit(call.name, kind_of(arg.value))


def _check_default(call: Call) -> None:
    _arity(call)
    _check_place(call)
    _distinct(call)


def _arity(call: Call) -> None:
    if len(call.args) != 2:
        raise invalid(f"Incorrect number of operands for operator or function; {call.name}")


def _check_append(call: Call) -> None:
    _arity(call)
    for arg in call.args:
        if isinstance(arg, Constant) and kind_of(arg.value) != "L":
            raise _misfit(call.name, kind_of(arg.value))


def _check_sum(call: Call) -> None:
    for arg in call.args:
        if isinstance(arg, Call) and arg.name == "list_append":
            raise _misfit(call.name, "L")
        if isinstance(arg, Constant) and kind_of(arg.value) != "N":
            raise _misfit(call.name, kind_of(arg.value))


_CHECKS: Final = {
    "=": _distinct,
    "<>": _distinct,
    "<": _check_order,
    "<=": _check_order,
    ">": _check_order,
    ">=": _check_order,
    "BETWEEN": _check_between,
    "IN": _distinct,
    "attribute_exists": _check_place,
    "attribute_not_exists": _check_place,
    "attribute_type": _check_type,
    "begins_with": _check_prefix,
    "contains": _distinct,
    "size": _check_size,
    "if_not_exists": _check_default,
    "list_append": _check_append,
    "+": _check_sum,
    "-": _check_sum,
}
