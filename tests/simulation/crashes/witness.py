"""Watches a play, and lets a process die: who was invoked with what, what took effect."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from botocore.awsrequest import AWSResponse

from tests.simulation.aws.change import Change
from tests.simulation.aws.cloud import Hooks, Request
from tests.simulation.crashes.ending import common
from tests.simulation.crashes.names import name_of
from tests.simulation.crashes.points import FAULTS, Call, Point
from tests.simulation.crashes.seen import Invocation, Seen, carried
from tests.simulation.judge.identity import kind_of
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.machine import Process
from tests.simulation.world import World

_BOOKKEEPING: Final = frozenset({"marks", "watermark", "usage"})
"""What is written to say that somebody ran."""


@dataclass(frozen=True)
class Made:
    """A call that was made, and by which function."""

    function: str
    call: Call


@dataclass
class Witness:
    """Watches a world from now on, and lets a process die at each of some points, one by one."""

    world: World
    queues: Mapping[str, str]
    """Logical ids by URL."""
    doomed: list[Point] = field(default_factory=list)
    """Points that were not reached yet."""
    notes: bool = True
    """Whether calls are noted that follow the last of these."""
    calls: list[Made] = field(default_factory=list)
    died_at: list[int] = field(default_factory=list)
    """How many calls had been made when a process died, the last one included."""
    taken: Counter[str] = field(default_factory=Counter)
    """Mails and SMS that the providers took."""
    events: set[str] = field(default_factory=set)
    """What the bus was told."""
    seen: Seen = field(default_factory=Seen)
    _counts: Counter[str] = field(default_factory=Counter)

    def watch(self) -> None:
        """Begin."""
        cloud, then = self.world.cloud, self.world.cloud.hooks
        self.world.machine.on_invoked = self._invoked
        cloud.doom = self._doom
        cloud.hooks = Hooks(
            lambda request, changes: self._wrote(then.wrote, request, changes),
            then.read,
            lambda request, response: self._accepted(then.accepted, request, response),
        )

    # --- what happens ---------------------------------------------------------------------------

    def _invoked(self, process: Process, event: dict[str, Any]) -> None:
        self.seen.invocations[process.invocation] = Invocation(process.function, carried(event))

    def _doom(self, request: Request) -> Fault | None:
        if not (self.doomed or self.notes):
            return None
        name = name_of(request, self.queues)
        self._counts[name] += 1
        call = Call(name, self._counts[name])
        self.calls.append(Made(request.process.function, call))
        if not self.doomed or self.doomed[0].call != call:
            return None
        point = self.doomed.pop(0)
        self.died_at.append(len(self.calls))
        self.seen.victims.append(request.invocation)
        return FAULTS[point.when]

    def _wrote(self, then: Callable[..., None], request: Request, changes: list[Change]) -> None:
        if {kind_of(change.table, change.key) for change in changes} - _BOOKKEEPING:
            self._took_effect(request)
        then(request, changes)

    def _accepted(self, then: Callable[..., None], request: Request, response: AWSResponse) -> None:
        self._took_effect(request)
        match request.operation:
            case "SendEmail":
                self.taken[common(_mail(request.document()))] += 1
            case "Publish":
                form = parse_qs(_text(request.sent.body))
                self.taken[common(f"sms {form['PhoneNumber'][0]} {form['Message'][0]}")] += 1
            case "PutEvents":
                self.events.update(map(_event, request.document()["Entries"]))
        then(request, response)

    def _took_effect(self, request: Request) -> None:
        if request.invocation in self.seen.invocations:
            self.seen.invocations[request.invocation].effects += 1


def _mail(document: Mapping[str, Any]) -> str:
    content = document["Content"]["Simple"]
    (to,) = document["Destination"]["ToAddresses"]
    return f"mail {to} {content['Subject']['Data']} {content['Body']['Text']['Data']}"


def _event(entry: Mapping[str, Any]) -> str:
    detail = json.dumps(json.loads(entry["Detail"]), sort_keys=True)
    return common(f"{entry['Source']} {entry['DetailType']} {detail}")


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes) else str(body)
