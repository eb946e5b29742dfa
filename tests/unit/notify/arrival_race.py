"""Two events of one arrival, handled by two processes at once, with a crash or a refusal between.

One process is stopped at each call that leaves it; the other handles its event meanwhile, and then
the first goes on or dies. Both events come again, a minute later, as long as they fail.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

from notify.ledger.messages import Message, State
from notify.sending.notifier import MessagesPendingError
from notify.sending.ports import Ledger, NoAnswerError, RefusedError
from notify.sending.resuming import Resumer
from tests.unit.notify.memory_ledger import CrashError
from tests.unit.notify.notify_world import World, a_world, throttled

ANSWERS: dict[str, Callable[[], list[Exception]]] = {
    "takes it": list,
    "refuses for now": lambda: [throttled()],
    "refuses for good": lambda: [RefusedError("InvalidParameter", lasting=True)],
    "does not answer": lambda: [NoAnswerError("ReadTimeoutError")],
}
"""What SNS says to the first question; all later ones it takes."""
LATE, SEEN, DELIVERED = "out_for_delivery, unseen", "out_for_delivery, seen", "delivered"
"""Who is stopped: out_for_delivery may have read its shipment before it was delivered, or after."""
CALLS = {
    (LATE, False): ["add", "sms", "settle"],
    (LATE, True): ["replace", "sms", "settle"],
    (SEEN, False): ["get", "add"],
    (SEEN, True): ["get", "replace"],
    (DELIVERED, False): ["add", "get", "add", "sms", "settle"],  # the mail's row comes first
    (DELIVERED, True): ["add", "get", "add", "replace", "sms", "settle"],
}
"""The calls that leave a process alone, by whether an SMS was refused for now before."""


@dataclass
class Meanwhile:
    """Lets something happen before or after one call, and the caller die of it if so told."""

    at: int
    side: str
    dies: bool
    act: Callable[[], None]
    calls: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        index = len(self.calls)
        self.calls.append(name)
        if index == self.at and self.side == "before":
            self._strike(name)
        try:
            return call()
        finally:  # a refusal is an answer too
            if index == self.at and self.side == "after":
                self._strike(name)

    def _strike(self, name: str) -> None:
        self.at = -1
        self.act()
        if self.dies:
            raise CrashError(name)


class Watched:
    """A ledger, each call of which may be where something happens."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.crashes: Any = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._ledger, name)
        if self.crashes is None:
            return method
        return lambda *arguments: self.crashes.around(name, lambda: method(*arguments))


@dataclass(frozen=True)
class Race:
    """One way in which the two meet."""

    stopped: str
    other: str
    """Whose handling overtakes that of the event that is stopped."""
    refused: bool
    """Whether an SMS `out_for_delivery` was refused for now before the two meet."""
    point: int
    side: str
    dies: bool
    answer: str

    def __str__(self) -> str:
        before = "refused before, " if self.refused else ""
        end = "dies" if self.dies else "goes on"
        return f"{before}{self.stopped} {end} {self.side} {self.point}, SNS {self.answer}"


def _races() -> Iterator[Race]:
    for (stopped, refused), calls in CALLS.items():
        for point, side, dies, answer in product(
            range(len(calls)), ("before", "after"), (False, True), ANSWERS
        ):
            for other in (LATE, SEEN) if stopped == DELIVERED else (DELIVERED,):
                yield Race(stopped, other, refused, point, side, dies, answer)


RACES = tuple(_races())


def run(race: Race, ledger: Ledger, rows: Callable[[], Sequence[Message]]) -> None:
    """Play a race to its end and judge what was said; ``rows`` reads the ledger."""
    table = _Table(ledger)
    if race.refused:
        table.world.sms.answers = [throttled()]
        table.deliver(LATE)
        assert not table.pending
        table.world.later()
    table.world.sms.answers = ANSWERS[race.answer]()

    def go(who: str) -> None:
        """What was refused is taken up by the schedule, all else by its event."""
        (table.take_up if race.refused and who != DELIVERED else table.deliver)(who)

    def overtake() -> None:
        table.watch(None)
        go(race.other)

    meanwhile = Meanwhile(race.point, race.side, race.dies, overtake)
    table.watch(meanwhile)
    go(race.stopped)
    table.watch(None)
    calls = CALLS[race.stopped, race.refused]
    assert meanwhile.calls[: race.point + 1] == calls[: race.point + 1]
    table.come_again()
    _judge(table.world, rows())
    for name in (LATE, DELIVERED, SEEN):  # and duplicates, late
        table.deliver(name)
    table.come_again()
    _judge(table.world, rows())


class _Table:
    """A world in which a shipment has been delivered, and who comes again."""

    def __init__(self, ledger: Ledger) -> None:
        self.world = a_world(email=None, ledger=Watched(ledger))  # the SMS is what it is about
        self.events = {"out_for_delivery": self.world.moves_to("out_for_delivery")}
        before = dict(self.world.parcel or {})
        self.events["delivered"] = self.world.moves_to("delivered")
        after = dict(self.world.parcel or {})
        self.parcels = {LATE: before, SEEN: after, DELIVERED: after}
        self.pending: list[str] = []
        self.resumer = Resumer(ledger, self.world.notifier, self.world.tick)

    def take_up(self, who: str) -> None:
        """Let the schedule run, in a process that has seen the shipment as it was then."""
        self.world.parcel = dict(self.parcels[who])
        with suppress(CrashError):  # it runs again, a minute later
            self.resumer.run(lambda: True)

    def deliver(self, who: str) -> None:
        """Handle an event, by a process that has seen the shipment as it was then."""
        name = who.partition(",")[0]
        self.world.parcel = dict(self.parcels[who])
        try:
            self.world.notifier.handle(self.events[name])
        except (MessagesPendingError, CrashError):
            self.pending.append(name)

    def watch(self, meanwhile: Meanwhile | None) -> None:
        """Let something happen at a call of whoever is next."""
        watched: Any = meanwhile or Meanwhile(-1, "", False, lambda: None)
        self.world.ledger.crashes = self.world.sms.crashes = watched

    def come_again(self) -> None:
        """Lambda's two retries of what failed, and the schedule's runs."""
        for _ in range(2):
            self.world.now += timedelta(seconds=60)
            again, self.pending = self.pending, []
            for name in again:
                self.deliver(SEEN if name == "out_for_delivery" else DELIVERED)
            self.take_up(DELIVERED)
        self.world.now += timedelta(minutes=5)
        self.take_up(DELIVERED)
        assert not self.pending, "given up by Lambda"


def _judge(world: World, rows: Sequence[Message]) -> None:
    taken = len(world.sms.taken)
    assert taken <= 1, "told twice"
    told = [row for row in rows if row.state in {State.SENT, State.UNKNOWN}]
    refused = [row for row in rows if row.event == "delivered" and row.state is State.FAILED]
    assert len(told) + len(refused) == 1, "told of the arrival, or refused for good"
    assert taken == 1 or refused or told[0].state is State.UNKNOWN, "lost silently"
    assert not any(row.state in {State.WAITING, State.SENDING} or row.due_at for row in rows)
