"""The answers in this folder: of which carrier, with which HTTP status, and what they mean.

Beside an answer that has scans stands a file of the same name with the scans that are in it, one a
line: instant, certainty, minutes east of Greenwich, code. They were worked out by hand.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tracking.carriers.base import Answer, Question, Response
from tracking.carriers.registry import ADAPTERS
from tracking.parcels.shipment import State
from tracking.parcels.states import Action, Certainty, Estimate, Fault, Status

HERE = Path(__file__).parent
NUMBERS = {
    "dhl": "00340434999900001234",
    "easypost": "9400100000000000000006",
    "ems": "EE473124829CN",
    "ups": "1Z12345E0205271688",
}
UNKNOWN = State(Status.PENDING)


@dataclass(frozen=True)
class Told:
    """One answer, and what is to be read in it."""

    carrier: str
    name: str
    state: State
    number: str = ""
    status: int = 200
    known: bool = True
    unreadable: int = 0
    left_out: int = 0
    service: str = ""
    estimate: Estimate | None = None
    silent: int = field(default=0)
    """Scans whose code is not known to say where a parcel is."""

    @property
    def question(self) -> Question:
        own = "usps" if self.carrier == "easypost" else self.carrier
        return Question(self.number or NUMBERS[self.carrier], own)

    @property
    def body(self) -> bytes:
        return (HERE / self.carrier / f"{self.name}.json").read_bytes()

    def read(self) -> Answer:
        """What the carrier's adapter reads."""
        response = Response(self.status, "application/json", self.body)
        return ADAPTERS[self.carrier].parse([self.question], response)[self.question]

    def scans(self) -> list[tuple[datetime, str, int | None, str]]:
        """Instant, certainty, offset and code of each scan, by hand."""
        file = HERE / self.carrier / f"{self.name}.scans"
        lines = file.read_text().splitlines() if file.exists() else []
        told = [line.split(" ", 3) for line in lines]
        return [
            (datetime.fromisoformat(at), certainty, None if offset == "-" else int(offset), code)
            for at, certainty, offset, code in told
        ]


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def _within(
    start: datetime, end: datetime, certainty: Certainty, offset: int | None = None
) -> Estimate:
    return Estimate(start, end, certainty, offset)


IN_TRANSIT = State(Status.IN_TRANSIT)
GROUND = "UPS Ground"
PAKET, WORLDWIDE = "DHL PAKET", "EXPRESS WORLDWIDE"
USPS = "GroundAdvantage"
AIR = "1234567891"

