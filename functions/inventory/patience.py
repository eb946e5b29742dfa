"""Waiting before another attempt: full jitter, so that those who collided do not collide again."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_FIRST_SECONDS: Final = 0.02
_LONGEST_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Patience:
    """How long to wait; tests and the simulator bring their own sleep and chance."""

    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """A number in [0, 1)."""

    def wait(self, attempt: int) -> None:
        """Wait before the attempt after number ``attempt`` (from 0)."""
        self.sleep(self.chance() * min(_LONGEST_SECONDS, _FIRST_SECONDS * 2**attempt))
