"""The worker: asks a carrier about shipments, and keeps what is new.

A worker that dies between a carrier's answer and its write loses nothing: the message comes again,
or the next question brings the same scans. What a carrier fails to answer is asked another time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from tracking.accounts.breaker import State
from tracking.accounts.budget import limits_of
from tracking.accounts.settings import CarrierSettings, utc_day
from tracking.accounts.usage import DRAWN, Tally, Usage
from tracking.asking.capping import is_spent
from tracking.asking.conversation import Conversation, Line
from tracking.asking.questions import questions_of, shuffled
from tracking.carriers.base import Adapter, Answer, Limits, Question
from tracking.news.keeping import Keeper, Shipments
from tracking.news.learning import Lessons
from tracking.parcels.shipment import Shipment, StaleError
from tracking.sweep.tasks import Task, is_drawn
from waybill.observability import count, logger


class Brief(NamedTuple):
    """A carrier's settings, how it fares, and the shipments to ask about."""

    settings: CarrierSettings
    usage: Usage
    shipments: list[Shipment]
    """Those that exist, in the order they were named."""


class Briefing(Protocol):
    """What must be known before anybody is asked."""

    def brief(self, carrier: str, shipments: Iterable[tuple[str, str]]) -> Brief | None:
        """Of a carrier and of shipments; None until the carrier is set up."""


class Usages(Protocol):
    """How carriers fare."""

    def record(self, carrier: str, known: Usage, tally: Tally) -> Usage:
        """Remember what a task did; raises :class:`StaleError`."""


@dataclass
class Worker:
    """Asks carriers, and keeps what is new."""

    briefing: Briefing
    shipments: Shipments
    set_up: Callable[[], Collection[str]]
    """Who can be asked."""
    usages: Usages
    adapters: Mapping[str, Adapter]
    line: Line
    lessons: Lessons
    draws: Callable[[Task], bool] = is_drawn
    """The lot by which a task tells how it went."""

    def work(self, task: Task, seconds_left: Callable[[], float]) -> None:
        """Ask about a task's shipments; a carrier that fails is left alone until a later sweep.

        Errors of carriers are counted and never raised; AWS's are raised, so that the message
        comes again.
        """
        adapter = self.adapters.get(task.carrier)
        brief = self.briefing.brief(task.carrier, task.shipments)
        if adapter is None or brief is None:
            count("QuestionsSkipped", len(task.shipments))
            return
        usage, now = brief.usage, self.line.clock()
        if usage.is_paused(now) or usage.state(now) is State.OPEN:
            self._record(task, usage, _spared(task, usage))
            count("QuestionsSkipped", len(task.shipments))
            return
        limits = limits_of(brief.settings, adapter.LIMITS)
        conversation = Conversation(
            self.line, brief.settings, adapter, limits, _spaced(usage, limits, now), seconds_left
        )
        tally = conversation.tally
        if not usage.breaker.is_tripped:  # a probe was not counted with a sweep
            tally.reserved, tally.reserved_on = task.planned_requests(limits), utc_day(now)
        try:
            self._ask_all(task, brief.shipments, conversation, limits, now)
        finally:
            if limits.daily_budget is not None or self._must_tell(task, usage, tally):
                self._record(task, usage, tally)
            self.lessons.learn(task.carrier)

    def _ask_all(
        self, task: Task, shipments: list[Shipment], conversation: Conversation,
        limits: Limits, now: datetime,
    ) -> None:  # fmt: skip
        found = [each for each in shipments if task.carrier in each.due]
        within = [each for each in found if not is_spent(each, task.carrier, limits, now)]
        if len(within) < len(found):
            count("QuestionsOverCap", len(found) - len(within))
        asking = _Asking(task.carrier, shuffled(within, now), now)
        keeper = Keeper(self.shipments, self.set_up, self.line.clock)
        while asking.questions and conversation.goes_on():
            batch = asking.next(limits.batch)
            answers = conversation.ask([question for _, question in batch])
            told = asking.told(batch, answers)
            news = [self._keep(keeper, conversation.tally, task.carrier, *each) for each in told]
            conversation.tally.news += any(news)
        for shipment, answers in asking.rest():
            self._keep(keeper, conversation.tally, task.carrier, shipment, answers)
        if conversation.spares_carrier:
            conversation.tally.missed_from = task.since
        if skipped := len({id(shipment) for shipment, _ in asking.questions}):
            count("QuestionsSkipped", skipped)
            logger.warning("questions skipped", carrier=task.carrier, shipments=skipped)

    def _keep(
        self,
        keeper: Keeper,
        tally: Tally,
        carrier: str,
        shipment: Shipment,
        answers: Mapping[Question, Answer],
    ) -> bool:
        heard = keeper.keep(shipment, carrier, answers)
        if heard is None:
            return False
        tally.delays += heard.noticed.delays
        if heard.has_ended:
            self.lessons.add(carrier, heard.shipment)
        return heard.tells

    def _must_tell(self, task: Task, usage: Usage, tally: Tally) -> bool:
        """Whether a task whose requests were counted with the sweep has anything to tell.

        How a carrier without a budget fares is written where something failed, lately or now. The
        rest is for the operator: a task that is drawn by lot tells it for those that are not.
        """
        if not (tally.is_smooth and usage.breaker.is_calm(self.line.clock().timestamp())):
            return True
        if tally.is_as_counted or not self.draws(task):
            return False
        tally.weight = DRAWN
        return True

    def _record(self, task: Task, usage: Usage, tally: Tally) -> None:
        """One write, if there is anything to remember."""
        if tally.is_empty:
            return
        try:
            self.usages.record(task.carrier, usage, tally)
        except StaleError:
            count("UsageLost")
            logger.warning("usage lost", carrier=task.carrier)


