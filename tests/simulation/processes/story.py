"""The story of a run: who did what, when; and the part of it that a failing seed tells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

_LINES: Final = 40
_WIDTH: Final = 240
_SHOP: Final = re.compile(r"shop_[0-9a-z]+")
_MOST: Final = 200_000


class Clock(Protocol):
    """What tells the time of a line."""

    now: float


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: float
    who: str
    text: str
    shop: str
    """Whose it is; "" for what is nobody's, or not known."""


class Story:
    """All that happened, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now
        self.lines: list[Line] = []

    def tell(self, who: str, text: str, about: str = "") -> None:
        """Add a line; ``about``: a key or a path, in which a shop may be named."""
        if len(self.lines) < _MOST:
            shop = _SHOP.search(about)
            self.lines.append(Line(self._clock.now, who, text, shop[0] if shop else ""))

    def about(self, names: Iterable[str]) -> list[str]:
        """The lines that name one of these things, the last of them; all if there are few.

        A shop is in too many of them: it is looked for only where nothing else is named. What is
        another shop's than those that are named is left out: two may sell a SKU of one name.
        """
        named = [name for name in names if name]
        shops = {shop for name in named for shop in _SHOP.findall(name)}
        wanted = [name for name in named if not _SHOP.fullmatch(name)] or named
        told = [
            line
            for line in self.lines
            if not wanted or any(name in line.text or name in line.who for name in wanted)
            if not (shops and line.shop) or line.shop in shops
        ]
        shown = [self._text(line) for line in told[-_LINES:]]
        if len(told) > _LINES:
            shown.insert(0, f"  … {len(told) - _LINES} lines before")
        return shown

    def _text(self, line: Line) -> str:
        start = datetime.fromtimestamp(self._start, UTC).strftime("%H:%M:%S")
        text = f"  {start} +{line.at - self._start:9.3f} s  {line.who:<26} {line.text}"
        return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
