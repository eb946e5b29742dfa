"""The carriers as the rooms meet them: a question arrives, is answered, or is not.

The answers are those of local/carriers, which speaks the vendors' formats and shares no code with
the rooms that read them; what is known when, and what goes wrong, is this world's.
"""

import json
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from local.carriers import dhl, easypost, ems, ups
from local.carriers.journeys import Answer, Request
from tests.simulation.carriers.accidents import SILENCE, Accidents
from tests.simulation.carriers.numbers import MAKERS, SHARED
from tests.simulation.carriers.parcels import Parcel
from tests.simulation.carriers.pushes import Pushes
from tests.simulation.carriers.register import Register, Tokens
from tests.simulation.judge import Judge
from tests.simulation.people.front import Gateway
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.machine import Machine, Process

_SPEAKERS: Final[dict[str, ModuleType]] = {
    "ptt.ptc.post": ems,
    "api-eu.dhl.com": dhl,
    "onlinetools.ups.com": ups,
    "api.easypost.com": easypost,
}
CREDENTIALS: Final[dict[str, dict[str, str]]] = {
    module.NAME: module.CREDENTIALS for module in _SPEAKERS.values()
}
_REFUSED: Final = 401
_LIFETIMES: Final = (90.0, 600.0, 14_399.0)
"""Seconds that an access token lives, one of these in a seed."""


