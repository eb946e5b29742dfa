"""What comes of a question instead of a good answer, decided by the seed, and counted by kind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from local.carriers.journeys import Answer
from tests.simulation.carriers.parcels import Scan
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.machine import Machine

SILENCE: Final = 12.0
"""Seconds after which nobody waits for an answer any more."""
_UNTOLD: Final = 60.0
"""Seconds that a carrier is left alone which does not say how long it wants to be."""
_PAUSES: Final = (7, 30, 90)
_REFUSED: Final = 401
_PAGE: Final = b"<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"


class Accidents:
    """Draws what befalls a question."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def strikes(self, kind: Fault) -> bool:
        """Whether this kind befalls the question; counted if so."""
        found = self._machine.faults.strikes(kind)
        if found:
            self._machine.faults.count(kind)
        return found

    def refusal(self) -> Answer | None:
        """A 5xx or a page in place of the answer; None where neither comes."""
        if self.strikes(Fault.CARRIER_FAILING):
            status = self._machine.dice.choice((500, 502, 503))
            return Answer(status, {"title": "Internal Server Error", "status": status})
        if self.strikes(Fault.CARRIER_HTML):
            return Answer(200, None, raw=_PAGE)
        return None

    def limit(self) -> tuple[Answer, float] | None:
        """429 in one of the forms of RFC 9110, 10.2.3, and until when it wants a rest."""
        if not self.strikes(Fault.CARRIER_LIMITS):
            return None
        now = self._machine.now
        seconds = self._machine.dice.choice((None, *_PAUSES, *(-each for each in _PAUSES)))
        told, until = {}, now + _UNTOLD
        if seconds is not None and seconds > 0:
            told, until = {"Retry-After": str(seconds)}, now + seconds
        elif seconds is not None:
            until = int(now) - seconds
            told = {"Retry-After": format_datetime(datetime.fromtimestamp(until, UTC), usegmt=True)}
        return Answer(429, {"title": "Too many requests", "status": 429}, headers=told), until

    def torn(self, answer: Answer, body: bytes) -> Answer:
        """The answer, or what has arrived of it when the line broke off."""
        told = answer.status != _REFUSED and len(body) > 1
        if told and self.strikes(Fault.CARRIER_TORN):
            return replace(answer, raw=body[: self._machine.dice.randrange(1, len(body))])
        return answer

    def left(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """The scans that a carrier finds this time: all, some, or none at all."""
        if scans and self.strikes(Fault.CARRIER_FORGETS):
            return ()
        if len(scans) > 1 and self.strikes(Fault.CARRIER_PARTIAL):
            some = self._machine.dice.sample(range(len(scans)), len(scans) - 1)
            return [scans[index] for index in sorted(some)]
        return scans
