"""The story of a run: who did what, when; and the part of it that a failing seed tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

_LINES: Final = 40
_WIDTH: Final = 240
_SHOP: Final = "shop_"
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


class Story:
    """All that happened, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now
        self.lines: list[Line] = []

    def tell(self, who: str, text: str) -> None:
        """Add a line."""
        if len(self.lines) < _MOST:
            self.lines.append(Line(self._clock.now, who, text))

    def about(self, names: Iterable[str]) -> list[str]:
        """The lines that name one of these things, the last of them; all if there are few.

        A shop is in too many of them: it is looked for only where nothing else is named.
        """
        named = [name for name in names if name]
        wanted = [name for name in named if not name.startswith(_SHOP)] or named
        told = [
            line
            for line in self.lines
            if not wanted or any(name in line.text or name in line.who for name in wanted)
        ]
        shown = [self._text(line) for line in told[-_LINES:]]
        if len(told) > _LINES:
            shown.insert(0, f"  … {len(told) - _LINES} lines before")
        return shown

    def _text(self, line: Line) -> str:
        start = datetime.fromtimestamp(self._start, UTC).strftime("%H:%M:%S")
        text = f"  {start} +{line.at - self._start:9.3f} s  {line.who:<26} {line.text}"
        return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
