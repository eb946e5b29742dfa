"""What wakes the relay: writes that the bus hears of, and none besides; over table and filter."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulation.delivery.patterns import Filter
from tests.support.template import functions
from tests.support.tracking import a_shipment, ems_settings, scan
from tracking import on_table_change
from tracking.accounts.breaker import FIRST_PROBE, Outcome
from tracking.accounts.repository import CarriersTable
from tracking.accounts.usage import Tally
from tracking.asking.capping import refreshed
from tracking.events import events_of
from tracking.parcels.shipment import Parcel, Shipment
from tracking.parcels.states import Certainty, Estimate
from tracking.shipments.correcting import corrected
from tracking.shipments.repository import ShipmentsTable
from tracking.status.journey import roll_up
from waybill.batch import stream_changes
from waybill.observability import start_work

TABLE = "ShipmentsTable"
CHANGED = "ShipmentEstimateChanged"
AT = 1_790_000_000.0
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Records = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def records(aws: Any) -> Records:
    """Everything that the stream has had since it was asked last."""
    start_work("tracking", "req-1")
    streams = aws.client("dynamodbstreams")
    arn = streams.list_streams(TableName=TABLE)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )
    place = [start["ShardIterator"]]

    def new() -> list[dict[str, Any]]:
        answer = streams.get_records(ShardIterator=place[0])
        place[0] = answer["NextShardIterator"]
        return list(answer["Records"])

    return new


@pytest.fixture
def relayed(records: Records) -> Iterator[Callable[[], list[str]]]:
    """Names of events of what the filter let through; of what it did not, there must be none."""
    mapping = functions()["TrackingRelayFunction"]["Events"]["ShipmentsTable"]["Properties"]
    patterns = [pattern["Pattern"] for pattern in mapping["FilterCriteria"]["Filters"]]
    keys = frozenset({"dynamodb", "eventName"})
    passes = Filter([json.loads(pattern) for pattern in patterns], keys)
    woken: list[int] = []

    def names() -> list[str]:
        found: list[str] = []
        for record in records():
            (change,) = stream_changes({"Records": [record]})
            events = [event.name.value for event in events_of(change)]
            is_let_through = passes.accepts(record)
            woken.append(is_let_through)
            assert bool(events) is is_let_through, record["dynamodb"]["NewImage"]
            found += events
        return found

    yield names
    assert woken, "the stream told nothing"


def told(before: Shipment, *codes: str, day: int | None = None) -> Shipment:
    """The shipment after a poll that brought these scans, and an estimate for a day."""
    (parcel,) = before.parcels
    start = NOW + timedelta(days=day or 0)
    estimate = Estimate(start, start + timedelta(hours=2), Certainty.OFFSET, 60)
    parcels = (
        replace(
            parcel,
            scans=tuple(scan(code, 9 - number) for number, code in enumerate(codes)),
            estimate=None if day is None else estimate,
        ),
    )
    return replace(before, parcels=parcels, state=roll_up(parcels), version=before.version + 1)


def test_the_relay_wakes_for_what_the_bus_hears_of_a_shipment_and_for_nothing_else(
    aws: Any, relayed: Callable[[], list[str]]
) -> None:
    table = ShipmentsTable(aws.table(TABLE))
    shipment = a_shipment()
    table.create(shipment, "key:1")
    assert relayed() == ["ShipmentCreated"]
    for change, names in (
        (lambda s: corrected(s, 0, Parcel("EE473124829CN", "ems"), NOW), ["ShipmentCorrected"]),
        (lambda s: told(s, "EMC", day=3), ["ShipmentStatusChanged"]),
        (lambda s: told(s, "EMC", "EMJ", day=3), []),
        (lambda s: replace(s, refreshes=refreshed(s, NOW), version=s.version + 1), []),
        (lambda s: told(s, "EMC", "EMJ", "EMK", day=4), [CHANGED]),
        (lambda s: told(s, "EMC", "EMJ", "EMK", "EMD", day=4), []),
        (lambda s: told(s, "EMC", "EMH", day=5), ["ShipmentStatusChanged", CHANGED]),
        (lambda s: told(s, "EMC", "EMH"), []),
        (lambda s: told(s, "EMC", "EMH", "EMI"), ["ShipmentStatusChanged"]),
    ):
        after = change(shipment)
        table.save(shipment, after, "carrier:ems")
        shipment = after
        assert relayed() == names


def test_the_relay_wakes_when_a_carrier_fails_and_when_it_is_asked_again(
    aws: Any, relayed: Callable[[], list[str]]
) -> None:
    carriers = CarriersTable(aws.table(TABLE))
    carriers.put_settings(ems_settings(), "key:operator")

    def record(*outcomes: Outcome, after: int = 0, missed: float | None = None) -> list[str]:
        tally = Tally([(outcome, AT + after) for outcome in outcomes], missed_from=missed)
        carriers.record("ems", carriers.usage("ems"), tally)
        return relayed()

    assert record(Outcome.ANSWERED) == []
    assert record(Outcome.UNANSWERED) == []
    assert record(*[Outcome.UNREACHED] * 3, missed=AT) == ["CarrierFailed"]
    carriers.caught_up("ems", AT)  # the mark was of the write before
    assert relayed() == []
    assert record(Outcome.UNREACHED, after=FIRST_PROBE) == []
    assert record(Outcome.ANSWERED, after=3 * FIRST_PROBE) == ["CarrierRecovered"]
    assert record(Outcome.ANSWERED, after=4 * FIRST_PROBE) == []
    assert record(Outcome.REFUSED, after=5 * FIRST_PROBE) == ["CarrierFailed"]
    carriers.put_settings(ems_settings(), "key:operator")
    assert relayed() == ["CarrierRecovered"]


def test_an_opening_is_told_of_with_the_write_that_is_made_anyway(aws: Any) -> None:
    table = aws.table(TABLE)
    carriers = CarriersTable(table)
    usage = carriers.usage("ems")
    for outcome in (Outcome.ANSWERED, Outcome.REFUSED, Outcome.ANSWERED, Outcome.ANSWERED):
        before = usage.version
        usage = carriers.record("ems", usage, Tally([(outcome, AT + 100 * before)]))
        assert usage.version == before + 1
        item = table.get({"pk": "carrier#ems", "sk": "usage"})
        assert item["version"] == usage.version
        turned = before in {1, 2}
        assert ("announces" in item, "actor" in item) == (turned, turned)


def test_settings_that_end_no_pause_and_close_no_breaker_wake_nobody(aws: Any) -> None:
    table = aws.table(TABLE)
    carriers = CarriersTable(table)
    carriers.record("ems", carriers.usage("ems"), Tally(missed_from=AT))
    before = table.get({"pk": "carrier#ems", "sk": "usage"})
    carriers.put_settings(ems_settings(), "key:operator")
    assert table.get({"pk": "carrier#ems", "sk": "usage"}) == before


def test_who_set_a_failing_carrier_up_anew_is_who_is_told_of(aws: Any, records: Records) -> None:
    carriers = CarriersTable(aws.table(TABLE))
    carriers.record("ems", carriers.usage("ems"), Tally([(Outcome.REFUSED, AT)]))
    carriers.put_settings(ems_settings(), "key:operator")
    changes = stream_changes({"Records": records()})
    *_, recovered = [event for change in changes for event in events_of(change)]
    assert (recovered.actor, recovered.version) == ("key:operator", 2)
    assert recovered.data["reason"] == "refused"


def test_a_change_that_cannot_be_read_is_parked(aws: Any, records: Records) -> None:
    ShipmentsTable(aws.table(TABLE)).create(a_shipment(), "key:1")
    torn = [record for record in records() if "parcels" in record["dynamodb"]["NewImage"]]
    for record in torn:
        del record["dynamodb"]["NewImage"]["parcels"]
    answer = on_table_change.lambda_handler({"Records": torn}, None)
    assert answer == {"batchItemFailures": []}
    parked = [item for item in aws.items(TABLE) if "parked_at" in item]
    assert len(parked) == len(torn) == 1
