"""Crash points as `make crashes` plays them: each converges, as docs/crashes.md says by name.

And the harness bites: with a deliberate fault in a room, a crash before a call, one after it, or
two of them, end otherwise than without.
"""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.simulation.crashes.__main__ import DOCUMENT
from tests.simulation.crashes.journeys import JOURNEYS
from tests.simulation.crashes.points import Call, Point, When
from tests.simulation.crashes.running import PAIRED
from tests.simulation.crashes.table import document, read
from tests.simulation.plants import PLANTS
from tests.simulation.plants.planting import ROOT, Plant, planted, run_module
from tests.support.template import functions

MODULE: Final = "tests.simulation.crashes"
PAIRS: Final = 24
"""Of each use case that has some; `make crashes` plays all."""
SAID: Final = read(DOCUMENT.read_text())
POINTS: Final = [(name, point, how) for name, said in SAID.items() for point, how in said]
REACHED: Final = {
    "place": (
        "OrdersApi PutItem OrdersTable: known shop",
        "OrdersApi PutItem OrdersTable: details",
        "OrdersApi PutItem OrdersTable: order",
        "ShopsApi UpdateItem ShopsTable: observation",
        "ShopsRelay PutEvents PlatformOrderObserved",
        "OrdersPlatformOrder PutItem OrdersTable: order",
        "OrdersRelay PutEvents OrderPlaced",
    ),
    "reserve": (
        "InventoryOrderChange TransactWriteItems InventoryTable: allocation, level, reservation",
        "OrdersInventoryChange PutItem OrdersTable: order",
        "InventoryRelay PutEvents StockIncreased",
        "InventoryStockIncreased Query InventoryTable: the index owed",
        "InventoryStockIncreased TransactWriteItems InventoryTable: allocation, level, reservation",
    ),
    "cancel": (
        "OrdersApi TransactWriteItems OrdersTable: order, entry, key use",
        "OrdersApi TransactWriteItems OrdersTable: order, entry",
        "InventoryOrderChange TransactWriteItems InventoryTable: allocation, level, reservation",
        "OrdersRelay PutEvents OrderCancelled",
    ),
    "edit": (
        "OrdersApi PutItem OrdersTable: edit",
        "OrdersApi TransactWriteItems OrdersTable: order, entry, edit",
        "InventoryOrderChange TransactWriteItems InventoryTable: allocation, level, reservation",
        "OrdersRelay PutEvents OrderEdited",
    ),
    "expire": (
        "OrdersSchedule Query OrdersTable: the index by_deadline",
        "OrdersSchedule TransactWriteItems OrdersTable: order, entry",
        "InventoryOrderChange TransactWriteItems InventoryTable: allocation, level, reservation",
        "OrdersRelay PutEvents OrderExpired",
    ),
    "ship": (
        "TrackingApi PutItem ShipmentsTable: shipment",
        "TrackingRelay PutEvents ShipmentCreated",
        "OrdersShipment PutItem OrdersTable: order",
        "InventoryOrderChange TransactWriteItems InventoryTable: allocation, level, reservation",
    ),
    "return": (
        "OrdersApi TransactWriteItems OrdersTable: order, entry, return",
        "OrdersApi TransactWriteItems OrdersTable: order, entry, return, payment",
        "OrdersRelay PutEvents ReturnRequested, ReturnApproved, ReturnReceived",
        "OrdersRelay PutEvents OrderPaymentRecorded, ReturnRefunded",
        "InventoryOrderChange TransactWriteItems InventoryTable: allocation, level, reservation",
    ),
    "poll": (
        "TrackingSchedule Query ShipmentsTable: the index due",
        "TrackingSchedule SendMessageBatch SweepQueue",
        "TrackingSchedule PutItem ShipmentsTable: watermark",
        "TrackingSweep PutItem ShipmentsTable: token",
        "TrackingSweep PutItem ShipmentsTable: shipment",
        "TrackingRelay PutEvents ShipmentStatusChanged",
    ),
    "notify": (
        "NotifyEvent PutItem NotificationsTable: message",
        "NotifyEvent SendEmail SESV2",
        "NotifyEvent Publish SNS",
        "NotifyEvent UpdateItem NotificationsTable: message",
        "NotifySchedule Query NotificationsTable: the index by_due",
        "NotifySchedule SendEmail SESV2",
        "NotifyMailFeedback GetItem NotificationsTable: message",
    ),
}
"""Calls without which a journey would not be the use case that it is named for."""
ELSEWHERE: Final = {
    "InventoryApiFunction",
    "InventoryScheduleFunction",
    "NotifyApiFunction",
    "NotifyInboundSmsFunction",
}
"""Functions that carry out none of the nine: settings and movements, the check of stock, wishes."""
FORGETS: Final = Plant(
    "key_of_a_cancellation_forgotten",
    "functions/orders/requests.py",
    "            if first is not None:\n                return None\n",
    "",
)
"""What is right until a call is made again that was done."""
_GIVES_UP: Final = """\
            MaximumRetryAttempts: {}
            MaximumRecordAgeInSeconds: 86400
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt {}.Arn}}}}
"""
GIVES_UP: Final = Plant(
    "stream_gives_up_after_one_retry",
    "template.yaml",
    _GIVES_UP.format(100, "OrdersInventoryChangeFailureQueue"),
    _GIVES_UP.format(1, "OrdersInventoryChangeFailureQueue"),
)
"""What comes right after any one crash, and not after two."""

