"""The worker: asks a carrier about shipments, and keeps what is new.

A worker that dies between a carrier's answer and its write loses nothing: the message comes again,
or the next question brings the same scans. What a carrier fails to answer is asked another time.

A message's shipments are asked about in another order each time: a few numbers that always fail,
or that take all the time there is, hold up different others in each sweep, and none for good.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from tracking.answers import Heard, hear
from tracking.carrier_settings import CarrierSettings
from tracking.carriers.base import (
    Adapter,
    Answer,
    CarrierError,
    GarbledError,
    Question,
    RateLimitedError,
    RefusedError,
    Request,
    Response,
    UnreachableError,
)
from tracking.carriers.registry import asked_by
from tracking.pauses import paused_until
from tracking.planner import Task
from tracking.shipment import Shipment, StaleError
from waybill.clock import Clock
from waybill.dynamo import ContentionError
from waybill.observability import count, describe_error, logger

MAX_FAILURES: Final = 3
"""Times in a row that the carrier is not reached, after which a worker leaves it alone."""
MAX_STUMBLES: Final = 8
"""Questions in a row without an answer, for whatever reason, after which it does the same.

A 5xx or an answer that cannot be read is as a rule about one number, and the next is asked; where
number after number brings one, it is the carrier that is down.
"""
MIN_SECONDS: Final = 15.0
"""Time a worker must have left to ask once more: the slowest answer (12 s) and its write."""
_ATTEMPTS: Final = 4


class Shipments(Protocol):
    """What a worker reads and writes."""

    def get(self, shop_id: str, shipment_id: str) -> Shipment | None:
        """A shipment as it stands."""

    def get_many(self, ids: Iterable[tuple[str, str]]) -> list[Shipment]:
        """Those that exist."""

    def save(self, before: Shipment, after: Shipment, actor: str) -> None:
        """Replace a shipment that is still as it was read; raises :class:`StaleError`."""


class Settings(Protocol):
    """Where a worker finds a carrier's settings, and whether it wants questions."""

    def settings(self, carrier: str) -> CarrierSettings | None:
        """None until the operator set them."""

    def is_paused(self, carrier: str, now: datetime) -> bool:
        """Whether the carrier wants no questions now."""

    def pause(self, carrier: str, until: datetime) -> None:
        """Let the carrier rest, for all workers and the planner."""


@dataclass
class Worker:
    """Asks carriers, and keeps what is new."""

    shipments: Shipments
    carriers: Settings
    adapters: Mapping[str, Adapter]
    send: Callable[[Request], Response]
    clock: Clock
    _failures: int = field(default=0, init=False)
    _stumbles: int = field(default=0, init=False)
    _pause: datetime | None = field(default=None, init=False)

    def work(self, task: Task, seconds_left: Callable[[], float]) -> None:
        """Ask about a task's shipments; a carrier that fails is left alone until a later sweep.

        Errors of carriers are counted and never raised; AWS's are raised, so that the message
        comes again.
        """
        settings = self.carriers.settings(task.carrier)
        adapter = self.adapters.get(task.carrier)
        now = self.clock()
        if settings is None or adapter is None or self.carriers.is_paused(task.carrier, now):
            count("QuestionsSkipped", len(task.shipments))
            return
        self._failures, self._stumbles, self._pause = 0, 0, None
        pending = shuffled(self.shipments.get_many(task.shipments), now)
        while pending and self._goes_on(seconds_left):
            shipment = pending.pop(0)
            if answers := self._ask(shipment, settings, adapter, seconds_left):
                self._keep(shipment, task.carrier, answers)
        if self._pause is not None:
            self.carriers.pause(task.carrier, self._pause)
        if pending:
            count("QuestionsSkipped", len(pending))
            logger.warning("questions skipped", carrier=task.carrier, shipments=len(pending))

    def _goes_on(self, seconds_left: Callable[[], float]) -> bool:
        """Whether to ask once more: a message never takes the function's whole time."""
        patient = self._failures < MAX_FAILURES and self._stumbles < MAX_STUMBLES
        return patient and seconds_left() >= MIN_SECONDS

    def _ask(
        self,
        shipment: Shipment,
        settings: CarrierSettings,
        adapter: Adapter,
        seconds_left: Callable[[], float],
    ) -> dict[Question, Answer]:
        """Answers about those parcels that the carrier answered about."""
        answers: dict[Question, Answer] = {}
        if settings.carrier not in shipment.due:
            return answers
        for parcel in shipment.parcels:
            if asked_by(parcel.carrier) != settings.carrier:
                continue
            if not self._goes_on(seconds_left):
                break
            count("CarrierQuestions")
            question = Question(parcel.tracking_number, parcel.carrier)
            try:
                request = adapter.request([question], settings.access)
                told = adapter.parse([question], self.send(request))
                if question not in told:
                    raise GarbledError("an answer to another question")
                answers[question] = told[question]
                self._failures = self._stumbles = 0
            except Exception as error:
                self._failed(error, settings.carrier, shipment)
        return answers

    def _failed(self, error: Exception, carrier: str, shipment: Shipment) -> None:
        """Count it; an adapter that stumbles over an answer is a carrier without one as well."""
        self._stumbles += 1
        if isinstance(error, RateLimitedError | RefusedError):
            self._failures = MAX_FAILURES
        elif isinstance(error, UnreachableError):
            self._failures += 1
        if isinstance(error, RateLimitedError):
            now = self.clock()
            until = paused_until(error.retry_after, now)
            self._pause = until if until > now else None
        count("CarrierErrors" if isinstance(error, CarrierError) else "AdapterFaults")
        logger.warning(
            "carrier gave no answer",
            carrier=carrier,
            shipment_id=shipment.id,
            **describe_error(error),
        )

    def _keep(self, shipment: Shipment, carrier: str, answers: Mapping[Question, Answer]) -> None:
        before: Shipment | None = shipment
        for _ in range(_ATTEMPTS):
            if before is None:
                return
            heard = hear(before, carrier, answers, self.clock())
            try:
                if heard.is_news:
                    self.shipments.save(before, heard.shipment, f"carrier:{carrier}")
                _count(heard)
                return
            except StaleError:
                before = self.shipments.get(shipment.shop_id, shipment.id)
        raise ContentionError


def shuffled(shipments: Iterable[Shipment], now: datetime) -> list[Shipment]:
    """The shipments in the order in which this instant asks about them."""

    def rank(shipment: Shipment) -> bytes:
        return hashlib.sha256(f"{now.timestamp()}#{shipment.id}".encode()).digest()

    return sorted(shipments, key=rank)


def _count(heard: Heard) -> None:
    noticed = heard.noticed
    for name, value in (
        ("CarrierNews", int(heard.is_news)),
        ("UnmappedScans", noticed.unmapped),
        ("CoarseScans", noticed.coarse),
        ("SuspectAnswers", noticed.suspect),
        ("UnreadableScans", noticed.unreadable),
        ("ScansAhead", noticed.ahead),
        ("ScansFormer", noticed.former),
    ):
        if value:
            count(name, value)
