"""One conversation with a carrier: batches, pauses, budget, token, breaker; errors are no answers.

A conversation ends where the carrier wants to rest or is failing, where its budget is spent, or
where too little time is left. What it came to is a :class:`~tracking.accounts.usage.Tally`, for the
carrier's usage; nothing is written here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from tracking.accounts.breaker import Outcome, State
from tracking.accounts.budget import left_today
from tracking.accounts.settings import CarrierSettings, instant, utc_day
from tracking.accounts.usage import Tally, Usage
from tracking.asking.pauses import paused_until
from tracking.asking.reasons import Reason, reason_of
from tracking.asking.tokens import Held, NoTokenError, Tokens
from tracking.carriers.base import (
    Adapter,
    Answer,
    CarrierError,
    GarbledError,
    Limits,
    Question,
    RateLimitedError,
    RefusedError,
    Request,
    Response,
    Token,
    UnreachableError,
)
from waybill.clock import Clock
from waybill.observability import count, describe_error, logger

MIN_SECONDS: Final = 15.0
"""Time there must be left to ask once more: the slowest answer (12 s) and its write."""

_OUTCOMES: Final[Mapping[type[Exception], Outcome]] = {
    UnreachableError: Outcome.UNREACHED,
    RefusedError: Outcome.REFUSED,
    RateLimitedError: Outcome.LIMITED,
}

T = TypeVar("T")
Send = Callable[[Request], Response]


class AdapterFaultError(CarrierError):
    """The adapter itself stumbled, over an answer that it does not know."""


class OutOfTimeError(CarrierError):
    """Too little time is left to ask."""


class OutOfBudgetError(CarrierError):
    """The day's budget is spent, on the way to an answer."""


@dataclass(frozen=True)
class Line:
    """How carriers are reached: by whom, with whose tokens, and who waits."""

    send: Send
    tokens: Tokens
    clock: Clock
    sleep: Callable[[float], None]


