"""What the judge is told and what it answers: calls, changes, writes, and violations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

Item = dict[str, Any]
Key = tuple[str, str]


class Violation(Exception):  # noqa: N818 - what was broken, not an error of the judge
    """Something that must never happen has happened."""

    def __init__(self, invariant: str, text: str, keys: Sequence[str] = ()) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant
        self.text = text
        self.keys = tuple(keys)


def broken(invariant: str, text: str, *keys: str) -> NoReturn:
    """Raise a violation; ``keys`` are the ids by which a story can be filtered."""
    raise Violation(invariant, text, keys)


class Change(Protocol):
    """One item before and after, as the engine reports it."""

    @property
    def table(self) -> str: ...
    @property
    def key(self) -> Key: ...
    @property
    def old(self) -> Item | None: ...
    @property
    def new(self) -> Item | None: ...


@dataclass(frozen=True)
class Call:
    """What a client sends."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    key: str | None = field(default=None, repr=False)
    """The API key it is sent with, where no header of the call says so."""


@dataclass(frozen=True)
class Step:
    """One item of a write; ``new`` is never None, because nothing of value is ever deleted."""

    kind: str
    key: Key
    old: Item | None
    new: Item


@dataclass(frozen=True)
class Write:
    """Everything that one AWS call changed, atomically."""

    at: float
    who: str
    invocation: int
    number: int
    steps: Sequence[Step]

    def of(self, kind: str) -> list[Step]:
        """The changed items of one kind."""
        return [step for step in self.steps if step.kind == kind]