TOLD = (
    Told(
        "ups",
        "in_transit",
        IN_TRANSIT,
        service=GROUND,
        estimate=_within(
            _utc(2026, 11, 13, 15, 15), _utc(2026, 11, 13, 19, 15), Certainty.PLACE, -300
        ),
    ),
    Told("ups", "delivered", State(Status.DELIVERED), service="UPS Worldwide Express"),
    Told(
        "ups",
        "exception",
        State(Status.EXCEPTION, "address_problem", action_required=Action.SENDER),
        service=GROUND,
        estimate=_within(_utc(2026, 11, 16, 5), _utc(2026, 11, 17, 5), Certainty.PLACE, -300),
    ),
    Told(
        "ups",
        "customs",
        State(Status.EXCEPTION, "customs_docs", Fault.SENDER, Action.SENDER),
        service="UPS Saver",
    ),
    Told("ups", "returned", State(Status.RETURNED), service=GROUND),
    Told("ups", "not_found", UNKNOWN, known=False),
    Told("ups", "not_found_404", UNKNOWN, status=404, known=False),
    Told("ups", "bad_number", UNKNOWN, status=400, known=False),
    Told("ups", "recycled", IN_TRANSIT, left_out=2, service=GROUND),
    Told("ups", "pieces", State(Status.OUT_FOR_DELIVERY), left_out=3, service=GROUND),
    Told("ups", "updates", State(Status.OUT_FOR_DELIVERY), service=GROUND),
    Told("ups", "unreadable", IN_TRANSIT, unreadable=3, service=GROUND),
    Told(
        "dhl",
        "in_transit",
        IN_TRANSIT,
        service=PAKET,
        estimate=_within(_utc(2026, 11, 12, 9), _utc(2026, 11, 12, 13), Certainty.OFFSET, 60),
    ),
    Told(
        "dhl",
        "out_for_delivery",
        State(Status.OUT_FOR_DELIVERY),
        service=PAKET,
        estimate=_within(_utc(2026, 11, 11, 23), _utc(2026, 11, 12, 23), Certainty.PLACE, 60),
    ),
    Told("dhl", "delivered", State(Status.DELIVERED), service=PAKET),
    Told(
        "dhl",
        "exception",
        State(Status.EXCEPTION, "address_problem", action_required=Action.SENDER),
        service=PAKET,
    ),
    Told(
        "dhl",
        "customs",
        State(Status.EXCEPTION, "customs_docs", Fault.SENDER, Action.SENDER),
        number=AIR,
        service=WORLDWIDE,
    ),
    Told("dhl", "rto", State(Status.RETURNING), number=AIR, service=WORLDWIDE),
    Told("dhl", "returned", State(Status.RETURNED), service=PAKET),
    Told("dhl", "not_found", UNKNOWN, status=404, known=False),
    Told("dhl", "empty", UNKNOWN, known=False),
    Told("dhl", "recycled", IN_TRANSIT, left_out=2, service=PAKET),
    Told(
        "dhl",
        "pieces",
        State(Status.EXCEPTION, "held"),
        number="JD014600009999000001",
        left_out=2,
        service=WORLDWIDE,
    ),
    Told("dhl", "status_only", State(Status.OUT_FOR_DELIVERY), service=PAKET),
    Told("dhl", "unknown", IN_TRANSIT, service=PAKET),
    Told("dhl", "unreadable", IN_TRANSIT, unreadable=3, service=PAKET),
    Told(
        "easypost",
        "in_transit",
        State(Status.IN_TRANSIT, "arrived_at_facility"),
        service=USPS,
        estimate=_within(_utc(2026, 11, 15, 4), _utc(2026, 11, 15, 4), Certainty.PLACE, -420),
    ),
    Told(
        "easypost",
        "delivered",
        State(Status.DELIVERED),
        service=USPS,
        estimate=_within(_utc(2026, 11, 14, 7), _utc(2026, 11, 15, 7), Certainty.PLACE, -420),
    ),
    Told(
        "easypost",
        "exception",
        State(Status.EXCEPTION, "address_problem", action_required=Action.SENDER),
        service=USPS,
        estimate=_within(_utc(2026, 11, 16, 7), _utc(2026, 11, 17, 7), Certainty.PLACE, -420),
    ),
    Told(
        "easypost",
        "customs",
        State(Status.EXCEPTION, "customs_held", Fault.CUSTOMS),
        service=USPS,
        estimate=_within(_utc(2026, 11, 18, 17), _utc(2026, 11, 18, 17), Certainty.UTC),
    ),
    Told("easypost", "returned", State(Status.RETURNED), service=USPS),
    Told("easypost", "not_found", UNKNOWN, status=201, known=False),
    Told("easypost", "bad_number", UNKNOWN, status=422, known=False),
    Told(
        "easypost",
        "recycled",
        State(Status.IN_TRANSIT, "arrived_at_facility"),
        left_out=2,
        service=USPS,
    ),
    Told("easypost", "pieces", State(Status.IN_TRANSIT, "arrived_at_facility"), service=USPS),
    Told(
        "easypost",
        "unreadable",
        State(Status.IN_TRANSIT, "arrived_at_facility"),
        unreadable=4,
        service=USPS,
    ),
    Told("ems", "in_transit", State(Status.IN_TRANSIT, "arrived_destination_country")),
    Told("ems", "delivered", State(Status.DELIVERED)),
    Told("ems", "customs_held", State(Status.EXCEPTION, "customs_held", Fault.CUSTOMS)),
    Told(
        "ems",
        "customs_docs",
        State(Status.EXCEPTION, "customs_docs", Fault.SENDER, Action.SENDER),
    ),
    Told(
        "ems",
        "attempted",
        State(Status.AVAILABLE_FOR_PICKUP, action_required=Action.RECIPIENT),
        number="EB123456785FR",
    ),
    Told("ems", "refused", State(Status.DELIVERY_ATTEMPTED, "refused", Fault.RECIPIENT)),
    Told("ems", "returning", State(Status.RETURNING, "undeliverable")),
    Told("ems", "unknown_code", State(Status.IN_TRANSIT, "arrived_destination_country"), silent=1),
    Told("ems", "not_found", UNKNOWN, known=False),
    Told("ems", "recycled", State(Status.IN_TRANSIT, "departed_origin_country"), left_out=2),
    Told("ems", "pieces", State(Status.DELIVERY_ATTEMPTED)),
)
