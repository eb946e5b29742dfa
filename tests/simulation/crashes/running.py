"""Which crashes are tried: every point, and all pairs of some use cases or a few of them."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.simulation.crashes.playing import BY_NAME, Crash, Outcome, Player
from tests.simulation.crashes.points import Point
from tests.simulation.many import deployed, pool_of

PAIRED: Final = ("place", "reserve", "ship")
"""Use cases of which pairs are tried."""
_SECONDS: Final = 2
"""Second points that are chosen for each chosen first one."""


@dataclass(frozen=True)
class Wanted:
    """What is to be tried."""

    journeys: Sequence[str]
    pairs: int | None
    """So many of each use case that has pairs; None for all."""
    seed: int
    """What chooses them."""
    call: str = ""
    """Only first points whose call's name holds this."""


@dataclass(frozen=True)
class Task:
    """A first point, and how many second ones are tried after it: None for all."""

    journey: str
    first: Point
    seconds: int | None
    seed: str


def tasks(player: Player, wanted: Wanted) -> list[Task]:
    """Everything that is to be tried, in the order of the use cases and their calls."""
    found: list[Task] = []
    for name in BY_NAME:
        if name not in wanted.journeys:
            continue
        points = [point for point in player.points(name) if wanted.call in point.call.name]
        chosen = _chosen(name, points, wanted)
        for number, point in enumerate(points):
            some = None if wanted.pairs is None else _SECONDS
            seconds = some if number in chosen else 0
            found.append(Task(name, point, seconds, f"{wanted.seed} {name} {number}"))
    return found


def _chosen(name: str, points: Sequence[Point], wanted: Wanted) -> set[int]:
    """The places of the points after which others are tried."""
    if name not in PAIRED:
        return set()
    if wanted.pairs is None:
        return set(range(len(points)))
    dice = random.Random(f"{wanted.seed} {name}")
    return set(dice.sample(range(len(points)), min(len(points), wanted.pairs // _SECONDS)))


def attempt(player: Player, task: Task) -> list[Outcome]:
    """Try a first point alone, and then with the second ones."""
    alone = Crash(task.journey, (task.first,))
    outcomes = [player.try_crash(alone)]
    if task.seconds == 0 or not outcomes[0].converged:
        return outcomes
    seconds = player.second_points(alone)
    if task.seconds is not None:
        dice = random.Random(task.seed)
        seconds = dice.sample(seconds, min(len(seconds), task.seconds))
    pairs = (Crash(task.journey, (task.first, second)) for second in seconds)
    return outcomes + [player.try_crash(pair) for pair in pairs]


_players: list[Player] = []


def _attempt(task: Task) -> list[Outcome]:
    """In a process of the pool."""
    if not _players:
        _players.append(Player(deployed()))
    return attempt(_players[0], task)


def try_all(player: Player, wanted: Wanted, workers: int, *, stops: bool) -> list[Outcome]:
    """Try everything; ``stops`` at the first that does not converge."""
    planned = tasks(player, wanted)
    if workers == 1:
        return _taken((attempt(player, task) for task in planned), stops=stops)
    with pool_of(workers) as pool:
        found = _taken(pool.map(_attempt, planned), stops=stops)
        pool.shutdown(cancel_futures=True)
    return found


def _taken(results: Iterable[list[Outcome]], *, stops: bool) -> list[Outcome]:
    found: list[Outcome] = []
    for outcome in (one for outcomes in results for one in outcomes):
        found.append(outcome)
        if stops and not outcome.converged:
            break
    return found
