"""A journey played once: without a crash, or with one or two; and whether it ended alike."""

from dataclasses import dataclass, field
from typing import Final

from tests.simulation.crashes.ending import Ending, differences, ending
from tests.simulation.crashes.journeys import JOURNEYS, Journey
from tests.simulation.crashes.points import Call, How, Point, When
from tests.simulation.crashes.stage import Stage
from tests.simulation.crashes.witness import Witness
from tests.simulation.deployed import Deployed
from tests.simulation.judge import Violation
from tests.simulation.processes.host import NotSimulatedError
from tests.simulation.processes.machine import StuckError
from tests.support.grants import NotPermittedError

BY_NAME: Final = {journey.name: journey for journey in JOURNEYS}


@dataclass(frozen=True)
class Crash:
    """One or two points of a journey, the second in what runs after the first."""

    journey: str
    points: tuple[Point, ...]

    def __str__(self) -> str:
        return f"{self.journey}: {', then '.join(map(str, self.points))}"


@dataclass(frozen=True)
class Outcome:
    """What came of a crash."""

    crash: Crash
    how: How | None
    """None where it did not come right."""
    problem: str = ""
    story: tuple[str, ...] = ()

    @property
    def converged(self) -> bool:
        """Whether all ended as it does without a crash."""
        return self.how is not None


@dataclass(frozen=True)
class _Played:
    stage: Stage
    witness: Witness
    own: tuple[Call, ...]
    """The calls of who carries the use case out, before anything heals."""
    ending: Ending


@dataclass
class Player:
    """Plays journeys in one process of Python."""

    deployed: Deployed
    _usual: dict[str, _Played] = field(default_factory=dict)

    def points(self, journey: str) -> list[Point]:
        """All points of a use case, in the order of its calls."""
        return [Point(call, when) for call in self._without(journey).own for when in When]

    def second_points(self, crash: Crash) -> list[Point]:
        """All points in what runs after a crash: of who carries it out, and of who heals it."""
        journey = BY_NAME[crash.journey]
        functions = {*journey.functions, *journey.healed_by}
        stage = Stage(self.deployed)
        witness = self._play(journey, crash.points, stage, notes=True).witness
        after = witness.calls[witness.died_at[0] :]
        calls = [made.call for made in after if made.function in functions]
        return [Point(call, when) for call in calls for when in When]

    def try_crash(self, crash: Crash) -> Outcome:
        """Play a journey with a crash, or two, and compare its end."""
        journey, usual = BY_NAME[crash.journey], self._without(crash.journey)
        stage = Stage(self.deployed)
        try:
            played = self._play(journey, crash.points, stage, notes=False)
        except (Violation, StuckError, NotSimulatedError, NotPermittedError) as problem:
            return _failed(crash, stage, f"{type(problem).__name__}: {problem}")
        if played.witness.doomed:
            return _failed(crash, stage, f"never reached: {played.witness.doomed[0]}")
        if unlike := next(differences(usual.ending, played.ending), ""):
            return _failed(crash, stage, unlike)
        return Outcome(crash, _how(usual, played))

    def _without(self, journey: str) -> _Played:
        if journey not in self._usual:
            self._usual[journey] = self._play(
                BY_NAME[journey], (), Stage(self.deployed), notes=True
            )
        return self._usual[journey]

    def _play(
        self, journey: Journey, points: tuple[Point, ...], stage: Stage, *, notes: bool
    ) -> _Played:
        """Play to the end; raises Violation where the judge does not like what it sees."""
        journey.prepare(stage)
        witness = Witness(stage.world, self.deployed.queues, list(points), notes=notes)
        witness.watch()
        stage.world.judge.faults = bool(points)
        journey.play(stage)
        stage.settle()
        made = tuple(one.call for one in witness.calls if one.function in journey.functions)
        stage.heal()
        tables = stage.judge()
        end = ending(tables, witness.taken, frozenset(witness.events))
        return _Played(stage, witness, made, end)


def _how(usual: _Played, played: _Played) -> How:
    if played.ending.unknown:
        return How.IN_DOUBT
    if played.stage.redriven:
        return How.REDRIVEN
    return played.witness.seen.how(usual.witness.seen)


def _failed(crash: Crash, stage: Stage, problem: str) -> Outcome:
    return Outcome(crash, None, problem, tuple(stage.machine.story.about(())))