@dataclass
class _Asking:
    """Questions of a task, and who is still waiting for answers."""

    carrier: str
    shipments: list[Shipment]
    now: datetime
    questions: list[tuple[Shipment, Question]] = field(default_factory=list)
    _open: dict[int, int] = field(default_factory=dict)
    _answers: dict[int, tuple[Shipment, dict[Question, Answer]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for shipment in self.shipments:
            own = questions_of(shipment, self.carrier, self.now)
            self.questions += [(shipment, question) for question in own]
            self._open[id(shipment)] = len(own)

    def next(self, many: int) -> list[tuple[Shipment, Question]]:
        """The next questions, which are no longer open."""
        batch, self.questions = self.questions[:many], self.questions[many:]
        return batch

    def told(
        self, batch: list[tuple[Shipment, Question]], answers: Mapping[Question, Answer]
    ) -> list[tuple[Shipment, dict[Question, Answer]]]:
        """Shipments that all is asked about with this batch, and that anything is known of."""
        done: list[tuple[Shipment, dict[Question, Answer]]] = []
        for shipment, question in batch:
            _, known = self._answers.setdefault(id(shipment), (shipment, {}))
            if question in answers:
                known[question] = answers[question]
            self._open[id(shipment)] -= 1
            if not self._open[id(shipment)]:
                del self._answers[id(shipment)]
                if known:
                    done.append((shipment, known))
        return done

    def rest(self) -> list[tuple[Shipment, dict[Question, Answer]]]:
        """Shipments of which only some parcels were asked about."""
        return [each for each in self._answers.values() if each[1]]


def _spaced(usage: Usage, limits: Limits, now: datetime) -> Usage:
    """A carrier that wants pauses may have been asked just now, by one who did not write it."""
    if not limits.seconds_between or limits.daily_budget is not None:
        return usage
    return replace(usage, last_call=max(usage.last_call, now.timestamp()))


def _spared(task: Task, usage: Usage) -> Tally:
    """What is to be remembered of a task that nothing was asked for: nothing, if it is known."""
    known = usage.missed_from is not None and usage.missed_from <= task.since
    return Tally(missed_from=None if known else task.since)
