"""docs/crashes.md: every point by name with its outcome; written from what was found, and read.

Who reads it is the test that every point still comes out as it says, and that none is missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.simulation.crashes.ending import DIFFERS, NOT_COMPARED
from tests.simulation.crashes.journeys import JOURNEYS, Journey
from tests.simulation.crashes.points import Call, How, Point, When

_WORDS: Final[Mapping[How, str]] = {
    How.ASKED_AGAIN: "the client asked again, and what was left to do was done",
    How.REDELIVERED: "a stream or a queue delivered again",
    How.RETRIED: "Lambda tried the event again",
    How.SCHEDULED: "a schedule did it: a mail of which nobody knew is sent again after ten minutes",
    How.TOLD: "SES's own event settled what nobody knew of a mail",
    How.REDRIVEN: "an operator brought it back from a failure queue",
    How.IN_DOUBT: "an SMS that may have been sent, or not, stays so: it is not sent again",
    How.NOTHING: "who came again found everything done",
}
_PART: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_ROW: Final = re.compile(r"\| (.+) \| (\d+)(?: to (\d+))? \| (.+) \| (.+) \|")


@dataclass(frozen=True)
class Row:
    """One call of a use case, or some that follow each other under one name and end alike."""

    name: str
    first: int
    last: int
    before: str
    after: str

    def text(self) -> str:
        """As it stands in the document."""
        which = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"| {self.name} | {which} | {self.before} | {self.after} |"

    def points(self) -> Iterator[tuple[Point, str]]:
        """The points it stands for, and how each came right."""
        for ordinal in range(self.first, self.last + 1):
            yield Point(Call(self.name, ordinal), When.BEFORE), self.before
            yield Point(Call(self.name, ordinal), When.AFTER), self.after


def rows(found: Iterable[tuple[Point, str]]) -> list[Row]:
    """The rows of a use case, by name in the order of the first call of each."""
    said: dict[str, dict[int, dict[When, str]]] = {}
    for point, how in found:
        said.setdefault(point.call.name, {}).setdefault(point.call.ordinal, {})[point.when] = how
    made: list[Row] = []
    for name, calls in said.items():
        for ordinal, hows in calls.items():
            row = Row(name, ordinal, ordinal, hows[When.BEFORE], hows[When.AFTER])
            if made and made[-1] == Row(name, made[-1].first, ordinal - 1, row.before, row.after):
                row = Row(name, made.pop().first, ordinal, row.before, row.after)
            made.append(row)
    return made


def document(text: str, found: Mapping[str, Sequence[tuple[Point, str]]]) -> str:
    """The page with its generated parts as they are to be."""
    parts = {
        "words": _head("outcome", "how it came right")
        + "".join(f"| {how} | {words} |\n" for how, words in _WORDS.items()),
        "points": "".join(_section(journey, found[journey.name]) for journey in JOURNEYS),
        "differences": _head("item", "attributes", "why")
        + "".join(
            f"| {one.kind} | {', '.join(sorted(one.attributes))} | {one.why} |\n" for one in DIFFERS
        )
        + "".join(f"| {kind} | all | {why} |\n" for kind, why in NOT_COMPARED.items()),
    }
    return _PART.sub(lambda part: part[1] + parts[part[2]] + part[3], text)


def _section(journey: Journey, found: Sequence[tuple[Point, str]]) -> str:
    who = ", ".join(name.removesuffix("Function") for name in journey.functions)
    lines = [row.text() + "\n" for row in rows(found)]
    head = f"\n### {journey.name}\n{journey.story()} {len(found)} points.\n\nBy {who}.\n\n"
    return head + _head("call", "which", "before", "after") + "".join(lines) + "\n"


def _head(*columns: str) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"


def read(text: str) -> dict[str, list[tuple[Point, str]]]:
    """What the page says, by use case."""
    said: dict[str, list[tuple[Point, str]]] = {}
    for part in text.split("\n### ")[1:]:
        name, _, rest = part.partition("\n")
        made = [
            Row(call, int(first), int(last or first), before, after)
            for call, first, last, before, after in _ROW.findall(rest)
        ]
        if made:
            said[name] = [pair for row in made for pair in row.points()]
    return said