Found = Mapping[tuple[str, tuple[Point, ...]], Mapping[str, Any]]


def by_points(outcomes: list[dict[str, Any]]) -> Found:
    return {
        (
            outcome["journey"],
            tuple(Point(Call(name, nth), When(when)) for name, nth, when in outcome["points"]),
        ): outcome
        for outcome in outcomes
    }


@pytest.fixture(scope="module")
def found() -> Found:
    """Every point, and some pairs, played once."""
    return by_points(run_module(ROOT, MODULE, "--pairs", str(PAIRS), "--workers", "1"))


@pytest.mark.parametrize(
    ("journey", "point", "how"), POINTS, ids=[f"{name}: {point}" for name, point, _ in POINTS]
)
def test_all_ends_as_without_a_crash(found: Found, journey: str, point: Point, how: str) -> None:
    outcome = found[journey, (point,)]
    assert outcome["problem"] == ""
    assert outcome["how"] == how


def test_the_page_names_every_point_that_there_is(found: Found) -> None:
    said: dict[str, list[tuple[Point, str]]] = {journey.name: [] for journey in JOURNEYS}
    for (journey, points), outcome in found.items():
        if len(points) == 1:
            said[journey].append((points[0], outcome["how"]))
    text = DOCUMENT.read_text()
    assert document(text, said) == text, "behind: make crashes ARGS='--pairs 0 --write'"


def test_all_ends_as_without_two_crashes(found: Found) -> None:
    pairs = {crash: outcome for crash, outcome in found.items() if len(crash[1]) == 2}
    assert [outcome for outcome in pairs.values() if outcome["problem"]] == []
    assert sorted({journey for journey, _ in pairs}) == sorted(PAIRED)
    assert len(pairs) == PAIRS * len(PAIRED)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_a_journey_is_the_use_case_that_it_is_named_for(journey: Any) -> None:
    calls = {point.call.name for point, _ in SAID[journey.name]}
    assert set(REACHED[journey.name]) - calls == set()
    named = {f"{call.partition(' ')[0]}Function" for call in calls}
    assert named == set(journey.functions)


def test_every_function_carries_out_one_of_them_or_is_said_not_to() -> None:
    used = {name for journey in JOURNEYS for name in journey.functions}
    assert functions().keys() - used == ELSEWHERE


# --- deliberate faults ----------------------------------------------------------------------------


def broken_by(plant: Plant, *arguments: str) -> tuple[Found, Found]:
    """What converges in spite of a fault, up to the first that does not; and that."""
    with planted(plant) as copy:
        outcomes = run_module(copy, MODULE, "--workers", "1", "--until-broken", *arguments)
    tried = by_points(outcomes)
    broken = {crash: outcome for crash, outcome in tried.items() if outcome["problem"]}
    return {crash: tried[crash] for crash in tried.keys() - broken.keys()}, broken


(DUE_FORGOTTEN,) = (one for one in PLANTS if one.name == "attempt_of_the_schedule_forgotten")
"""What is right unless a mail's attempt dies before it asks SES."""


@pytest.mark.parametrize(
    ("plant", "journey", "call", "when"),
    [
        (DUE_FORGOTTEN, "notify", "NotifySchedule SendEmail", When.BEFORE),
        (FORGETS, "cancel", "OrdersApi TransactWriteItems", When.AFTER),
    ],
    ids=["before", "after"],
)
def test_a_fault_is_found_by_one_crash(plant: Plant, journey: str, call: str, when: When) -> None:
    _, broken = broken_by(plant, "--journey", journey, "--call", call, "--pairs", "0")
    (((_, (point,)), outcome),) = broken.items()
    assert point.when is when, outcome["problem"]


def test_a_fault_is_found_by_two_crashes_that_none_finds_alone() -> None:
    chosen = ("--journey", "reserve", "--call", "OrdersInventoryChange GetItem")
    fine, broken = broken_by(GIVES_UP, *chosen)
    (((_, points), outcome),) = broken.items()
    assert outcome["problem"].startswith("Violation: given up: ")
    assert len(points) == 2
    assert ("reserve", points[:1]) in fine
