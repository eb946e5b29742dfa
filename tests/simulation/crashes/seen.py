"""What was seen of a play, invocation by invocation; and how it was that all came right."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.crashes.points import How
from tests.simulation.crashes.stage import SCHEDULES

_FEEDBACK: Final = "NotifyMailFeedbackFunction"


@dataclass
class Invocation:
    """What was seen of one."""

    function: str
    carried: frozenset[str]
    """The records, messages or events that it was given, or the call it was to answer."""
    effects: int = 0
    """How many of its AWS calls changed something."""


@dataclass
class Seen:
    """All invocations of a play, by their numbers, and those that ended by a crash."""

    invocations: dict[int, Invocation] = field(default_factory=dict)
    victims: list[int] = field(default_factory=list)

    def effects(self, function: str) -> int:
        """How much of what a function did took effect."""
        return sum(one.effects for one in self.invocations.values() if one.function == function)

    def how(self, usual: "Seen") -> How:
        """How the first crash came right; ``usual`` is what is seen without one."""
        (first, *_) = self.victims
        victim = self.invocations[first]
        others = [name for name in SCHEDULES if name != victim.function]
        if any(self.effects(name) > usual.effects(name) for name in others):
            return How.SCHEDULED
        if victim.function != _FEEDBACK and self.effects(_FEEDBACK) > usual.effects(_FEEDBACK):
            return How.TOLD
        again = (
            one.effects
            for number, one in self.invocations.items()
            if number > first and one.function == victim.function and one.carried & victim.carried
        )
        return _who_came(victim) if any(again) else How.NOTHING


def _who_came(victim: Invocation) -> How:
    kinds = {text.partition(" ")[0] for text in victim.carried}
    if "call" in kinds:
        return How.ASKED_AGAIN
    return How.REDELIVERED if kinds <= {"record", "message"} else How.RETRIED


def carried(event: Mapping[str, Any]) -> frozenset[str]:
    """What an event is about, so that the same again can be told."""
    if "requestContext" in event:
        return frozenset({f"call {json.dumps(event, sort_keys=True)}"})
    named = {_record(record) for record in event.get("Records", ())}
    return frozenset(named or {f"event {json.dumps(event, sort_keys=True)}"})


def _record(record: Mapping[str, Any]) -> str:
    for kind, name in (("record", "eventID"), ("message", "messageId")):
        if name in record:
            return f"{kind} {record[name]}"
    return f"event {json.dumps(record, sort_keys=True)}"
