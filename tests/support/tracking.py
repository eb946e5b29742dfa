"""Fakes of what the tracking room talks to, and shipments to talk about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tracking.accounts.repository import Known
from tracking.accounts.settings import CarrierSettings, Watermark
from tracking.accounts.usage import Tally, Usage
from tracking.asking.conversation import Line, Send
from tracking.asking.tokens import Held, Tokens
from tracking.cadence import UNLEARNED, Entry, Rhythm, Span, next_due, slot_of
from tracking.carriers.base import Answer, Limits, Question, Request, Response
from tracking.carriers.oauth import ClientCredentials
from tracking.carriers.registry import asked_by
from tracking.news.learning import Lessons
from tracking.parcels.shipment import (
    MAX_SHIPMENTS,
    AlreadyThereError,
    Parcel,
    Shipment,
    StaleError,
    key_part,
    request_part,
    shipment_id,
)
from tracking.parcels.shipment import Line as ShipmentLine
from tracking.parcels.states import Certainty, Meaning, Scan, scan_of
from tracking.shipments.stored import pushed_numbers
from tracking.sweep.tasks import Task
from tracking.sweep.worker import Brief
from waybill.dynamo import Item

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBERS = ("EE473124829CN", "EB123456785JP")


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def scan(code: str, ago_hours: float = 1, place: str = "Berlin", text: str = "") -> Scan:
    """A scan some hours before NOW."""
    at = NOW - timedelta(hours=ago_hours)
    return scan_of(at, Certainty.UTC, code, place=place, text=text)


def answers(told: Mapping[str, Answer], carrier: str = "ems") -> dict[Question, Answer]:
    """Answers by tracking number, as a carrier gives them about parcels of its own."""
    return {Question(number, carrier): answer for number, answer in told.items()}


def told(*scans: Scan) -> Answer:
    """An answer with these scans."""
    return Answer(known=True, scans=scans)


def a_shipment(
    *carriers: str, order_id: str = "ord_1", shop_id: str = "shop_a", number: int = 0
) -> Shipment:
    """A shipment created NOW, of one parcel per carrier (default: one of EMS)."""
    carriers = carriers or ("ems",)
    parcels = tuple(Parcel(f"EE{i}{number}", carrier) for i, carrier in enumerate(carriers))
    part, place = divmod(number, MAX_SHIPMENTS)
    request = request_part(shop_id, order_id, str(number))
    new_id = shipment_id(shop_id, f"{order_id}{part or ''}", place, request)
    due = {
        asked: next_due(new_id, _asked_of(parcels, asked), None, NOW, NOW)
        for asked in map(asked_by, carriers)
    }
    return Shipment(
        shop_id=shop_id,
        id=new_id,
        order_id=order_id,
        lines=(ShipmentLine("1", 2),),
        parcels=parcels,
        token=f"trk_{number:026}",
        request_hash="hash",
        created_at=NOW,
        updated_at=NOW,
        due={asked: each for asked, each in due.items() if each},
    )


def _asked_of(parcels: Iterable[Parcel], asked: str) -> list[Parcel]:
    return [parcel for parcel in parcels if asked_by(parcel.carrier) == asked]


@dataclass
class FakeShipments:
    """ShipmentsTable in memory: with versions, and with rivals who write between read and write."""

    stored: dict[tuple[str, str], Shipment] = field(default_factory=dict)
    writes: int = 0
    rows_read: int = 0
    """Of the list of a shop's."""
    rivals: int = 0
    """How many of the next saves find that somebody was faster."""

    def add(self, *shipments: Shipment) -> None:
        for shipment in shipments:
            self.stored[(shipment.shop_id, key_part(shipment.id))] = shipment

    def create(self, shipment: Shipment, actor: str) -> None:
        if (shipment.shop_id, key_part(shipment.id)) in self.stored:
            raise AlreadyThereError
        self.writes += 1
        self.add(shipment)

    def save(self, before: Shipment, after: Shipment, actor: str) -> None:
        stored = self.stored[(before.shop_id, key_part(before.id))]
        if self.rivals:
            self.rivals -= 1
            self.add(stored := replace(stored, version=stored.version + 1))
        if stored.version != before.version:
            raise StaleError
        self.writes += 1
        self.add(after)

    def get(self, shop_id: str, shipment_id: str) -> Shipment | None:
        found = self.stored.get((shop_id, key_part(shipment_id)))
        return found if found and found.id == shipment_id else None

    def get_many(self, ids: Iterable[tuple[str, str]]) -> list[Shipment]:
        pairs = [(shop_id, key_part(each)) for shop_id, each in ids]
        return [self.stored[pair] for pair in pairs if pair in self.stored]

    def of_order(self, shop_id: str, order_id: str) -> list[Shipment]:
        both = self.stored.values()
        return [s for s in both if (s.shop_id, s.order_id) == (shop_id, order_id)]

    def of_shop(
        self, shop_id: str, limit: int, start: Item | None
    ) -> tuple[list[Shipment], Item | None]:
        own = [s for s in self.stored.values() if s.shop_id == shop_id]
        own.sort(key=lambda each: (each.created_at, each.id), reverse=True)
        if start is not None:
            own = own[[self.place(each) for each in own].index(start) + 1 :]
        self.rows_read += len(own[:limit])
        return own[:limit], self.place(own[limit - 1]) if len(own) > limit else None

    def place(self, shipment: Shipment) -> Item:
        return {"id": shipment.id}

    def by_token(self, token: str) -> Shipment | None:
        return next((s for s in self.stored.values() if s.token == token), None)

    def of_number(self, asked: str, number: str) -> list[Shipment]:
        wanted = (asked, number)
        return [each for each in self.stored.values() if wanted in pushed_numbers(each)]

    def active(self, carrier: str, slot: int) -> Iterator[Entry]:
        for shipment in sorted(self.stored.values(), key=lambda each: each.created_at):
            if carrier in shipment.due and slot_of(shipment.id) == slot:
                at = shipment.created_at.timestamp()
                yield Entry(shipment.shop_id, key_part(shipment.id), at, shipment.due[carrier])

    def created_in(self, carrier: str, slot: int, span: Span) -> Iterator[Entry]:
        for entry in self.active(carrier, slot):
            if span.start <= entry.created_at <= span.end:
                yield entry


