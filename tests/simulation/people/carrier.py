"""The carriers of the simulated world: EMS, whose parcels travel by a script, and who fails."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.processes.faults import Fault
from tests.simulation.processes.machine import Machine

TOKEN: Final = "carrier-token-canary"
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)  # UPU S10: the check digit's


@dataclass(frozen=True)
class Scan:
    """One scan of a parcel, at an instant in seconds since 1970."""

    at: float
    code: str
    place: str


@dataclass
class Carrier:
    """What EMS knows; a scan is told once its time has come."""

    machine: Machine
    journeys: dict[str, list[Scan]] = field(default_factory=dict)
    _issued: int = 0

    def new_number(self) -> str:
        """A tracking number nobody has had, with its right check digit."""
        self._issued += 1
        serial = f"{40_000_000 + 137 * self._issued:08}"
        rest = 11 - sum(int(d) * w for d, w in zip(serial, _WEIGHTS, strict=True)) % 11
        return f"EE{serial}{ {10: 0, 11: 5}.get(rest, rest) }CN"

    def told_all(self, now: float) -> bool:
        """Whether every scan of every journey has happened."""
        return all(scan.at <= now for scans in self.journeys.values() for scan in scans)

    def answer(self, number: str) -> tuple[int, bytes]:
        """Status and body of the answer to a question about a number, at this instant."""
        now = self.machine.now
        told = [scan for scan in self.journeys.get(number, ()) if scan.at <= now]
        if not told:
            return 200, b"1"
        events = [_event(scan) for scan in told]
        self.machine.dice.shuffle(events)
        return 200, json.dumps({"ID": number, "State": "", "Events": events}).encode()

    def ask(self, url: str) -> tuple[int, bytes] | None:
        """Answer a running process's question; None where no answer comes."""
        faults, dice = self.machine.faults, self.machine.dice
        if faults.strikes(Fault.CARRIER_SLOW):
            faults.count(Fault.CARRIER_SLOW)
            self.machine.sleep(dice.uniform(4, 12))
        else:
            self.machine.sleep(dice.uniform(0.02, 0.5))
        if faults.strikes(Fault.CARRIER_DOWN):
            faults.count(Fault.CARRIER_DOWN)
            return dice.choice((None, (429, b""), (503, b""), (200, b"<html>"), (200, b"[{")))
        number = url.rsplit("/", 2)[1]
        return self.answer(number)


def _event(scan: Scan) -> dict[str, Any]:
    return {
        "EventCd": scan.code,
        "EventNm": "",
        "EventDT": f"/Date({round(scan.at * 1000)})/",
        "EventLocation": scan.place,
    }
