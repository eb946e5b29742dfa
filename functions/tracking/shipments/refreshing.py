"""A shipment is asked about now, because somebody wants to know: within all of a carrier's limits.

Of those who want it at once, one asks: who claims the shipment, by a write that its version
conditions, and the others are told to come again. The calls are counted in the carrier's usage
before they are made, so no budget is spent twice. Like a poll, it writes the shipment again only
where there is news. A carrier that fails is no news either: the answer says so of each parcel.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, NoReturn, Protocol

from tracking.accounts.budget import left_today, limits_of
from tracking.accounts.repository import Known
from tracking.accounts.settings import utc_day
from tracking.accounts.usage import Tally, Usage
from tracking.asking.capping import refreshed
from tracking.asking.conversation import Conversation, Line
from tracking.asking.questions import questions_of
from tracking.asking.waiting import Wait, wait_of
from tracking.carriers.base import Adapter, Answer, Limits, Question
from tracking.news.keeping import Keeper, Shipments
from tracking.parcels.shipment import Shipment, StaleError
from tracking.shipments.refreshed import Refreshed, Round, refreshed_of, round_of
from waybill.auth import Caller
from waybill.dynamo import ContentionError
from waybill.observability import count
from waybill.problems import Conflict, NotFound, TooManyRequests

_ATTEMPTS: Final = 8


class Carriers(Protocol):
    """How carriers stand."""

    def known(self, carrier: str) -> Known | None:
        """How one carrier stands; None until the operator set it up."""

    def save_usage(self, carrier: str, before: Usage, after: Usage) -> None:
        """Replace a usage that is still as it was read; raises :class:`StaleError`."""

    def record(self, carrier: str, known: Usage, tally: Tally) -> Usage:
        """Remember what was done; raises :class:`StaleError`."""


class _NotNowError(Exception):
    """The carrier may not be asked now."""

    def __init__(self, wait: Wait) -> None:
        super().__init__(wait.reason)
        self.wait = wait


@dataclass(frozen=True)
class Refreshing:
    """Asks carriers about a shipment now."""

    shipments: Shipments
    carriers: Carriers
    adapters: Mapping[str, Adapter]
    keeper: Keeper
    line: Line

    def refresh(
        self, caller: Caller, shipment_id: str, seconds_left: Callable[[], float]
    ) -> Refreshed:
        """Ask those that the shipment is still asked of; the shipment as it then stands.

        Once nothing more is expected of it, it stands as it did. Of several carriers, those that
        may be asked are. Raises 404; 409 where none of its carriers is set up; and 429 with
        Retry-After where none may be asked: the shipment was refreshed just now or its cap is
        spent, the carrier's budget is spent, it wants to rest, or it is failing.
        """
        for _ in range(_ATTEMPTS):
            shipment = self._found(caller.shop_id, shipment_id)
            if not shipment.due:
                return refreshed_of(shipment, shipment, {})
            standing = self._standing(shipment)
            try:
                claimed = self._claimed(shipment, caller.actor)
            except StaleError:  # somebody else's refresh, or news: decide again
                continue
            return self._ask_all(claimed, standing, seconds_left)
        raise ContentionError

    def _standing(self, shipment: Shipment) -> list[tuple[Known, Wait]]:
        """The shipment's carriers, and how long each is to wait; raises 409 and 429."""
        named = [each for each in sorted(shipment.due) if each in self.adapters]
        known = [each for each in map(self.carriers.known, named) if each is not None]
        if not known:
            raise Conflict("no carrier of this shipment is set up to be asked")
        waits = [self._wait(shipment, each) for each in known]
        if all(wait.lasts for wait in waits):
            _refuse(min(wait.lasts for wait in waits))
        return list(zip(known, waits, strict=True))

    def _ask_all(
        self,
        before: Shipment,
        standing: list[tuple[Known, Wait]],
        seconds_left: Callable[[], float],
    ) -> Refreshed:
        """Ask those that need not wait; raises 429 where it turns out that all must by now."""
        rounds: dict[str, Round] = {}
        waits: list[timedelta] = []
        shipment = before
        for known, wait in standing:
            carrier = known.settings.carrier
            try:
                if wait.lasts:
                    raise _NotNowError(wait)
                rounds[carrier] = self._ask(shipment, known, seconds_left)
            except _NotNowError as error:
                waits.append(error.wait.lasts)
                rounds[carrier] = self._waiting(shipment, carrier, error.wait)
                continue
            shipment = self._found(before.shop_id, before.id)
        if len(waits) == len(standing):
            _refuse(min(waits))
        return refreshed_of(before, shipment, rounds)

    def _found(self, shop_id: str, shipment_id: str) -> Shipment:
        shipment = self.shipments.get(shop_id, shipment_id)
        if shipment is None:
            raise NotFound("this shop has no such shipment")
        return shipment

    def _wait(self, shipment: Shipment, known: Known) -> Wait:
        return wait_of(shipment, known, self._limits(known), self.line.clock())

    def _claimed(self, shipment: Shipment, actor: str) -> Shipment:
        """The shipment with one more refresh; raises :class:`StaleError`."""
        now = self.line.clock()
        after = replace(shipment, refreshes=refreshed(shipment, now), version=shipment.version + 1)
        self.shipments.save(shipment, after, actor)
        return after

    def _ask(self, shipment: Shipment, known: Known, seconds_left: Callable[[], float]) -> Round:
        """Ask one carrier, and keep what is new; raises :class:`_NotNowError`."""
        carrier = known.settings.carrier
        limits, adapter = self._limits(known), self.adapters[carrier]
        questions = questions_of(shipment, carrier, self.line.clock())
        known, calls, day = self._reserved(shipment, known, -(-len(questions) // limits.batch))
        conversation = Conversation(
            self.line, known.settings, adapter, limits, known.usage, seconds_left
        )
        tally = conversation.tally
        tally.reserved, tally.reserved_on = calls, day
        answers: dict[Question, Answer] = {}
        try:
            while questions and conversation.goes_on():
                answers |= conversation.ask(questions[: limits.batch])
                questions = questions[limits.batch :]
            heard = self.keeper.keep(shipment, carrier, answers) if answers else None
            if heard is not None:
                tally.news += heard.tells
                tally.delays += heard.noticed.delays
        finally:
            self._record(carrier, known.usage, tally)
        done = round_of(conversation.unanswered, questions, conversation.stopped_by())
        latest = self.carriers.known(carrier) if done.failed or done.left else None
        if latest is None:
            return done
        return replace(done, retry_at=self.line.clock() + self._wait(shipment, latest).lasts)

    def _waiting(self, shipment: Shipment, carrier: str, wait: Wait) -> Round:
        now = self.line.clock()
        questions = questions_of(shipment, carrier, now)
        return Round(left=dict.fromkeys(questions, wait.reason), retry_at=now + wait.lasts)

    def _reserved(self, shipment: Shipment, known: Known, calls: int) -> tuple[Known, int, str]:
        """The carrier as it stands once the calls are counted, how many those are, and the day.

        Raises :class:`_NotNowError` where others were faster.
        """
        carrier = known.settings.carrier
        for attempt in range(_ATTEMPTS):
            latest = known if attempt == 0 else self.carriers.known(carrier)
            if latest is None:
                raise Conflict("no carrier of this shipment is set up to be asked")
            now = self.line.clock()
            claimed = replace(shipment, refreshes=None)
            if (wait := self._wait(claimed, latest)).lasts:
                raise _NotNowError(wait)
            left = left_today(self._limits(latest), latest.calls_on(utc_day(now)))
            calls = calls if left is None else min(calls, left)
            after = latest.usage.reserving(calls, now)
            try:
                self.carriers.save_usage(carrier, latest.usage, after)
            except StaleError:
                continue
            spaced = replace(after, last_call=latest.usage.last_call)
            return latest._replace(usage=spaced), calls, utc_day(now)
        raise ContentionError

    def _record(self, carrier: str, usage: Usage, tally: Tally) -> None:
        """What became of it, unless it all went as it was reserved and brought nothing."""
        is_calm = usage.breaker.is_calm(self.line.clock().timestamp())
        if is_calm and tally.is_smooth and tally.is_as_counted:
            return
        try:
            self.carriers.record(carrier, usage, tally)
        except StaleError:
            count("UsageLost")

    def _limits(self, known: Known) -> Limits:
        return limits_of(known.settings, self.adapters[known.settings.carrier].LIMITS)


def _refuse(wait: timedelta) -> NoReturn:
    seconds = max(1, math.ceil(wait.total_seconds()))
    raise TooManyRequests(
        "this shipment cannot be asked about now", headers={"Retry-After": str(seconds)}
    )
