"""What the parts of the simulator see of each other: the host, results, and a broken promise."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from tests.simulation.processes.faults import Faults


@dataclass(frozen=True)
class Result:
    """How an invocation ended; ``died``: its process was killed, or its function's time was up."""

    kind: Literal["returned", "raised", "died"]
    value: Any = None
    """What the handler returned, or the name of what it raised."""
    text: str = ""
    """What the error says that it raised: Lambda logs it, and sets it aside with the event."""


class Host(Protocol):
    """The simulated world: time, chance, faults, functions, and the story it tells."""

    now: float
    """Seconds since 1970, simulated."""
    dice: random.Random
    faults: Faults

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something later; what is due at the same instant is done in the order added."""

    def invoke(self, function: str, event: dict[str, Any], done: Callable[[Result], None]) -> None:
        """Start a function by its logical id; ``done`` is called exactly once, later."""

    def tell(self, who: str, text: str) -> None:
        """Add a line to the story that a person reads when a seed fails."""


class NotSimulatedError(BaseException):
    """The code under test does what this simulator cannot vouch for.

    No Exception: a handler that catches everything would take it for a failure of AWS, and go on.
    """
