"""Nothing personal and no secret in a log line: canaries are looked for in each of them."""

import json
from typing import Final

from tests.simulation.judge.verdict import broken

_HEAD: Final = 5


class Secrecy:
    """All canaries of a run, found by their first characters."""

    def __init__(self) -> None:
        self._by_head: dict[str, set[str]] = {}

    def expect(self, text: str) -> None:
        """Register a name, an address, a number or a secret of at least five characters."""
        if len(text) < _HEAD:
            raise ValueError(f"too short to be told from other text: {text!r}")
        for form in (text, json.dumps(text)[1:-1]):
            self._by_head.setdefault(form[:_HEAD], set()).add(form)

    def check(self, who: str, line: str) -> None:
        """Raise where a line holds a canary; what it is, the violation does not say."""
        for start in range(len(line) - _HEAD + 1):
            for form in self._by_head.get(line[start : start + _HEAD], ()):
                if line.startswith(form, start):
                    said = line[max(0, start - 60) : start]
                    broken("secrecy", f"{who} logged a canary after {said!r}", who)
