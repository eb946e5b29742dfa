"""What an order costs as tables for people, and as one line for machines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
            part = tally.within(lambda key, use=use: key.use is use)
            cells.append(f"{part.total(use):10.3f} {MILLION * prices.dollars(part):8.2f}")
        note = "  (a message: in no sum above)" if use in MESSAGES else ""
        yield f"{use:{_WIDE}} {' '.join(cells)}{note}"


def rooms(solo: Tally, grouped: Tally) -> Iterable[str]:
    """A line per room: write units, and whose they are."""
    yield f"{'write units of':{_WIDE}} {'alone':>10} {'grouped':>10}"
    names = dict.fromkeys(key.room for tally in (solo, grouped) for key in tally.amounts)
    for room in names:
        units = [
            tally.total(Use.WRITE_UNIT, lambda key, room=room: key.room == room)
            for tally in (solo, grouped)
        ]
        yield f"{room:{_WIDE}} {units[0]:10.2f} {units[1]:10.2f}"
