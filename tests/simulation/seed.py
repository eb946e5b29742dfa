"""One seed, from its shops' opening to its last word; and how it went."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from tests.simulation.deployed import Deployed, tables
from tests.simulation.judge import Violation
from tests.simulation.judge.messages import instant
from tests.simulation.people.parcels import lift_budgets
from tests.simulation.people.scene import STOCK_CHECK, Scene, Shop
from tests.simulation.processes.host import NotSimulatedError
from tests.simulation.processes.machine import StuckError
from tests.simulation.world import World
from tests.support.grants import NotPermittedError

_SETTLING_SECONDS: Final = 1800.0
"""Simulated; by then nothing may be on its way any more."""
_PATIENCE: Final = 24 * 3600.0
"""Simulated seconds in which every parcel's journey has been told."""
_ROUND: Final = 2 * 3600 + 61.0
"""Seconds between two sweeps while only parcels move: just longer than carriers are left alone."""
_LONGEST_ROUND: Final = 4 * _ROUND
_WITH_OUTAGE: Final = 0.3
"""Share of the seeds in which one carrier answers nobody when only parcels move."""

_LATER: Final = 64 * 3600.0
"""Seconds after which the rows of the first day are old enough to be added up once and for all."""
_LATER_SECONDS: Final = 40.0
_MESSAGES: Final = "NotifyScheduleFunction"
_MOST_WAITS: Final = 100
_COUNTED: Final = (
    "fills",
    "levels proven",
    "opening balances",
    "shortfalls",
    "messages folded",
    "facts told to shops",
)
"""What of the judge's coverage is told of a run."""


class Script(Protocol):
    """What is played: see :class:`tests.simulation.people.rush.Town` and its siblings."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    @property
    def faulty_seconds(self) -> float:
        """For as long things go wrong, at least; after that they only settle."""

    @property
    def steps(self) -> int:
        """After how many steps a run does not come to its end any more."""

    @property
    def tries_everything(self) -> bool:
        """Whether every kind of fault must strike sooner or later."""

    def open(self, scene: Scene) -> list[Shop]:
        """Make the shops, while nothing fails."""

    def begin(self, scene: Scene, shops: list[Shop]) -> None:
        """Let people come, from now on."""

    def later(self, scene: Scene, shops: list[Shop]) -> None:
        """Let people come once more, days later; things go wrong again for a while."""

    def end(self, scene: Scene, shops: list[Shop]) -> None:
        """Let the last come, when nothing fails any more and all is quiet."""

    def figures(self, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counter[str]:
        """Count how it ended; raises Violation where that is not how it must."""


@dataclass
class Outcome:
    """How a seed ended."""

    seed: int
    trace: str = ""
    calls: int = 0
    orders: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Faults injected, by kind."""
    seen: Counter[str] = field(default_factory=Counter)
    """What happened, by kind: calls to the API that succeeded."""
    figures: Counter[str] = field(default_factory=Counter)
    """What came of the script, where that can be told in numbers."""
    used: Counter[str] = field(default_factory=Counter)
    """How often each permission of a function was needed."""
    simulated: float = 0.0
    """Seconds from the first who came to the last that settled."""
    violation: str = ""
    story: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether every promise held."""
        return not self.violation


def play(seed: int, script: Script, deployed: Deployed) -> Outcome:
    """Run a seed of a script to its end, or to the first promise that is broken."""
    began = time.perf_counter()
    outcome = Outcome(seed)
    world = World(seed, deployed)
    try:
        _play(world, script, outcome)
    except Violation as broken:
        unnamed = [key for key in broken.keys if key and key not in broken.text]
        about = f" ({', '.join(unnamed)})" if unnamed else ""
        outcome.violation = f"{broken.invariant}: {broken.text}{about}"
        outcome.story = world.machine.story.about(broken.keys)
    except (StuckError, NotSimulatedError, NotPermittedError) as problem:
        outcome.violation = f"{type(problem).__name__}: {problem}"
        outcome.story = world.machine.story.about(()) + world.delivery.describe()
    except Exception as error:  # no handler's: what judges or plays it fails
        outcome.violation = f"not judged: {_told(error)}"
        outcome.story = world.machine.story.about(())
    outcome.trace = world.cloud.trace
    outcome.calls = world.cloud.calls
    outcome.counts = world.faults.counts
    outcome.used = Counter(
        {str(grant): times for grant, times in world.cloud.permissions.used.items()}
    )
    outcome.seen.update(world.gateway.seen)
    outcome.seconds = time.perf_counter() - began
    return outcome


def _told(error: Exception) -> str:
    """An error, and where it was raised."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return f"{type(error).__name__}: {error} at {where}"


