"""The grammar of DynamoDB's expressions: text in, a tree out; names and values are still open.

Follows the developer guide's pages "Condition and filter expressions, operators, and functions"
and "Update expressions". Trees depend on the text alone and are kept.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tests.simulation.dynamo_errors import ApiError, NotSimulatedError
from tests.simulation.dynamo_tokens import Call, Node, Parser, Path, Value

_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_CLAUSES: Final = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
FUNCTIONS: Final = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}


@dataclass(frozen=True, slots=True)
class Action:
    """One change of an update: its clause, its place, and what it takes (None for REMOVE)."""

    clause: str
    path: Path
    value: Any


class _ConditionParser(Parser):
    def condition(self) -> Node:
        left = self.conjunction()
        while self.skip("OR"):
            left = Call("OR", (left, self.conjunction()))
        return left

    def conjunction(self) -> Node:
        left = self.negation()
        while self.skip("AND"):
            left = Call("AND", (left, self.negation()))
        return left

    def negation(self) -> Node:
        if self.next.upper() == "NOT":
            self.take()
            return Call("NOT", (self.negation(),))
        if self.next == "(":
            return self.parenthesis()
        return self.comparison()

    def parenthesis(self) -> Node:
        start = self.at
        self.expect("(")
        inner = self.condition()
        whole = self.at
        self.expect(")")
        if self.tokens[start + 1] == "(" and self._closes(start + 1) == whole - 1:
            raise self.error("The expression has redundant parentheses;")
        return inner

    def _closes(self, opening: int) -> int:
        """Where the parenthesis opened at a token is closed."""
        depth = 0
        for position in range(opening, len(self.tokens)):
            depth += {"(": 1, ")": -1}.get(self.tokens[position], 0)
            if not depth:
                return position
        return -1

    def comparison(self) -> Node:
        called = self.is_call()
        left = self.operand()
        if called and isinstance(left, Call) and left.name in FUNCTIONS:
            return self._checked(left)
        left = self._measure(left)
        if self.next in _COMPARATORS:
            sign = self.take()
            return Call(sign, (left, self._measure(self.operand())))
        if self.skip("BETWEEN"):
            low = self._measure(self.operand())
            self.expect_word("AND")
            return Call("BETWEEN", (left, low, self._measure(self.operand())))
        if self.skip("IN"):
            return self._choice(left)
        if self.next == ")":
            raise NotSimulatedError("an operand in parentheses")
        raise self.error(f'Syntax error; token: "{self.next or "<EOF>"}"')

    def expect_word(self, word: str) -> None:
        if not self.skip(word):
            raise self.error(f'Syntax error; token: "{self.next or "<EOF>"}"')

    def _choice(self, left: Node) -> Node:
        self.expect("(")
        options = [self._measure(self.operand())]
        while self.skip(","):
            options.append(self._measure(self.operand()))
        self.expect(")")
        return Call("IN", (left, *options))

    def _measure(self, node: Node) -> Node:
        """An operand: a path, a value, or size() as the one function that is one."""
        if isinstance(node, Call):
            if node.name != "size":
                raise self._misused(node.name)
            if len(node.args) != 1:
                raise self.error("Incorrect number of operands for operator or function; size")
        return node

    def _checked(self, call: Call) -> Call:
        if len(call.args) != FUNCTIONS[call.name]:
            raise self.error(f"Incorrect number of operands for operator or function; {call.name}")
        for arg in call.args:
            self._measure(arg)
        return call

    def _misused(self, name: str) -> ApiError:
        if name in FUNCTIONS:
            return self.error(f"The function is not allowed to be used this way; function: {name}")
        return self.error(f"Invalid function name; function: {name}")


class _UpdateParser(Parser):
    def actions(self) -> tuple[Action, ...]:
        found: list[Action] = []
        seen: set[str] = set()
        while self.next:
            clause = self.take().upper()
            if clause not in _CLAUSES:
                raise self.error(f'Syntax error; token: "{clause}"')
            if clause in seen:
                raise self.error(f'The "{clause}" section can only be used once')
            seen.add(clause)
            found.append(self.action(clause))
            while self.skip(","):
                found.append(self.action(clause))
        return tuple(found)

    def action(self, clause: str) -> Action:
        path = self.path()
        if clause == "REMOVE":
            return Action(clause, path, None)
        if clause == "SET":
            self.expect("=")
            return Action(clause, path, self.sum())
        if not self.next.startswith(":"):
            raise self.error(f'Syntax error; token: "{self.next or "<EOF>"}"')
        return Action(clause, path, Value(self.take()))

    def sum(self) -> Node:
        left = self.operand()
        if self.next in {"+", "-"}:
            return Call(self.take(), (left, self.operand()))
        return left

    def call(self) -> Call:
        found = super().call()
        if found.name not in {"if_not_exists", "list_append"}:
            raise self.error(f"Invalid function name; function: {found.name}")
        return found


@cache
def parse_condition(text: str, kind: str) -> Node:
    """The tree of a condition, filter or key condition; raises ApiError."""
    parser = _ConditionParser(text, kind)
    tree = parser.condition()
    parser.end()
    return tree


@cache
def parse_update(text: str) -> tuple[Action, ...]:
    """The actions of an update expression, in their order; raises ApiError."""
    return _UpdateParser(text, "UpdateExpression").actions()


@cache
def parse_projection(text: str) -> tuple[Path, ...]:
    """The places a projection names; raises ApiError."""
    parser = Parser(text, "ProjectionExpression")
    paths = [parser.path()]
    while parser.skip(","):
        paths.append(parser.path())
    parser.end()
    return tuple(paths)
