"""Lambda's queue of asynchronous invocations: unordered, at least once, retried, then set aside.

"How Lambda handles errors and retries with asynchronous invocation" and "Capturing records of
Lambda asynchronous invocations" (Lambda developer guide).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.delivery.configs import AsyncConfig
from tests.simulation.delivery.shapes import invocation_record, random_id
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Host, Result

_MINUTE: Final = 60.0  # a minute after the first failure, two after the second


@dataclass(eq=False)
class _Event:
    function: str
    payload: Any
    request_id: str
    place: int
    at: float
    attempts: int = 0


class Asynchronous:
    """All functions' asynchronous invocations; ``discard`` puts a message into a failure queue."""

    def __init__(
        self,
        host: Host,
        configs: Mapping[str, AsyncConfig],
        discard: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._host = host
        self._configs = configs
        self._discard = discard
        self._places = 0
        self._waiting: dict[int, _Event] = {}
        self._held: list[_Event] = []  # held back, and overtaken by none so far
        self._ghosts = 0

    def send(self, function: str, payload: Any) -> None:
        """Accept an event for a function; it is invoked later."""
        self._places += 1
        held = self._host.faults.strikes(Fault.REORDERED)
        event = _Event(function, payload, random_id(self._host.dice), self._places, self._host.now)
        self._waiting[event.place] = event
        if held:
            self._held.append(event)
        delay = self._delay(held)
        self._host.after(delay, lambda: self._deliver(event))
        if self._host.faults.strikes(Fault.DUPLICATE):
            self._repeat(event, delay)

    @property
    def idle(self) -> bool:
        """Whether every event was worked or set aside."""
        return not self._waiting and not self._ghosts

    def describe(self) -> list[str]:
        """What still waits."""
        return [
            f"{event.function}: event {event.request_id} after {event.attempts} failed attempts"
            for event in self._waiting.values()
        ] + ([f"{self._ghosts} events come twice"] if self._ghosts else [])

    def _delay(self, held: bool) -> float:
        """Mostly milliseconds; an event that is held back takes seconds, or minutes."""
        dice = self._host.dice
        if not held:
            return dice.uniform(0.005, 0.2)
        return dice.uniform(1.0, dice.choice((5.0, 30.0, 240.0)))

    def _deliver(self, event: _Event) -> None:
        config = self._configs[event.function]
        if self._host.now - event.at > config.max_age:
            self._give_up(event, config, "EventAgeExceeded", None)
            return
        self._note_overtaking(event)
        self._host.invoke(event.function, event.payload, lambda result: self._done(event, result))

    def _note_overtaking(self, event: _Event) -> None:
        if event in self._held:
            self._held.remove(event)
        overtaken = [
            other
            for other in self._held
            if other.place < event.place and other.function == event.function
        ]
        for other in overtaken:
            self._held.remove(other)
            self._host.faults.count(Fault.REORDERED)
            self._host.tell(event.function, f"event {other.request_id} is overtaken")

    def _done(self, event: _Event, result: Result) -> None:
        if result.kind == "returned":
            del self._waiting[event.place]
            return
        config = self._configs[event.function]
        event.attempts += 1
        if event.attempts > config.retries:
            self._give_up(event, config, "RetriesExhausted", result)
            return
        self._host.tell(event.function, f"event {event.request_id} failed: {result}")
        self._host.after(_MINUTE * event.attempts, lambda: self._deliver(event))

    def _give_up(
        self, event: _Event, config: AsyncConfig, condition: str, result: Result | None
    ) -> None:
        del self._waiting[event.place]
        self._host.tell(event.function, f"{condition}: event {event.request_id} is set aside")
        if config.on_failure is None:
            return
        record = invocation_record(
            event.function, event.request_id, condition, event.attempts, self._host.now, result
        )
        answer: dict[str, Any] = {}
        if result is not None:
            answer["responsePayload"] = {"errorType": result.value, "errorMessage": result.text}
        self._discard(config.on_failure, {**record, "requestPayload": event.payload, **answer})

    def _repeat(self, event: _Event, delay: float) -> None:
        """The same event once more: Lambda's queue is eventually consistent, says the page."""
        self._ghosts += 1

        def again() -> None:
            self._host.faults.count(Fault.DUPLICATE)
            self._host.tell(event.function, f"event {event.request_id} comes once more")
            self._host.invoke(event.function, event.payload, ended)

        def ended(_result: Result) -> None:
            self._ghosts -= 1

        longest = self._host.dice.choice((0.2, 5.0, 120.0))
        self._host.after(delay + self._host.dice.uniform(0.0, longest), again)
