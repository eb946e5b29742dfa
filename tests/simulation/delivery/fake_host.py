"""A host for tests of delivery: an agenda, scripted functions, and faults that strike on demand."""

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Result

RETURNED = Result("returned")
RAISED = Result("raised", "RuntimeError")
DIED = Result("died")
Script = Callable[["Call"], Result]


def failing(*identifiers: Any) -> Result:
    """A partial batch response that names these identifiers."""
    items = [{"itemIdentifier": each} for each in identifiers]
    return Result("returned", {"batchItemFailures": items})


@dataclass
class Call:
    """One invocation; ``number`` counts all invocations from 0."""

    number: int
    at: float
    function: str
    event: dict[str, Any]
    ended: float | None = None

    @property
    def numbers(self) -> list[str]:
        """The sequence numbers of a stream's batch."""
        return [record["dynamodb"]["SequenceNumber"] for record in self.event["Records"]]

    @property
    def bodies(self) -> list[str]:
        """The bodies of a queue's batch."""
        return [record["body"] for record in self.event["Records"]]


class Dice(random.Random):
    """Chance, but for how batches are cut where a test has to know."""

    def __init__(self, seed: int, cut: str | None) -> None:
        super().__init__(seed)
        self._cut = cut

    def choices(self, population: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """One of several; "all" for a batch's cut, if so it was asked."""
        if self._cut in population:
            return [self._cut]
        return super().choices(population, *args, **kwargs)


class FakeFaults:
    """Each kind strikes as often as it was planned, at the first opportunities."""

    def __init__(self, planned: Mapping[Fault, int]) -> None:
        self._left = Counter(planned)
        self.counts: Counter[Fault] = Counter()

    def strikes(self, kind: Fault) -> bool:
        """Whether one of the planned faults is left."""
        if self._left[kind] <= 0:
            return False
        self._left[kind] -= 1
        return True

    def count(self, kind: Fault) -> None:
        """Take note of an injected fault."""
        self.counts[kind] += 1


class FakeHost:
    """Runs an agenda; functions take ``duration`` seconds and end as the script says."""

    def __init__(
        self,
        script: Script = lambda _call: RETURNED,
        *,
        seed: int = 1,
        cut: str | None = "all",
        faults: Mapping[Fault, int] | None = None,
        duration: float = 0.1,
    ) -> None:
        self.now = 1_000_000.0
        self.dice: random.Random = Dice(seed, cut)
        self.faults: Any = FakeFaults(faults or {})
        self.calls: list[Call] = []
        self.story: list[str] = []
        self.running: Counter[str] = Counter()
        self.most_running: Counter[str] = Counter()
        self._script = script
        self._duration = duration
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Put an action on the agenda."""
        assert seconds >= 0.0
        heapq.heappush(self._agenda, (self.now + seconds, next(self._order), action))

    def invoke(self, function: str, event: dict[str, Any], done: Callable[[Result], None]) -> None:
        """Note the invocation, and end it as scripted."""
        call = Call(len(self.calls), self.now, function, json.loads(json.dumps(event)))
        self.calls.append(call)
        result = self._script(call)
        self.running[function] += 1
        self.most_running[function] = max(self.most_running[function], self.running[function])

        def end() -> None:
            self.running[function] -= 1
            call.ended = self.now
            done(result)

        self.after(self._duration, end)

    def tell(self, who: str, text: str) -> None:
        """Keep a line of the story."""
        self.story.append(f"{who}: {text}")

    def run(self, seconds: float | None = None) -> None:
        """Work the agenda until it is empty, or for some seconds."""
        end = float("inf") if seconds is None else self.now + seconds
        while self._agenda and self._agenda[0][0] <= end:
            self.now, _, action = heapq.heappop(self._agenda)
            action()
        if seconds is not None:
            self.now = end


def record(number: int, key: str = "a", sk: str = "order") -> dict[str, Any]:
    """A stream record of an item."""
    keys = {"pk": {"S": key}, "sk": {"S": sk}}
    return {
        "eventID": f"id-{number}",
        "eventName": "MODIFY",
        "dynamodb": {"Keys": keys, "NewImage": keys, "SequenceNumber": f"{number:05d}"},
    }


def numbers(last: int) -> list[str]:
    """The sequence numbers of records 0 to ``last`` - 1."""
    return [f"{number:05d}" for number in range(last)]


def delivered(calls: Sequence[Call]) -> Iterator[str]:
    """All sequence numbers in the order of delivery."""
    for call in calls:
        yield from call.numbers
