"""AWS as a simulated process meets it: every request waits, arrives, is executed, is answered.

Each HTTP request that botocore sends stops its process here. When it arrives, moto executes it at
one instant; the answer takes its own time. What goes wrong on the way is decided by the seed.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.models import botocore_stubber

from tests.simulation.aws import answers, others
from tests.simulation.aws.change import Change
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.simulation.aws.history import History
from tests.simulation.aws.partial import PARTS
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.machine import Killed, Machine, Process
from tests.support.grants import Permissions

_MAILS_THROTTLED: Final = 0.7
_CONNECT_TIMEOUT: Final = 2.0
_READ_TIMEOUT: Final = 10.0
"""Seconds; those of layers/shared/python/waybill/aws.py."""
_FOR_EVER: Final = 100_000.0
_HELD: Final = (0.5, 15.0)
"""Seconds that a process stands still before it asks: its machine is busy with others."""
_HELD_WHERE_SLOW: Final = 0.25
_HELD_SHORTLY: Final = (0.5, 5.0)

_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})
_READS: Final = frozenset({"GetItem", "BatchGetItem", "Query"})
_KILLED_SENDING: Final = {"SendEmail": Fault.KILLED_MAIL, "Publish": Fault.KILLED_SMS}

_COUNTED_LATER: Final = frozenset(
    {
        Fault.TIMED_OUT,
        Fault.LOST_ANSWER,
        Fault.LATE_WRITE,
        Fault.KILLED_MAIL,
        Fault.KILLED_SMS,
    }
)
"""Named for what follows, and counted when it has: the time was up, the write was applied."""

# What may befall a request, in the order it is looked for; the first that strikes happens.
_BEFALLS_ANY: Final = (
    Fault.KILLED_BEFORE,
    Fault.KILLED_AFTER,
    Fault.TIMED_OUT,
    Fault.LOST_REQUEST,
    Fault.LOST_ANSWER,
    Fault.THROTTLED,
    Fault.SERVER_ERROR,
)


@dataclass
class Request:
    """A request on its way."""

    process: Process
    service: str
    operation: str
    sent: AWSPreparedRequest
    invocation: int
    """Whose it is: when it arrives, its process may be at another one already."""
    took_effect: bool = field(default=False, repr=False)
    """Whether it has changed something, or was accepted."""
    _read: tuple[Any, dict[str, Any]] | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """Whether it changes something in DynamoDB."""
        return self.service == "dynamodb" and self.operation in _WRITES

    def document(self) -> dict[str, Any]:
        """Its body, where that is JSON; nobody changes it."""
        if self._read is None or self._read[0] is not self.sent.body:
            self._read = (self.sent.body, json.loads(self.sent.body))
        return self._read[1]

    def form(self) -> dict[str, str]:
        """Its body, where that is a form."""
        body = self.sent.body
        return dict(parse_qsl(body.decode() if isinstance(body, bytes) else body))

    def faults(self) -> list[Fault]:
        """What may befall it."""
        may = list(_BEFALLS_ANY)
        if self.writes:
            may += [Fault.CONFLICT, Fault.LATE_WRITE]
        if self.operation in _KILLED_SENDING:
            may.append(_KILLED_SENDING[self.operation])
        return may


@dataclass(frozen=True)
class Hooks:
    """Who hears of what AWS did."""

    wrote: Callable[[Request, list[Change]], None]
    read: Callable[[Request], None]
    """A consistent read was answered."""
    accepted: Callable[[Request, AWSResponse], None]
    """Another service than DynamoDB did what it was asked."""


class Cloud:
    """The boundary."""

    def __init__(
        self, machine: Machine, engine: MotoDynamoDB, hooks: Hooks, permissions: Permissions
    ) -> None:
        self.machine = machine
        self.engine = engine
        self.hooks = hooks
        self.permissions = permissions
        self.pace = 1.0
        """How long things take, over the usual."""
        self.throttles_mails = False
        """Whether SES takes less than a third of what it is given at once."""
        self.slow = ""
        """A function whose processes are held again and again while things go wrong."""
        self.doom: Callable[[Request], Fault | None] = lambda request: None
        """What befalls a request whether or not faults are on."""
        self.delay: Callable[[Request], float] = lambda request: 0.0
        """Seconds for which a process is held before a request whether or not faults are on."""
        self.lags: dict[str, float] = {}
        """Seconds by which eventually consistent reads of an index, or of a table, are behind.

        By its name, whether or not faults are on.
        """
        self.calls = 0
        self._history = History()
        self._trace = hashlib.sha256()

    @property
    def trace(self) -> str:
        """A digest of every step: who asked what when, and what came of it."""
        return self._trace.hexdigest()

    # --- a request's way ------------------------------------------------------------------------

    def send(self, process: Process, event_name: str, sent: AWSPreparedRequest) -> AWSResponse:
        """Carry a request to AWS and its answer back; may raise what a connection does.

        Raises :class:`Killed` where the process ends here.
        """
        if process.dead:
            raise Killed
        _, service, operation = event_name.split(".")
        request = Request(process, service, operation, sent, process.invocation)
        self._hold(request)
        if (doomed := self.doom(request)) is not None:
            return self._befallen(request, doomed)
        for fault in request.faults():
            if self._strikes(fault, request):
                if fault not in _COUNTED_LATER:
                    self.machine.faults.count(fault)
                return self._befallen(request, fault)
        return self._answered(request)

    def _strikes(self, fault: Fault, request: Request) -> bool:
        faults, dice = self.machine.faults, self.machine.dice
        if fault is Fault.THROTTLED and self.throttles_mails and request.operation == "SendEmail":
            return faults.on and dice.random() < _MAILS_THROTTLED
        return faults.strikes(fault)

    def _hold(self, request: Request) -> None:
        """Let others do much between what a process has read and what it makes of it."""
        faults, dice = self.machine.faults, self.machine.dice
        is_slow = faults.on and request.process.function == self.slow
        if is_slow and dice.random() < _HELD_WHERE_SLOW:
            seconds = dice.uniform(*_HELD_SHORTLY)
        elif faults.strikes(Fault.HELD):
            seconds = dice.uniform(*_HELD)
        elif seconds := self.delay(request):
            self.machine.sleep(seconds)
            return
        else:
            return
        faults.count(Fault.HELD)
        self._tell(request, "waits: its process is held")
        self.machine.sleep(seconds)

    def _answered(self, request: Request) -> AWSResponse:
        """The request arrives, is executed, and its answer comes back."""

        def arrive(wake: Callable[[AWSResponse], None]) -> None:
            response = self._execute(request)
            self.machine.after(self._latency(), lambda: wake(response))

        answer: AWSResponse = self.machine.wait(
            lambda wake: self.machine.after(self._latency(), lambda: arrive(wake))
        )
        return answer

    def _befallen(self, request: Request, fault: Fault) -> AWSResponse:
        match fault:
            case Fault.KILLED_BEFORE:
                self._die(request, "before")
            case Fault.LOST_REQUEST:
                return self._unanswered(request, "is lost on its way")
            case Fault.THROTTLED:
                pick = self.machine.dice.randrange(100)
                return self._refused(
                    request, answers.throttled(request.service, request.sent, pick)
                )
            case Fault.CONFLICT:
                hit = self.machine.dice.randrange(100)
                return self._refused(
                    request, answers.conflict(request.sent, request.operation, hit)
                )
            case Fault.LATE_WRITE:
                late = self.machine.dice.uniform(_READ_TIMEOUT, 4 * _READ_TIMEOUT)
                self.machine.after(late, lambda: self._execute_in_vain(request, fault))
                return self._unanswered(request, "arrives late")
        return self._executed_in_vain(request, fault)

    def _executed_in_vain(self, request: Request, fault: Fault) -> AWSResponse:
        """It is executed, or it would have been; its process never gets the answer."""
        applied = fault is not Fault.SERVER_ERROR or self.machine.dice.random() < 0.5
        latency = self._latency()
        if applied:
            self.machine.after(latency, lambda: self._execute_in_vain(request, fault))
        if fault is Fault.SERVER_ERROR:
            self.machine.sleep(latency + self._latency())
            return self._refused(request, answers.broken(request.service, request.sent))
        if fault is Fault.LOST_ANSWER:
            return self._unanswered(request, "loses its answer")
        if fault is Fault.TIMED_OUT:
            self._tell(request, "hangs")
            self.machine.sleep(_FOR_EVER)
        if self.machine.dice.random() < 0.7:  # else it dies while the request is on its way
            self.machine.sleep(latency + self._latency())
        self._die(request, "after")
        raise AssertionError("unreachable")

    def _execute_in_vain(self, request: Request, fault: Fault) -> None:
        """Do what nobody will be told of; the fault counts where that has an effect."""
        self._execute(request)
        if request.took_effect and fault in _COUNTED_LATER - {Fault.TIMED_OUT}:
            self.machine.faults.count(fault)

    def _refused(self, request: Request, response: AWSResponse) -> AWSResponse:
        self._tell(request, f"is answered {response.status_code}")
        self.machine.on_interrupted(request.process, "refused")
        self.machine.sleep(self._latency())
        return response

    def _unanswered(self, request: Request, why: str) -> AWSResponse:
        self._tell(request, why)
        self.machine.on_interrupted(request.process, why)
        if why == "is lost on its way" and self.machine.dice.random() < 0.5:
            self.machine.sleep(_CONNECT_TIMEOUT)
            raise ConnectTimeoutError(endpoint_url=request.sent.url)
        self.machine.sleep(_READ_TIMEOUT)
        raise ReadTimeoutError(endpoint_url=request.sent.url)

    def _die(self, request: Request, when: str) -> None:
        self.machine.kill(request.process, f"{when} {request.operation}")
        raise Killed

    def _latency(self) -> float:
        """Seconds: mostly milliseconds, at times much longer, so that anybody may overtake."""
        dice = self.machine.dice
        roll = dice.random()
        if roll < 0.75:
            return self.pace * dice.uniform(0.001, 0.01)
        if roll < 0.97:
            return self.pace * dice.uniform(0.01, 0.2)
        return self.pace * dice.uniform(0.2, 4.0)

    # --- execution ------------------------------------------------------------------------------

    def _execute(self, request: Request) -> AWSResponse:
        """Do it, at this instant; raises NotPermittedError where the function's role may not."""
        self.calls += 1
        asked = request.form() if request.operation == "Publish" else request.document()
        self.permissions.ask(request.process.function, request.operation, asked)
        complete = None
        if request.operation in PARTS and self.machine.faults.strikes(Fault.UNPROCESSED):
            part = PARTS[request.operation](request.document(), self.machine.dice)
            if part is not None:
                self.machine.faults.count(Fault.UNPROCESSED)
                request.sent.body = json.dumps(part[0]).encode()
                complete = part[1]
        execute = self._dynamodb if request.service == "dynamodb" else self._other
        response = execute(request)
        if complete is not None:
            body = json.dumps(complete(json.loads(response.content))).encode()
            response = answers.answer(request.sent, response.status_code, body)
        self._note(request, response)
        return response

    def _dynamodb(self, request: Request) -> AWSResponse:
        if request.operation in _READS:
            return self._read(request)
        response = self.engine.execute(request.sent, request.document())
        if changes := self.engine.take_changes():
            request.took_effect = True
            self._history.add(self.machine.now, changes)
            for change in changes:
                self.machine.tell(request.process.name, str(change), change.key[0])
            self.hooks.wrote(request, changes)
        return response

    def _read(self, request: Request) -> AWSResponse:
        document = request.document()
        fresh = self.engine.execute(request.sent, document)
        tables = _eventual(request.operation, document)
        fault = Fault.STALE_INDEX if "IndexName" in document else Fault.STALE_READ
        if tables and (unseen := self._unseen(fault, document, tables)):
            with self.engine.as_before(unseen):
                stale = self.engine.execute(request.sent, document)
            if stale.content != fresh.content:
                if not self.lags:
                    self.machine.faults.count(fault)
                self._tell(request, "sees the past")
            return stale
        if not tables:
            self.hooks.read(request)
        return fresh

    def _unseen(self, fault: Fault, document: dict[str, Any], tables: list[str]) -> list[Change]:
        """The writes that an eventually consistent read does not know of."""
        now = self.machine.now
        if lag := self.lags.get(document.get("IndexName") or tables[0]):
            return self._history.since(tables, now - lag)
        if self.machine.faults.strikes(fault):
            return self._history.unseen(tables, now, self.machine.dice)
        return []

    def _other(self, request: Request) -> AWSResponse:
        response: AWSResponse
        if others.takes(request.operation):
            response = others.execute(request.operation, request.sent, self._new_id)
        else:
            response = botocore_stubber("", request.sent)
        if response.status_code < 300:
            request.took_effect = True
            self.hooks.accepted(request, response)
        return response

    def _new_id(self) -> str:
        return f"{self.calls}-{self.machine.chance.getrandbits(64):x}"

    def _note(self, request: Request, response: AWSResponse) -> None:
        body = request.sent.body or b""
        raw = body if isinstance(body, bytes) else body.encode()
        line = (
            f"{self.calls} {self.machine.now:.6f} {request.process.name}"
            f" {request.operation} {response.status_code} "
        )
        self._trace.update(line.encode() + hashlib.sha256(raw).digest())

    def _tell(self, request: Request, what: str) -> None:
        self.machine.tell(request.process.name, f"{request.operation} {what}")


def _eventual(operation: str, document: dict[str, Any]) -> list[str]:
    """The tables that a read may see as they were a while ago."""
    if operation == "BatchGetItem":
        asked = document["RequestItems"].items()
        return [table for table, wanted in asked if not wanted.get("ConsistentRead")]
    return [] if document.get("ConsistentRead") else [document["TableName"]]