@dataclass
class FakeCarriers:
    """Settings, watermarks and usages in memory, with rivals who write between read and write."""

    known_settings: dict[str, CarrierSettings] = field(default_factory=dict)
    marks: dict[str, Watermark] = field(default_factory=dict)
    usages: dict[str, Usage] = field(default_factory=dict)
    rhythms: dict[str, Rhythm] = field(default_factory=dict)
    writes: int = 0
    usage_writes: int = 0
    rivals: int = 0
    """How many of the next writes of a usage find that somebody was faster."""
    is_down: bool = False

    def settings(self, carrier: str) -> CarrierSettings | None:
        return self.known_settings.get(carrier)

    def set_up(self) -> frozenset[str]:
        return frozenset(self.known_settings)

    def watermark(self, carrier: str) -> Watermark:
        return self.marks.get(carrier, Watermark())

    def usage(self, carrier: str) -> Usage:
        return self.usages.get(carrier, Usage())

    def known(self, carrier: str) -> Known | None:
        settings = self.known_settings.get(carrier)
        if settings is None:
            return None
        rhythm = self.rhythms.get(carrier, UNLEARNED)
        return Known(settings, self.watermark(carrier), self.usage(carrier), rhythm)

    def configured(self, carriers: Iterable[str]) -> list[Known]:
        return [found for each in sorted(carriers) if (found := self.known(each))]

    def put_settings(self, settings: CarrierSettings, actor: str) -> CarrierSettings:
        self.known_settings[settings.carrier] = settings
        return settings

    def advance(self, carrier: str, mark: Watermark) -> bool:
        if self.is_down:
            raise ConnectionError
        if mark.swept_to <= self.watermark(carrier).swept_to:
            return False
        self.writes += 1
        self.marks[carrier] = mark
        return True

    def caught_up(self, carrier: str, missed_from: float) -> None:
        if self.usage(carrier).missed_from == missed_from:
            self.writes += 1
            usage = self.usage(carrier)
            self.usages[carrier] = replace(usage, missed_from=None, version=usage.version + 1)

    def save_usage(self, carrier: str, before: Usage, after: Usage) -> None:
        if self.rivals:
            self.rivals -= 1
            stored = self.usage(carrier)
            self.usages[carrier] = replace(stored, version=stored.version + 1)
        if self.usage(carrier).version != before.version:
            raise StaleError
        self.usage_writes += 1
        self.usages[carrier] = after

    def record(self, carrier: str, known: Usage, tally: Tally) -> Usage:
        before = known
        while True:
            after = before.after(tally)
            try:
                self.save_usage(carrier, before, after)
            except StaleError:
                before = self.usage(carrier)
                continue
            return after


