"""Plays stories: so many examples of the machine, by a number, and what happened in them."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.base import Base
from tests.stateful.machine import Machine
from tests.stateful.world import World, deployed

STEPS: Final = 14
"""Of a story, at most."""
_ALIKE: Final = 50
"""Examples that are drawn together: Hypothesis varies them, so that they have much alike."""
_APART: Final = 1_000_003
_CHECKS: Final = tuple(HealthCheck)


def play(
    examples: int,
    number: int,
    tally: Counter[str],
    *,
    shrinks: bool = True,
    prepare: Callable[[World], Any] = lambda world: None,
) -> None:
    """Play examples, the same ones for the same number, and count what happens.

    Raises what the first story raises that ends otherwise than the model says, made as short as
    it can be, unless that is not wanted.
    """
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    with deployed() as world:
        prepare(world)
        about: dict[str, Any] = {"world": world, "tally": tally, "opened": {}}
        for first in range(0, examples, _ALIKE):
            machine: type[Base] = type("Story", (Machine,), about)
            run_state_machine_as_test(
                seed(number * _APART + first)(machine),
                settings=settings(
                    max_examples=min(_ALIKE, examples - first),
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    phases=phases,
                    report_multiple_bugs=False,
                    suppress_health_check=_CHECKS,
                    print_blob=False,
                ),
            )
