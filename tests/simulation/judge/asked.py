"""What clients asked of orders, whatever came of it: nothing happens that nobody asked for."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.simulation.judge.verdict import Call, broken

_DEEP: Final = 4
"""Parts of a path that names an order or a return: "", v1, orders, its id."""


class Asked:
    """Calls that change orders, by order or return, and then by what makes two of them one."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], dict[tuple[str, ...], Call]] = {}
        self._number = 0
        self._made: Counter[tuple[str, str]] = Counter()

    def note(self, call: Call) -> None:
        """A client sends a call, perhaps once more."""
        parts = call.path.split("/")
        if call.method == "GET" or len(parts) < _DEEP:
            return
        what = "/".join((call.method, *parts[_DEEP:]))
        known = self._calls.setdefault((parts[_DEEP - 1], what), {})
        known[self._identity(call)] = call

    def _identity(self, call: Call) -> tuple[str, ...]:
        headers = {name.lower(): value for name, value in call.headers.items()}
        body = call.body if isinstance(call.body, dict) else {}
        if "idempotency-key" in headers:
            return ("key", headers["idempotency-key"], json.dumps(call.body, sort_keys=True))
        if body.get("reference") is not None:
            return ("reference", str(body.get("kind")), body["reference"])
        self._number += 1
        return ("new", str(self._number))

    def bodies(self, name: str, what: str) -> Sequence[Any]:
        """Bodies of calls that did this to an order or a return, each once."""
        return [call.body for call in self._calls.get((name, what), {}).values()]

    def check_made(self, name: str, what: str) -> None:
        """It was done once more, by a call that nothing came of yet: what a key names is one."""
        calls = self._calls.get((name, what), {})
        asked = {one[:2] if one[0] == "key" else one for one in calls}
        self._made[name, what] += 1
        if self._made[name, what] > len(asked):
            text = f"{what} was done {self._made[name, what]} times, asked for {len(asked)} times"
            broken("idempotency", text, name)

    def refunds(self, return_id: str) -> set[int | None]:
        """The amounts that were to go back for a return; None for what it cost."""
        return {_amount(body) for body in self.bodies(return_id, "POST/refund")}


def _amount(body: Mapping[str, Any] | None) -> int | None:
    money = (body or {}).get("amount")
    return int(money["amount"]) if money else None