@dataclass
class FakeBriefing:
    """What a worker must know, of carriers and shipments in memory."""

    shipments: FakeShipments
    carriers: FakeCarriers

    def brief(self, carrier: str, shipments: Iterable[tuple[str, str]]) -> Brief | None:
        settings = self.carriers.settings(carrier)
        if settings is None:
            return None
        return Brief(settings, self.carriers.usage(carrier), self.shipments.get_many(shipments))


@dataclass
class FakeTokens:
    """Tokens held in common, in memory: what the table's conditions decide."""

    held: Held | None = None
    leased_until: float = 0.0

    def read(self, carrier: str) -> Held | None:
        return self.held

    def lease(self, carrier: str, seen: Held | None, now: float, until: float) -> bool:
        if self.held != seen or now <= self.leased_until:
            return False
        self.leased_until = until
        return True

    def release(self, carrier: str, until: float) -> None:
        self.leased_until = 0.0

    def put(self, carrier: str, held: Held, until: float) -> bool:
        self.held, self.leased_until = held, 0.0
        return True

    def drop(self, carrier: str, refused: Held) -> None:
        if self.held == refused:
            self.held = None


@dataclass
class FakeRhythms:
    """Rhythms in memory."""

    kept: dict[str, Rhythm] = field(default_factory=dict)
    writes: int = 0

    def read(self, carrier: str) -> tuple[Item | None, Rhythm]:
        return None, self.kept.get(carrier, UNLEARNED)

    def save(self, carrier: str, before: Item | None, after: Rhythm) -> bool:
        self.writes += 1
        self.kept[carrier] = after
        return True


def a_line(send: Send, clock: FakeClock) -> Line:
    """A way to carriers on which waiting moves the clock."""

    def sleep(seconds: float) -> None:
        clock.advance(seconds=seconds)

    return Line(send, Tokens(FakeTokens(), clock, sleep), clock, sleep)


def lessons() -> Lessons:
    """Lessons that are learned at once, and kept nowhere."""
    return Lessons(FakeRhythms(), lambda: 0.0)


def ems_settings(**more: int) -> CarrierSettings:
    """EMS, set up."""
    return CarrierSettings("ems", {"token": "secret"}, NOW, **more)


@dataclass
class FakeQueue:
    """A FIFO queue that remembers what it has seen, as SQS does for five minutes."""

    tasks: list[Task] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    dies_after: int | None = None

    def send(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            if self.dies_after == 0:
                raise ConnectionError
            if self.dies_after is not None:
                self.dies_after -= 1
            if task.deduplication_id not in self.seen:
                self.seen.add(task.deduplication_id)
                self.tasks.append(task)

    def asked(self) -> list[str]:
        return [shipment_id for task in self.tasks for _, shipment_id in task.shipments]


@dataclass
class FakeAdapter:
    """A carrier that answers what the test says: an Answer, or an error to raise.

    Of several numbers asked at once, one with an error has no answer; all with one raise the first.
    """

    answers: dict[str, Answer | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    TITLE: str = "Fake"
    BASE_URL: str = "https://carrier.example"
    CREDENTIALS: tuple[str, ...] = ("api_key",)
    OAUTH: ClientCredentials | None = None
    SILENT: frozenset[str] = frozenset()
    LIMITS: Limits = field(default_factory=Limits)

    @property
    def STATUSES(self):  # noqa: N802
        return {}

    def request(self, questions: Sequence[Question], access: object) -> Request:
        self.asked += [question.number for question in questions]
        return Request("https://carrier.example/secret")

    def parse(self, questions: Sequence[Question], response: Response) -> Mapping[Question, Answer]:
        told = {q: self.answers.get(q.number, Answer(known=False)) for q in questions}
        found = {q: answer for q, answer in told.items() if isinstance(answer, Answer)}
        for answer in told.values():
            if isinstance(answer, Exception) and not found:
                raise answer
        return found

    def meaning(self, scan: Scan) -> Meaning | None:
        return None


def send_ok(request: Request) -> Response:
    """A carrier that is there."""
    return Response(200, "application/json", b"{}")
