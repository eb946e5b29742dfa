"""Fakes of what the tracking room talks to, and shipments to talk about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tracking.cadence import Entry, Span, next_due, slot_of
from tracking.carrier_settings import CarrierSettings, Watermark
from tracking.carriers.base import Answer, Limits, Question, Request, Response
from tracking.carriers.registry import asked_by
from tracking.planner import Task
from tracking.shipment import (
    MAX_SHIPMENTS,
    AlreadyThereError,
    Line,
    Parcel,
    Shipment,
    StaleError,
    key_part,
    request_part,
    shipment_id,
)
from tracking.states import Certainty, Meaning, Scan, scan_of
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
        lines=(Line("1", 2),),
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
        return [s for s in self.stored.values() if s.shop_id == shop_id][:limit], None

    def by_token(self, token: str) -> Shipment | None:
        return next((s for s in self.stored.values() if s.token == token), None)

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
    """Settings and watermarks in memory."""

    known: dict[str, CarrierSettings] = field(default_factory=dict)
    marks: dict[str, Watermark] = field(default_factory=dict)
    writes: int = 0
    is_down: bool = False

    def settings(self, carrier: str) -> CarrierSettings | None:
        return self.known.get(carrier)

    def watermark(self, carrier: str) -> Watermark:
        return self.marks.get(carrier, Watermark())

    def configured(self, carriers: Iterable[str]) -> list[tuple[CarrierSettings, Watermark]]:
        return [(self.known[c], self.watermark(c)) for c in sorted(carriers) if c in self.known]

    def is_paused(self, carrier: str, now: datetime) -> bool:
        return self.watermark(carrier).is_paused(now)

    def pause(self, carrier: str, until: datetime) -> None:
        self.writes += 1
        self.marks[carrier] = replace(self.watermark(carrier), paused_until=until)

    def put_settings(self, settings: CarrierSettings, actor: str) -> CarrierSettings:
        self.known[settings.carrier] = settings
        return settings

    def advance(self, carrier: str, mark: Watermark) -> bool:
        if self.is_down:
            raise ConnectionError
        if mark.swept_to <= self.watermark(carrier).swept_to:
            return False
        self.writes += 1
        self.marks[carrier] = mark
        return True


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
    OAUTH: None = None
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
