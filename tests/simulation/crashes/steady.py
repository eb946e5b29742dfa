"""Chance that is none: always the middle, so that a run is the same each time, whatever befell it.

Ids are drawn as ever: they must differ. All else takes its usual time, so that who dies later
than another, or comes once more, changes nothing of how soon the others are there.
"""

import random
from collections.abc import Sequence
from typing import Any, TypeVar

_Any = TypeVar("_Any")
_MIDDLE = 0.5


class Steady(random.Random):
    """Dice that always fall alike."""

    def random(self) -> float:
        """The middle: what is rarer than that never happens."""
        return _MIDDLE

    def choices(
        self, population: Sequence[_Any], weights: Sequence[float] | None = None, **_: Any
    ) -> list[_Any]:
        """The likeliest."""
        likely = max(range(len(population)), key=lambda place: (weights or population)[place])
        return [population[likely]]
