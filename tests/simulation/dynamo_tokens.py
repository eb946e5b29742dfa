"""Expressions of DynamoDB as tokens, paths and operands: what all their kinds have in common.

Follows the developer guide's pages "Reserved words" and "Expression attribute names".
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.simulation.dynamo_errors import ApiError, NotSimulatedError, invalid

_TOKEN: Final = re.compile(
    r"\s*(?:([:#][A-Za-z0-9_]+|[A-Za-z][A-Za-z0-9_]*|0|[1-9][0-9]*|<>|<=|>=|[=<>+\-(),.\[\]])|(\S))"
)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
DISPUTED: Final = frozenset({"CONVERT", "SIZE"})
"""Words that the guide's list reserves and DynamoDB Local does not."""


@dataclass(frozen=True, slots=True)
class Path:
    """A place in an item: names (still #placeholders in part) and list positions."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A :placeholder of a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, a comparison (by its sign), BETWEEN, IN, AND, OR, NOT, + or -."""

    name: str
    args: tuple[Any, ...]


Node = Path | Value | Call


@cache
def reserved() -> frozenset[str]:
    """The words that need a #placeholder."""
    return frozenset(ReservedKeywords.get_reserved_keywords())


class Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str, kind: str) -> None:
        self.kind = kind
        self.tokens: list[str] = []
        for match in _TOKEN.finditer(text.strip()):
            if match[2]:
                raise self.error(f'Syntax error; token: "{match[2]}"')
            self.tokens.append(match[1])
        if not self.tokens:
            raise self.error("The expression can not be empty;")
        self.at = 0

    def error(self, message: str) -> ApiError:
        return invalid(f"Invalid {self.kind}: {message}")

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if self.take() != token:
            self.at -= 1
            raise self.error(f'Syntax error; token: "{self.next or "<EOF>"}", near: "{token}"')

    def skip(self, token: str) -> bool:
        if self.next.upper() != token:
            return False
        self.at += 1
        return True

    def end(self) -> None:
        if self.next:
            raise self.error(f'Syntax error; token: "{self.next}"')

    # Operands

    def path(self) -> Path:
        parts: list[str | int] = [self.name()]
        while self.next in {".", "["}:
            if self.take() == ".":
                parts.append(self.name())
                continue
            digits = self.take()
            if not digits.isdigit():
                raise self.error(f'Syntax error; token: "{digits}"')
            parts.append(int(digits))
            self.expect("]")
        return Path(tuple(parts))

    def name(self) -> str:
        token = self.take()
        if token.startswith("#"):
            return token
        if not _WORD.fullmatch(token):
            raise self.error(f'Syntax error; token: "{token or "<EOF>"}"')
        if token.upper() in DISPUTED:
            raise NotSimulatedError(f"the attribute {token} without a #placeholder")
        if token.upper() in reserved():
            raise self.error(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def operand(self) -> Node:
        if self.next == "(":
            raise NotSimulatedError("an operand in parentheses")
        if self.next.startswith(":"):
            return Value(self.take())
        if self.is_call():
            return self.call()
        return self.path()

    def is_call(self) -> bool:
        after = self.tokens[self.at + 1 : self.at + 2]
        return after == ["("] and _WORD.fullmatch(self.next) is not None

    def call(self) -> Call:
        name = self.take()
        self.expect("(")
        args = [self.operand()]
        while self.skip(","):
            args.append(self.operand())
        self.expect(")")
        return Call(name, tuple(args))
