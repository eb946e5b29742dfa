"""What an order costs as tables for people, and as one line for machines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.cost.prices import MESSAGES, Prices
from bench.cost.tally import Key, Tally, Use

CORE: Final = ("orders", "inventory", "tracking", "notify")
MILLION: Final = 1_000_000
_SHOWN: Final = (
    Use.HTTP,
    Use.CALL,
    Use.WRITE_UNIT,
    Use.READ_UNIT,
    Use.INVOCATION,
    Use.EVENT,
    Use.FIFO,
    Use.NOTIFICATION,
    Use.MAIL,
)
_HEADS: Final = ("HTTP", "calls", "WRU", "RRU", "invoked", "events", "queue", "SNS", "mails")
_WIDE: Final = 24
"""Characters of a step's name."""


@dataclass(frozen=True)
class Figures:
    """Of the line for machines."""

    core: float
    all: float
    dollars: float


GOALS_ALONE: Final = Figures(core=48, all=68, dollars=85)
GOALS_GROUPED: Final = Figures(core=40, all=56, dollars=65)


def room_of(key: Key) -> str:
    """The room; what stands for a carrier in a room's table is the room's too."""
    return key.room.partition(",")[0]


def figures(tally: Tally, prices: Prices) -> Figures:
    """Write units and dollars a million of an order's life; ``tally`` is one order's share."""
    return Figures(
        core=tally.total(Use.WRITE_UNIT, lambda key: room_of(key) in CORE),
        all=tally.total(Use.WRITE_UNIT),
        dollars=MILLION * prices.dollars(tally, MESSAGES),
    )


def line(solo: Figures, grouped: Figures) -> str:
    """The line for machines."""
    return (
        f"cost core_solo={solo.core:.2f} core_grouped={grouped.core:.2f}"
        f" all_solo={solo.all:.2f} all_grouped={grouped.all:.2f}"
        f" dollars_solo={solo.dollars:.2f} dollars_grouped={grouped.dollars:.2f}"
    )


def steps(tally: Tally, prices: Prices) -> Iterable[str]:
    """A line per step and room; dollars are a million orders', without messages."""
    heads = " ".join(f"{head:>7}" for head in _HEADS)
    yield f"{'step':{_WIDE}} {'room':18} {heads} {'GB-ms':>7} {'log B':>7} {'$/M':>7}"
    for step, room in tally.rows():
        part = tally.within(_at(step, room))
        if any(round(part.total(use), 2) for use in _SHOWN):
            yield _row(step, room, part, prices)
    yield _row("an order's life", "all", tally, prices)


def _at(step: str, room: str) -> Callable[[Key], bool]:
    return lambda key: (key.step, key.room) == (step, room)


def _row(step: str, room: str, part: Tally, prices: Prices) -> str:
    amounts = " ".join(f"{part.total(use):7.2f}" for use in _SHOWN)
    dollars = MILLION * prices.dollars(part, MESSAGES)
    return (
        f"{step:{_WIDE}} {room:18} {amounts} {1000 * part.total(Use.GB_SECOND):7.1f}"
        f" {part.total(Use.LOG_BYTE):7.0f} {dollars:7.2f}"
    )


def kinds(solo: Tally, grouped: Tally, prices: Prices) -> Iterable[str]:
    """A line per kind of use: how much of it, and what a million orders pay for it."""
    yield f"{'an order uses':{_WIDE}} {'alone':>10} {'$/M':>8} {'grouped':>10} {'$/M':>8}"
    for use in Use:
        if use is Use.CALL:
            continue
        cells = []
        for tally in (solo, grouped):
            part = tally.within(partial(_is_of, use))
            cells.append(f"{part.total(use):10.3f} {MILLION * prices.dollars(part):8.2f}")
        note = "  (a message: in no sum above)" if use in MESSAGES else ""
        yield f"{use:{_WIDE}} {' '.join(cells)}{note}"


def written(tally: Tally, existing: Iterable[str]) -> dict[str, float]:
    """Write units by room, of the rooms that exist and of what stands for carriers in them."""
    units = dict.fromkeys(existing, 0.0)
    for key, amount in tally.amounts.items():
        if key.use is Use.WRITE_UNIT:
            units[key.room] = units.get(key.room, 0.0) + amount
    return units


def rooms(solo: Tally, grouped: Tally, existing: Iterable[str]) -> Iterable[str]:
    """A line per room: write units, and whose they are."""
    yield f"{'write units of':{_WIDE}} {'alone':>10} {'grouped':>10}"
    alone, together = written(solo, existing), written(grouped, existing)
    for room in sorted({*alone, *together}):
        yield f"{room:{_WIDE}} {alone.get(room, 0):10.2f} {together.get(room, 0):10.2f}"
    yield f"core: {', '.join(CORE)}; all: {', '.join(sorted(existing))}"


def goals(solo: Figures, grouped: Figures) -> Iterable[str]:
    """A line per goal: whether it holds."""
    yield f"{'goals':{_WIDE}} {'alone':>10} {'at most':>8}       {'grouped':>10} {'at most':>8}"
    for name, title in (("core", "WRU, core"), ("all", "WRU, all"), ("dollars", "$ a million")):
        cells = []
        for figures_, most in ((solo, GOALS_ALONE), (grouped, GOALS_GROUPED)):
            figure, goal = getattr(figures_, name), getattr(most, name)
            cells.append(f"{figure:10.2f} {goal:8.0f} {'holds' if figure <= goal else 'above'}")
        yield f"{title:{_WIDE}} {' '.join(cells)}"


def _is_of(use: Use, key: Key) -> bool:
    return key.use is use