class Carriers:
    """All carriers of a seed; which of them the operator sets up is said by ``names``."""

    def __init__(self, machine: Machine, judge: Judge, gateway: Gateway) -> None:
        self.names: tuple[str, ...] = ()
        self.out = ""
        """The one that answers nobody at all, for a while."""
        self.parcels: dict[str, Parcel] = {}
        self.pushes = Pushes(machine, gateway)
        self._machine = machine
        self._judge = judge
        self._accidents = Accidents(machine)
        self.tokens: Tokens | None = None
        """UPS's; none before the first question."""
        self._issued = 0

    # --- parcels --------------------------------------------------------------------------------

    def new_number(self, owner: str) -> str:
        """A tracking number that its owner has given nobody before."""
        self._issued += 1
        return MAKERS[owner](self._issued)

    def shared_number(self) -> tuple[str, str] | None:
        """A number that two of the carriers might have given, and who has; None without two."""
        for asked, (make, owners) in SHARED.items():
            if asked <= {*self.names}:
                self._issued += 1
                return make(self._issued), self._machine.dice.choice(owners)
        return None

    def take(self, parcel: Parcel) -> None:
        """Take a parcel over; it is known at once, or only after a while."""
        self.parcels[parcel.number] = parcel
        self._judge.expect_scans(parcel.number, parcel.asked, parcel.named(parcel.scans))

    def told_all(self, now: float) -> bool:
        """Whether every scan of every parcel has happened, and its carrier knows."""
        return all(parcel.is_told(now) for parcel in self.parcels.values())

    def fail(self, seconds: float | None = None) -> None:
        """Let one of the carriers answer nobody, for so many seconds or until it is mended."""
        if not self.names:
            return  # a scene has no parcels
        self.out = self._machine.dice.choice(self.names)
        self._machine.tell(self.out, "is out")
        if seconds is not None:
            self._machine.after(seconds, self.mend)

    def mend(self) -> None:
        """Let all carriers be there."""
        self.out = ""

    # --- questions ------------------------------------------------------------------------------

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Answer a running process's question; None where no answer comes.

        What is decided and judged is so outside of the process: its code catches what is raised.
        """
        task = self._machine.current()
        assert task is not None
        process, parts = task.process, urlsplit(url)
        speaker = _SPEAKERS[parts.netloc]
        sent = {name.lower(): value for name, value in headers.items()}
        asked = Request(method, unquote(parts.path), parse_qs(parts.query), sent, body)
        seconds = self._outside(lambda: self._leaves(process, speaker, asked))
        self._machine.sleep(SILENCE if seconds is None else seconds)
        self._judge.carrier_done(self._machine.now, speaker.NAME)
        answer: Answer | None = None
        if seconds is not None:
            answer = self._outside(lambda: self._arrives(process, speaker, asked))
        said = "is silent" if answer is None else f"answers {answer.status}"
        self._machine.tell(process.name, f"asks {_number(speaker, asked)}; {speaker.NAME} {said}")
        if answer is not None:
            self._machine.sleep(self._machine.dice.uniform(0.01, 0.2))
        return answer

    def _outside(self, decide: Callable[[], Any]) -> Any:
        """Decide something while the process waits; what it raises ends the run."""
        return self._machine.wait(lambda wake: self._machine.after(0.0, lambda: wake(decide())))

    def _leaves(self, process: Process, speaker: ModuleType, asked: Request) -> float | None:
        """A question leaves; how many seconds it takes to arrive, None if nobody is there."""
        token, ends = self._token_of(asked)
        self._judge.carrier_asked(
            self._machine.now,
            process.name,
            process.invocation,
            speaker.NAME,
            _number(speaker, asked),
            token,
            ends,
        )
        if self.out == speaker.NAME:
            self._machine.faults.count(Fault.CARRIER_OUT)
            return None
        if self._accidents.strikes(Fault.CARRIER_HANGS):
            return None
        is_slow = self._accidents.strikes(Fault.CARRIER_SLOW)
        return self._machine.dice.uniform(*((4, 11) if is_slow else (0.02, 0.3)))

    def _arrives(self, process: Process, speaker: ModuleType, asked: Request) -> Answer:
        """A question arrives; what is answered."""
        limit = self._accidents.limit()
        if limit is not None:
            answer, until = limit
            self._judge.carrier_limited(process.invocation, speaker.NAME, until)
            return answer
        refusal: Answer | None = self._accidents.refusal()
        answer = refusal or self._good(speaker, asked, _number(speaker, asked))
        if answer.status == _REFUSED:
            self._judge.carrier_refused(process.invocation, self._token_of(asked)[0])
        return answer

    def _token_of(self, asked: Request) -> tuple[str, float | None]:
        """The access token that a question comes with, and when that ends, unless it has early."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens is None or token in self.tokens.revoked:
            return token, None
        return token, self.tokens.ends.get(token)

    def _good(self, speaker: ModuleType, asked: Request, number: str) -> Answer:
        """What the carrier finds, as far as it arrives."""
        name, now = speaker.NAME, self._machine.now
        if name == ups.NAME:
            self._end_tokens(asked)
        known = Register(tuple(self.parcels.values()), now, self.tokens, self._accidents.left)
        answer: Answer = speaker.answer(asked, known)
        document = self._settled(answer, known)
        body = json.dumps(document).encode()
        torn = self._accidents.torn(answer, body)
        if torn.raw is not None:
            return torn
        self._note(name, number, known, answer)
        self.pushes.track(self.parcels, known.tracked)
        return Answer(answer.status, document, answer.number, answer.headers, raw=body)

    def _end_tokens(self, asked: Request) -> None:
        """At times all access tokens end before their time."""
        if self.tokens is None:
            self.tokens = Tokens(self._machine.dice.choice(_LIFETIMES))
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.accepts(token, self._machine.now) and self._accidents.strikes(
            Fault.TOKEN_ENDED
        ):
            self.tokens.revoked.update(self.tokens.ends)

    def _settled(self, answer: Answer, known: Register) -> Any:
        """The answer's document, with this world's time in it."""
        document = answer.document
        if known.issued:
            assert self.tokens is not None
            self._judge.expect_canary(known.issued)
            document["expires_in"] = str(int(self.tokens.lifetime))
        if isinstance(document, dict) and document.get("object") == "Tracker":
            document["updated_at"] = self.pushes.stamp(self._machine.now)
        if isinstance(document, dict) and isinstance(document.get("Events"), list):
            self._machine.dice.shuffle(document["Events"])  # EMS keeps no order
        return document

    def _note(self, name: str, number: str, known: Register, answer: Answer) -> None:
        """Tell the judge what the carrier has said of a number."""
        if not number or answer.status == _REFUSED:
            return
        found = next(((parcel, scans) for parcel, scans in known.told if scans), None)
        said = found[0].named(found[1]) if found else []
        self._judge.carrier_told(self._machine.now, number, name, said)
        for parcel, scans in known.told:
            late = parcel.known_from > self._machine.now >= parcel.scans[0].at
            if late and not scans:
                self._machine.faults.count(Fault.CARRIER_LATE)


def _number(speaker: ModuleType, asked: Request) -> str:
    """The number that is asked about; "" for an access token."""
    return str(speaker.answer(asked, Register()).number)