@dataclass
class Conversation:
    """What one task, or one refresh, asks of one carrier."""

    line: Line
    settings: CarrierSettings
    adapter: Adapter
    limits: Limits
    usage: Usage
    """As it was read when the conversation began."""
    seconds_left: Callable[[], float]
    tally: Tally = field(default_factory=Tally)
    unanswered: dict[Question, Reason] = field(default_factory=dict, init=False)
    """Questions that brought no answer when they were last asked, and why."""
    _over: Reason | None = field(default=None, init=False)
    _spares: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._breaker = self.usage.breaker
        self._last_call = self.usage.last_call

    def goes_on(self) -> bool:
        """Whether one more request may be made."""
        return self.stopped_by() is None

    def stopped_by(self) -> Reason | None:
        """Why no more request may be made now; None where one may."""
        now = self.line.clock().timestamp()
        if self._over is not None:
            return self._over
        if self._breaker.state(now) is State.OPEN:
            return Reason.FAILING
        if self.seconds_left() < MIN_SECONDS + self._pause(now):
            return Reason.OUT_OF_TIME
        return Reason.BUDGET_SPENT if self._is_spent(now) else None

    @property
    def spares_carrier(self) -> bool:
        """Whether it is over for the carrier's sake: what was not asked is asked again later."""
        return self._spares or self._breaker.state(self._last_call) is State.OPEN

    def ask(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """Ask at most a batch in one request; those without an answer are left out.

        Why they have none is in :attr:`unanswered`. A batch that brings no answer because of one
        number is asked again in halves.
        """
        count("CarrierQuestions", len(questions))
        before = len(self.tally.outcomes)
        try:
            return self._heard(questions, self._asked(questions))
        except AdapterFaultError as error:
            self._log(error.__cause__ or error, "AdapterFaults")
            reason = reason_of(error)
        except CarrierError as error:
            self._log(error, "CarrierErrors")
            reason = self._over or reason_of(error)
        self.unanswered |= dict.fromkeys(questions, reason)
        outcomes = [outcome for outcome, _ in self.tally.outcomes[before:]]
        if len(questions) == 1 or outcomes[-1:] != [Outcome.UNANSWERED]:
            return {}
        middle = len(questions) // 2
        answers: dict[Question, Answer] = {}
        for half in (questions[:middle], questions[middle:]):
            if self.goes_on():
                answers |= self.ask(half)
        return answers

    def _heard(
        self, questions: Sequence[Question], answers: dict[Question, Answer]
    ) -> dict[Question, Answer]:
        for question in questions:
            if question in answers:
                self.unanswered.pop(question, None)
            else:
                self.unanswered[question] = Reason.UNREADABLE
        return answers

    def _asked(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        held = self._token()
        try:
            return self._question(questions, held, Outcome.STALE if held else Outcome.REFUSED)
        except RefusedError:
            if held is None:
                raise
        self.line.tokens.refused(self.settings.carrier, held)
        return self._question(questions, self._token(), Outcome.REFUSED)

    def _question(
        self, questions: Sequence[Question], held: Held | None, refusal: Outcome
    ) -> dict[Question, Answer]:
        access = self.settings.access
        if held is not None:
            access = replace(access, token=held.value)

        def read(response: Response) -> dict[Question, Answer]:
            told = self.adapter.parse(questions, response)
            answers = {question: told[question] for question in questions if question in told}
            if not answers:
                raise GarbledError("answers to other questions")
            return answers

        return self._exchange(lambda: self.adapter.request(questions, access), read, refusal)

    def _token(self) -> Held | None:
        oauth = self.adapter.OAUTH
        if oauth is None:
            return None

        def renew() -> Token:
            access = self.settings.access
            return self._exchange(
                lambda: oauth.token_request(access), oauth.parse_token, Outcome.REFUSED
            )

        tokens, settings = self.line.tokens, self.settings
        try:
            return tokens.current(settings.carrier, settings.version, renew)
        except NoTokenError:
            self._over, self._spares = Reason.NO_TOKEN, True
            raise

    def _exchange(
        self,
        make: Callable[[], Request],
        read: Callable[[Response], T],
        refusal: Outcome,
    ) -> T:
        """One request, and what its answer says, with its outcome noted."""
        if pause := self._pause(self.line.clock().timestamp()):
            self.line.sleep(pause)
        if self.seconds_left() < MIN_SECONDS:
            self._over = Reason.OUT_OF_TIME
            raise OutOfTimeError
        if self._is_spent(self.line.clock().timestamp()):  # its token was within the budget
            self._over = Reason.BUDGET_SPENT
            raise OutOfBudgetError
        try:
            result = read(self.line.send(make()))
        except Exception as error:
            self._note(_OUTCOMES.get(type(error), Outcome.UNANSWERED), refusal)
            if isinstance(error, RateLimitedError):
                self._rest(error)
            if isinstance(error, CarrierError):
                raise
            raise AdapterFaultError from error
        self._note(Outcome.ANSWERED, refusal)
        return result

    def _is_spent(self, now: float) -> bool:
        """Whether the day's budget allows no further request: each of a question's counts."""
        made, reserved = len(self.tally.outcomes), self.tally.reserved
        calls = self.usage.calls_on(utc_day(instant(now))) + max(0, made - reserved)
        return left_today(self.limits, calls) == 0 and made >= reserved

    def _rest(self, error: RateLimitedError) -> None:
        self._over, self._spares = Reason.RATE_LIMITED, True
        now = self.line.clock()
        until = paused_until(error.retry_after, now)
        self.tally.paused_until = until if until > now else None

    def _pause(self, now: float) -> float:
        """Seconds to wait before the next request."""
        return max(0.0, self._last_call + self.limits.seconds_between - now)

    def _note(self, outcome: Outcome, refusal: Outcome) -> None:
        if outcome is Outcome.REFUSED:
            outcome = refusal
        now = self.line.clock().timestamp()
        self._last_call = max(self._last_call, now)
        self._breaker = self._breaker.after(outcome, now)
        self.tally.outcomes.append((outcome, now))

    def _log(self, error: BaseException, counter: str) -> None:
        count(counter)
        carrier = self.settings.carrier
        logger.warning("carrier gave no answer", carrier=carrier, **describe_error(error))
