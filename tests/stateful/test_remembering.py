"""Whoever remembers for a while, or reads the time that passes, is known to the world."""

import re

from tests.stateful.remembering import REMEMBERING
from tests.support.template import ROOT

_SIGNS = re.compile(r"monotonic: Callable|self\._known\b.* = |self\._cache\b.* = ")
_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)


def test_all_that_remember_are_listed() -> None:
    found = set()
    for folder in ("functions", "layers/shared/python"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            text = file.read_text()
            module = ".".join(file.relative_to(ROOT / folder).with_suffix("").parts)
            for sign in _SIGNS.finditer(text):
                owners = [each[1] for each in _CLASS.finditer(text, 0, sign.start())]
                found.add(f"{module}.{owners[-1]}")
    assert found <= set(REMEMBERING)
    assert len(found) > 5
