"""What EasyPost pushes of the numbers that it was asked about: events, signed over their bytes.

Events come again, late, out of order or not at all; and at times there is one from somebody else.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from local.carriers import easypost
from local.carriers.journeys import Journey
from tests.simulation.carriers.parcels import Parcel, Scan
from tests.simulation.judge import Violation
from tests.simulation.people.front import Gateway
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.machine import Machine

PATH: Final = "/webhooks/carriers/easypost"
_HEADER: Final = "X_Hmac_Signature"
_REFUSED: Final = 401
_TRIES: Final = 7
"""How often an event is sent at most; that nobody takes it after that is one way to lose it."""


@dataclass
class Pushes:
    """The webhook, who is told of, and what was told of them."""

    machine: Machine
    gateway: Gateway
    secrets: tuple[str, ...] = ()
    """What events are signed with, one or another; without any nobody is told of anything."""
    _tracked: set[str] = field(default_factory=set)
    _newest: dict[str, float] = field(default_factory=dict)
    _events: int = 0

    def stamp(self, now: float) -> str:
        """An instant as EasyPost writes it."""
        return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def track(self, parcels: Mapping[str, Parcel], asked: Iterable[tuple[str, str]]) -> None:
        """Push from now on what becomes known of numbers that somebody has asked about."""
        for number, carrier in asked:
            parcel = parcels.get(number)
            if not self.secrets or number in self._tracked or parcel is None:
                continue
            if parcel.asked != easypost.NAME:
                continue
            self._tracked.add(number)
            now = self.machine.now
            self._later(0.0, parcel, carrier, "tracker.created")
            for scan in parcel.scans:
                at = max(scan.at, parcel.known_from)
                if at > now:
                    self._later(at - now, parcel, carrier, "tracker.updated")

    def _later(self, seconds: float, parcel: Parcel, carrier: str, what: str) -> None:
        dice = self.machine.dice
        seconds += dice.uniform(0.1, 3.0)
        self.machine.after(seconds, lambda: self._happened(parcel, carrier, what))

    def _happened(self, parcel: Parcel, carrier: str, what: str) -> None:
        """An event comes to be, and goes its way, whatever that is."""
        faults, dice, now = self.machine.faults, self.machine.dice, self.machine.now
        self._events += 1
        scans = parcel.told_by(now)
        said = parcel.named(scans)
        self.gateway.judge.carrier_told(now, parcel.number, easypost.NAME, said, pushed=True)
        raw = self._event(parcel, carrier, what, scans)
        if faults.strikes(Fault.PUSH_FORGED):
            faults.count(Fault.PUSH_FORGED)
            self._forge(parcel, carrier, raw)
        if faults.strikes(Fault.PUSH_LOST):
            faults.count(Fault.PUSH_LOST)
            self.machine.tell("easypost", f"loses an event of {parcel.number}")
            return
        delay = 0.0
        if faults.strikes(Fault.PUSH_LATE):
            faults.count(Fault.PUSH_LATE)
            delay = dice.uniform(20.0, 600.0)
        self._send(parcel.number, raw, now, delay)
        if faults.strikes(Fault.PUSH_REPEATED):
            faults.count(Fault.PUSH_REPEATED)
            self._send(parcel.number, raw, now, delay + dice.uniform(0.0, 120.0))

    def _event(self, parcel: Parcel, carrier: str, what: str, scans: Iterable[Scan]) -> str:
        known = parcel.journey(tuple(scans)) if scans else Journey()
        told: dict[str, Any] = easypost.tracker(parcel.number, carrier, known)
        told["updated_at"] = told["created_at"] = self.stamp(self.machine.now)
        event = {"id": f"evt_{self._events:032}", "object": "Event", "description": what}
        return json.dumps(event | {"mode": "test", "previous_attributes": {}, "result": told})

    def _send(self, number: str, raw: str, as_of: float, delay: float) -> None:
        signed = _signature(raw, self.machine.dice.choice(self.secrets))

        def go() -> None:
            if as_of < self._newest.get(number, 0.0):
                self.machine.faults.count(Fault.PUSH_OVERTAKEN)
            self._newest[number] = max(as_of, self._newest.get(number, 0.0))
            self._post(number, raw, signed, refused=False)

        self.machine.after(delay, go)

    def _forge(self, parcel: Parcel, carrier: str, genuine: str) -> None:
        """Somebody without the secret tells that the parcel has arrived."""
        arrived = [*parcel.scans, Scan(float(int(self.machine.now)) - 1, "delivered")]
        raw = self._event(parcel, carrier, "tracker.updated", arrived)
        signature = self.machine.dice.choice(
            (
                "",
                _signature(genuine, self.secrets[0]),
                _signature(raw, "another-secret"),
                _signature(raw, self.secrets[0]).partition("=")[2],
            )
        )
        self._post(parcel.number, raw, signature, refused=True)

    def _post(self, number: str, raw: str, signature: str, *, refused: bool) -> None:
        """Send one, until it is taken: what is signed is, and nothing else."""
        name = f"{'somebody' if refused else 'EasyPost'} of {number}"
        client = self.gateway.client(name, None)

        def run() -> None:
            try:
                answer = client.call("POST", PATH, raw=raw, attempts=_TRIES, **{_HEADER: signature})
                fits = answer.status == _REFUSED if refused else answer.ok
                if not (fits or answer.status in (0, 429) or answer.status >= 500):
                    kind = "forged" if refused else "signed"
                    text = f"a {kind} push of {number} was answered {answer.status}"
                    raise Violation("pushes", text, [number])
            finally:
                self.machine.alive -= 1

        self.machine.start(run, client.process)


def _signature(raw: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), raw.encode(), hashlib.sha256).hexdigest()
    return f"hmac-sha256-hex={digest}"
