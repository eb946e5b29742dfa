"""Event patterns: EventBridge's rules and Lambda's filters, matched by moto where moto is right.

See "Creating Amazon EventBridge event patterns" and, for filters, "Control which events Lambda
sends to your function". What moto matches otherwise than AWS is refused, never guessed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from moto.events.models import EventPattern

from tests.simulation.processes.host import NotSimulatedError

# Operators that moto decides as AWS does, with the kind of operand for which it does.
_OPERANDS: Final[Mapping[str, type]] = {"exists": bool, "prefix": str, "suffix": str}


class Pattern:
    """One pattern; an event matches if every leaf of the pattern accepts the event's value."""

    def __init__(self, pattern: Mapping[str, Any]) -> None:
        """Refuses what moto would match otherwise than AWS."""
        _vouch(pattern)
        self._named = pattern
        self._pattern = EventPattern.load(json.dumps(pattern))

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether an event, or a record, is one that the pattern describes."""
        # moto copies what it is given; large images would make that slow.
        return bool(self._pattern.matches_event(_named_by(self._named, event)))  # type: ignore[arg-type]


class Filter:
    """A mapping's FilterCriteria: patterns of which one has to match; none at all accepts all."""

    def __init__(self, patterns: Sequence[Mapping[str, Any]], keys: frozenset[str]) -> None:
        """``keys`` are those of a record's top level that Lambda filters by."""
        for pattern in patterns:
            if unknown := set(pattern) - keys:
                raise NotSimulatedError(f"Lambda does not filter by {sorted(unknown)}")
        self._patterns = [Pattern(pattern) for pattern in patterns]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def accepts(self, record: Mapping[str, Any]) -> bool:
        """Whether Lambda sends a record to the function."""
        return not self._patterns or any(pattern.matches(record) for pattern in self._patterns)


def _named_by(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an event that a pattern names."""
    part: dict[str, Any] = {}
    for name, inner in pattern.items():
        if name in event:
            value = event[name]
            deeper = isinstance(inner, Mapping) and isinstance(value, Mapping)
            part[name] = _named_by(inner, value) if deeper else value
    return part


def _vouch(pattern: Mapping[str, Any]) -> None:
    for name, value in pattern.items():
        # moto joins the names of a path with dots, so a name with a dot would be ambiguous.
        if name.startswith("$") or "." in name:
            raise NotSimulatedError(f"patterns with {name!r} are not simulated")
        if isinstance(value, Mapping):
            _vouch(value)
        elif isinstance(value, list) and value:
            for leaf in value:
                _vouch_for_leaf(name, leaf)
        else:
            raise NotSimulatedError(f"{name}: a pattern's leaf is a list of values")


def _vouch_for_leaf(name: str, leaf: Any) -> None:
    if leaf is None or isinstance(leaf, str | bool):
        return
    if isinstance(leaf, Mapping) and len(leaf) == 1:
        ((operator, operand),) = leaf.items()
        if isinstance(operand, _OPERANDS.get(operator, ())):
            return
    # Numbers: Python holds 1 and True for equal, EventBridge does not.
    raise NotSimulatedError(f"{name}: the pattern {leaf!r} is not simulated")
