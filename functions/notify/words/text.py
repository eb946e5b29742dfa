"""Words from outside, made fit for subjects, headers and short messages."""

import re
import unicodedata
from typing import Final

# Text direction overrides: they make a name read as another one.
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_LIKE_A_LINK: Final = re.compile(r"[/@<>\\]|www\.|\w\.\w{2}", re.IGNORECASE)
_MAX_NAME: Final = 60


def one_line(text: str, limit: int) -> str:
    """Text on one line: control characters become spaces, at most ``limit`` characters stay.

    A line break in a name or a title would otherwise start a mail header of its own.
    """
    spaced = "".join(" " if unicodedata.category(c) in _BREAKING else c for c in text)
    line = " ".join(_INVISIBLE.sub("", spaced).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


_BREAKING: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def greeting_name(text: str) -> str:
    """Return a name to greet; "" for one with a link, which is spam sent through order forms."""
    name = one_line(text, _MAX_NAME)
    return "" if _LIKE_A_LINK.search(name) else name