def _play(world: World, script: Script, outcome: Outcome) -> None:
    machine = world.machine
    machine.most_steps = script.steps
    scene = Scene(machine, world.gateway, world.carriers, world.post)
    scene.seed = world.seed
    scene.tick = world.delivery.fire
    scene.tamper = world.tamper
    scene.lose = world.lose
    scene.replay = world.delivery.bus.replay
    shops = script.open(scene)
    machine.run(until=lambda: scene.busy == 0)
    rest(world, 60.0)
    for queue in world.delivery.queues.values():
        queue.on_sent = lambda body, group: world.judge.sent(machine.now, body, group)
    began = machine.now
    world.delivery.start()
    _go_wrong(world, scene, script.faulty_seconds, lambda: script.begin(scene, shops))
    world.delivery.stop()
    settle(world)
    outcome.simulated = machine.now - began
    _follow_parcels(world, scene, began + _LATER)
    rest(world, max(0.0, began + _LATER - machine.now))
    _go_wrong(world, scene, _LATER_SECONDS, lambda: script.later(scene, shops))
    settle(world)
    _close(world)
    script.end(scene, shops)
    machine.run(until=lambda: scene.busy == 0)
    settle(world)
    _close(world)
    ended = {table: list(world.dynamodb.items(table)) for table in tables()}
    outcome.orders = sum(item["sk"] == "order" for item in ended["OrdersTable"])
    world.judge.settle(ended, machine.now, checked=True)
    outcome.seen.update(
        {kind: times for kind, times in world.judge.coverage().items() if kind in _COUNTED}
    )
    outcome.figures = script.figures(ended)


def _follow_parcels(world: World, scene: Scene, until: float) -> None:
    """Let all parcels travel to their end, and be asked about until all of it is known.

    While they travel carriers go on failing, and nothing else does; one of them may be out for a
    while. Rounds become longer once nothing more happens: some may be asked only a few times a day.
    """
    machine, carriers = world.machine, world.carriers
    world.faults.on_of_carriers = True
    is_out = machine.dice.random() < _WITH_OUTAGE
    seconds = _ROUND
    while True:
        rest(world, seconds)
        if is_out:
            carriers.fail()
        _sweep(world)
        carriers.mend()
        is_out = False
        if not carriers.told_all(machine.now):
            continue
        world.faults.on_of_carriers = False
        if seconds > _ROUND and world.judge.knows_all():
            return
        if seconds == _LONGEST_ROUND and scene.budgeted:
            lift_budgets(scene)
            machine.run(until=lambda: scene.busy == 0)
        seconds = min(2 * seconds, _LONGEST_ROUND)
        if machine.now + seconds > until:
            return


def _go_wrong(world: World, scene: Scene, seconds: float, begin: Callable[[], None]) -> None:
    """Let people come, and things go wrong for so long at least, and until all have gone."""
    machine = world.machine
    world.faults.on = world.judge.faults = True
    begin()
    ends = machine.now + seconds
    machine.after(seconds, lambda: None)
    machine.run(until=lambda: machine.now >= ends and scene.busy == 0)
    world.faults.on = world.judge.faults = False


def _close(world: World) -> None:
    """Let stock be checked once more, and all messages go out."""
    world.delivery.fire(STOCK_CHECK)
    settle(world)
    wait_for_messages(world)


def settle(world: World) -> int:
    """Let all that is on its way arrive, and bring back what failed; how much that was."""
    machine, brought_back = world.machine, 0
    limit = machine.now + _SETTLING_SECONDS
    for _ in range(10):
        machine.run(until=lambda: _quiet(world) or machine.now > limit)
        if machine.now > limit:
            raise StuckError("not settled: " + "; ".join(world.delivery.describe()))
        failed = world.delivery.failures
        again = sum(failed.redrive(name) for name in failed.landed())
        if not again:
            _nothing_is_left(world)
            world.judge.rest()
            return brought_back
        brought_back += again
    raise StuckError("what is brought back fails again and again")


def wait_for_messages(world: World) -> None:
    """Let the time come of every message that waits for it."""
    for _ in range(_MOST_WAITS):
        rows = world.dynamodb.items("NotificationsTable")
        due = [instant(row["due_at"]) for row in rows if "due_at" in row]
        if not due:
            return
        rest(world, max(0.0, min(due) - world.machine.now) + 1.0)
        world.delivery.fire(_MESSAGES)
        settle(world)


def _nothing_is_left(world: World) -> None:
    """No record of a stream may be given up, nor a message that was brought back fail again."""
    for queue, messages in world.delivery.failures.landed().items():
        raise Violation("given up", f"{len(messages)} in {queue}: {messages[0]}")


def _quiet(world: World) -> bool:
    return world.machine.alive == 0 and world.delivery.idle


def rest(world: World, seconds: float) -> None:
    """Let time pass."""
    machine = world.machine
    until = machine.now + seconds
    machine.after(seconds, lambda: None)
    machine.run(until=lambda: machine.now >= until)


def _sweep(world: World) -> None:
    """Let the clock's own functions run once, and what follows from it come to its end.

    But for the check of stock, which has its own times: it costs more than all others.
    """
    for schedule in world.delivery.schedules:
        if schedule.function != STOCK_CHECK:
            schedule.fire()
    settle(world)
