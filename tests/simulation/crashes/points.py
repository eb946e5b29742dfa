"""Crash points, and the words for how all came right after one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.simulation.processes.faults import Fault


class When(StrEnum):
    """Whether a process dies before its call was sent, or after it was done, unanswered."""

    BEFORE = "before"
    AFTER = "after"


FAULTS: Final = {When.BEFORE: Fault.KILLED_BEFORE, When.AFTER: Fault.KILLED_AFTER}


@dataclass(frozen=True)
class Call:
    """An AWS call: what it is called, and which of that name it is in its play, from 1 on."""

    name: str
    ordinal: int


@dataclass(frozen=True)
class Point:
    """Where a process dies."""

    call: Call
    when: When

    def __str__(self) -> str:
        return f"{self.when} {self.call.name} #{self.call.ordinal}"


class How(StrEnum):
    """How it came right after a crash: what was left to be done was done by whom."""

    ASKED_AGAIN = "client asked again"
    REDELIVERED = "redelivered"
    """By a stream or a queue."""
    RETRIED = "retried"
    """Lambda tried an asynchronous invocation again."""
    SCHEDULED = "scheduled"
    """A schedule did what nobody else would have."""
    TOLD = "SES told"
    """SES's own event settled what nobody knew of a mail."""
    REDRIVEN = "redriven"
    """Somebody had to bring it back from a failure queue."""
    IN_DOUBT = "left in doubt"
    """An SMS of which nobody knows is not sent again: docs/decisions/0013."""
    NOTHING = "nothing to do"
    """Who came again found everything done."""
