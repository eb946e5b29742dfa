"""A shipment's way from the first question to the last: planner, queue, worker, stream, bus."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.capacity import item_bytes
from tests.support.tracking import FakeAdapter, FakeClock, a_shipment, ems_settings, send_ok
from tracking import on_schedule, on_sweep_task, on_table_change
from tracking.accounts.breaker import Breaker, Outcome, State
from tracking.accounts.repository import CachedSettings, CarriersTable
from tracking.accounts.settings import Watermark
from tracking.accounts.usage import Day, Tally, Usage
from tracking.asking.conversation import Line
from tracking.asking.tokens import Tokens, TokensTable
from tracking.briefing import Briefing
from tracking.cadence import UNLEARNED
from tracking.carriers import ems
from tracking.carriers.base import Response
from tracking.carriers.http import CarrierHttp
from tracking.news.learning import Lessons, RhythmsTable
from tracking.parcels.shipment import AlreadyThereError, Shipment, StaleError
from tracking.parcels.states import Status
from tracking.shipments.repository import ShipmentsTable
from tracking.sweep.planner import Planner
from tracking.sweep.queue import SweepQueue
from tracking.sweep.tasks import Task
from tracking.sweep.worker import Worker
from waybill import keys
from waybill.batch import process_messages, queue_messages
from waybill.dynamo import Table

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLE = "ShipmentsTable"


class Counting:
    """A DynamoDB client that counts its writes."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        if name in {"put_item", "update_item", "delete_item", "transact_write_items"}:
            self.writes += 1
        return getattr(self._client, name)


class World:
    """The room on moto, with a carrier whose answer the test says."""

    def __init__(self, aws: Any) -> None:
        self.aws = aws
        self.client = Counting(aws.client("dynamodb"))
        self.table = Table(self.client, TABLE)
        self.shipments = ShipmentsTable(self.table)
        self.carriers = CarriersTable(self.table)
        self.clock = FakeClock(START)
        self.queue_url = aws.client("sqs").get_queue_url(QueueName="sweep.fifo")["QueueUrl"]
        self.body = b"1"
        self.adapters: dict[str, Any] = {"ems": ems}

    def sweep(self) -> int:
        queue = SweepQueue(self.aws.client("sqs"), self.queue_url)
        return Planner(self.shipments, self.carriers, queue, self.adapters, self.clock).sweep()

    def messages(self) -> list[dict[str, Any]]:
        """What the queue hands to the worker's function, as records of an event."""
        sqs = self.aws.client("sqs")
        records: list[dict[str, Any]] = []
        while found := sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
        ).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                records.append(
                    {
                        "messageId": message["MessageId"],
                        "body": message["Body"],
                        "attributes": message["Attributes"],
                    }
                )
        return records

    @property
    def mark(self) -> Watermark:
        """How far EMS is swept."""
        known = self.carriers.known("ems")
        assert known is not None
        return known.mark

    def work(self) -> dict[str, Any]:
        worker = Worker(
            Briefing(self.table),
            self.shipments,
            CachedSettings(self.carriers, lambda: 0.0).set_up,
            self.carriers,
            self.adapters,
            Line(
                lambda _: Response(200, "application/json", self.body),
                Tokens(TokensTable(self.table), self.clock, self.sleep),
                self.clock,
                self.sleep,
            ),
            Lessons(RhythmsTable(self.table), self.clock.now.timestamp),
            lambda _: False,
        )
        return process_messages(
            queue_messages({"Records": self.messages()}),
            lambda message: worker.work(Task.from_body(message.body), lambda: 60.0),
            room="tracking",
        )

    def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def tell(self, *codes: str, since: datetime = START, hours: int = 3) -> None:
        events = [
            {
                "EventCd": code,
                "EventLocation": "BERLIN",
                "EventDT": f"/Date({int(since.timestamp() + hours * 3600 * i) * 1000})/",
            }
            for i, code in enumerate(codes)
        ]
        self.body = json.dumps({"ID": "EE00", "Events": events}).encode()


@pytest.fixture
def world(aws: Any) -> World:
    world = World(aws)
    world.carriers.put_settings(ems_settings(), "key:operator")
    return world


def created(world: World, shipment: Shipment) -> Shipment:
    shipment = replace(shipment, created_at=world.clock.now, updated_at=world.clock.now)
    world.shipments.create(shipment, "key:1")
    return shipment


def test_from_the_first_question_to_the_last_daily_check(world: World) -> None:
    world.sweep()
    shipment = created(world, a_shipment())
    statuses: list[str] = []
    codes = ("EMA", "EMC", "EMD", "EDB", "EMF", "EMG", "EDG", "EMI")
    for so_far in range(len(codes) + 1):
        if so_far:
            world.tell(*codes[:so_far], hours=7)
        world.clock.advance(hours=7 if so_far else 0, minutes=2)
        assert world.sweep() == 1
        writes = world.client.writes
        assert world.work() == {"batchItemFailures": []}
        # The shipment; and once, what the finished parcel teaches.
        assert world.client.writes == writes + 1 + (so_far == len(codes))
        stored = world.shipments.get(shipment.shop_id, shipment.id)
        assert stored is not None
        statuses.append(stored.state.status)
    assert statuses[0] == "not_found"
    assert statuses[-2:] == ["out_for_delivery", "delivered"]
    days = 0
    for _ in range(10):
        world.clock.advance(days=1)
        days += world.sweep()
        world.work()
    stored = world.shipments.get(shipment.shop_id, shipment.id)
    assert stored is not None
    assert stored.state.status is Status.DELIVERED
    assert not stored.due
    assert days == 7
    world.clock.advance(days=30)
    assert world.sweep() == 0


def test_polls_without_news_write_nothing(world: World) -> None:
    shipments = [created(world, a_shipment(number=number)) for number in range(10)]
    world.clock.advance(hours=4)
    world.sweep()
    world.work()
    for _ in range(10):
        world.clock.advance(hours=30)
        writes = world.client.writes
        assert world.sweep() == 10
        assert world.client.writes == writes + 1
        world.work()
        assert world.client.writes == writes + 1
    known = world.carriers.known("ems")
    assert known is not None
    assert known.calls == 30  # in three days; the sweeps have counted them
    assert list(known.mark.requests.values()) == [10, 10, 10]
    assert {world.shipments.get(s.shop_id, s.id).version for s in shipments} == {2}  # type: ignore[union-attr]


def test_an_overlapping_sweep_neither_asks_twice_nor_moves_the_watermark_back(
    world: World,
) -> None:
    created(world, a_shipment())
    world.clock.advance(minutes=2)
    world.sweep()
    assert not world.carriers.advance("ems", Watermark(START.timestamp(), "2026-11-22", 1))
    assert world.mark.swept_to == world.clock.now.timestamp()
    assert world.sweep() == 0
    assert len(world.messages()) == 1


def test_a_pause_and_an_open_breaker_last_until_their_end_or_the_operators_word(
    world: World,
) -> None:
    """They hold before the first sweep ends; what was due meanwhile is asked after."""
    created(world, a_shipment())
    world.clock.advance(minutes=2)
    now = world.clock.now
    since = now.timestamp()
    rests = Tally(paused_until=now + timedelta(minutes=30), missed_from=since)
    less = Tally(paused_until=now + timedelta(minutes=10), missed_from=since + 1)
    world.carriers.record("ems", Usage(), rests)
    world.carriers.record("ems", Usage(), less)  # it was read before the other was written
    usage = world.carriers.usage("ems")
    assert (usage.paused_until, usage.missed_from) == (rests.paused_until, since)
    assert world.sweep() == 0
    world.clock.advance(minutes=31)
    assert world.sweep() == 1
    assert world.carriers.usage("ems").missed_from is None
    down = Tally([(Outcome.REFUSED, world.clock.now.timestamp())])
    world.carriers.record("ems", world.carriers.usage("ems"), down)
    rest = Tally(paused_until=world.clock.now + timedelta(hours=20), missed_from=since)
    world.carriers.record("ems", world.carriers.usage("ems"), rest)
    world.carriers.put_settings(ems_settings(), "key:operator")
    again = world.carriers.usage("ems")
    assert (again.paused_until, again.state(world.clock.now)) == (None, State.CLOSED)
    assert again.missed_from == since
    assert again.total().errors == 1


def test_a_usage_survives_its_item_and_stays_under_a_kilobyte(world: World) -> None:
    days = {
        f"2026-11-2{n}": Day(1_000_000, 100_000, 100_000, tuple(range(99_990, 100_005)))
        for n in range(3)
    }
    at = world.clock.now.timestamp()
    breaker = Breaker(3, 8, int(at), 20, 19, int(at), int(at) + 960, 960)
    usage = Usage(1, days, breaker, at, world.clock.now, at - 5.25)
    world.carriers.save_usage("ems", Usage(), usage)
    assert world.carriers.usage("ems") == usage
    item = next(i for i in world.aws.items(TABLE) if i["sk"]["S"] == "usage")
    assert item_bytes(item) < 1024
    with pytest.raises(StaleError):
        world.carriers.save_usage("ems", Usage(), usage)
    with pytest.raises(StaleError):
        world.carriers.save_usage("ems", replace(usage, version=7), usage)


def test_what_a_carrier_is_spared_while_a_sweep_is_planned_is_not_forgotten(world: World) -> None:
    world.carriers.record("ems", Usage(), Tally(missed_from=500.0))
    world.carriers.record("ems", world.carriers.usage("ems"), Tally(missed_from=400.0))
    world.carriers.caught_up("ems", 500.0)  # planned from there, before the other was told
    assert world.carriers.usage("ems").missed_from == 400.0
    version = world.carriers.usage("ems").version
    world.carriers.caught_up("ems", 400.0)
    usage = world.carriers.usage("ems")
    assert (usage.missed_from, usage.version) == (None, version + 1)


def test_a_rhythm_that_another_process_wrote_first_is_not_written_over(world: World) -> None:
    rhythms = RhythmsTable(world.table)
    item, rhythm = rhythms.read("ems")
    assert rhythm == UNLEARNED
    assert rhythms.save("ems", item, replace(rhythm, generation=1))
    assert not rhythms.save("ems", item, replace(rhythm, generation=2))
    item, rhythm = rhythms.read("ems")
    assert rhythm.generation == 1
    newest = (*rhythm.newest[:-1], 1)
    assert rhythms.save("ems", item, replace(rhythm, newest=newest))
    assert not rhythms.save("ems", item, replace(rhythm, generation=3))
    assert rhythms.read("ems")[1].lessons == 1


def test_a_rhythm_that_began_anew_meanwhile_is_not_written_over(world: World) -> None:
    """Four weeks later the newest counts became the former, and happen to be the same again."""
    rhythms = RhythmsTable(world.table)
    lesson = (*UNLEARNED.newest[:-1], 1)
    assert rhythms.save("ems", None, replace(UNLEARNED, generation=1, newest=lesson))
    item, rhythm = rhythms.read("ems")
    anew = replace(rhythm, generation=2, newest=lesson, former=lesson)
    assert rhythms.save("ems", item, anew)
    assert not rhythms.save("ems", item, replace(rhythm, newest=(*lesson[:-1], 2)))
    assert rhythms.read("ems")[1] == anew


def test_a_watermark_survives_its_item(world: World) -> None:
    requests = {"2026-11-21": 9, "2026-11-22": 7}
    mark = Watermark(START.timestamp(), "2026-11-22", 7, 2.44, tuple(range(15)), requests)
    assert world.carriers.advance("ems", mark)
    assert world.mark == mark


def test_shipments_of_several_carriers_are_followed_by_each(world: World) -> None:
    shipment = created(world, a_shipment("dhl", "ems"))
    world.clock.advance(minutes=2)
    assert world.sweep() == 1  # EMS is asked; DHL is not set up
    world.tell("EMI")
    world.body = world.body.replace(b"EE00", b"EE10")
    world.work()
    stored = world.shipments.get(shipment.shop_id, shipment.id)
    assert stored is not None
    assert stored.state.status is Status.PENDING
    assert {carrier: due.pace for carrier, due in stored.due.items()} == {
        "dhl": "new",
        "ems": "ended",
    }
    world.adapters = {"ems": ems, "dhl": FakeAdapter()}
    dhl = replace(ems_settings(), carrier="dhl", base_url="https://dhl.example")
    world.carriers.put_settings(dhl, "key:operator")
    world.clock.advance(days=7, hours=1)
    assert world.sweep() == 2
    world.work()
    again = world.shipments.get(shipment.shop_id, shipment.id)
    assert again is not None
    assert set(again.due) == {"dhl"}
    kinds = sorted(i["sk"]["S"].partition("#")[0] for i in world.aws.items(TABLE))
    assert kinds.count("due") == 0  # the further carrier's entry went with its last check


def test_a_shipment_is_created_once_and_saved_only_as_it_was_read(world: World) -> None:
    for carriers in (("ems",), ("ems", "dhl")):
        shipment = created(world, a_shipment(*carriers, number=len(carriers)))
        with pytest.raises(AlreadyThereError):
            world.shipments.create(shipment, "key:1")
        newer = replace(shipment, version=2, due={})
        world.shipments.save(shipment, newer, "key:1")
        with pytest.raises(StaleError):
            world.shipments.save(shipment, replace(newer, version=3), "key:1")


def test_the_index_shows_new_shipments_of_every_slot(world: World) -> None:
    for number in range(40):
        created(world, a_shipment(number=number))
    world.clock.advance(seconds=10)
    assert world.sweep() == 40
    assert len(world.messages()) >= 2


def test_an_unreadable_shipment_does_not_hold_up_its_neighbours(world: World) -> None:
    good, bad = a_shipment(number=1), a_shipment(number=2)
    created(world, good)
    created(world, bad)
    world.table.update(
        keys.shipment(bad.shop_id, bad.id),
        "SET #status = :odd",
        values={":odd": "teleported"},
        names={"#status": "status"},
    )
    pairs = [(each.shop_id, each.id) for each in (good, bad)]
    assert [s.id for s in world.shipments.get_many(pairs)] == [good.id]


def test_the_functions_work_end_to_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped handlers, wired as on AWS; only the carrier's socket is not there."""
    now = datetime.now(UTC)
    shipment = replace(a_shipment(), created_at=now - timedelta(seconds=30), updated_at=now)
    world.shipments.create(shipment, "key:1")
    world.tell("EMA", since=now - timedelta(minutes=5))
    monkeypatch.setattr(CarrierHttp, "send", lambda *_: replace(send_ok(_), body=world.body))
    assert on_schedule.lambda_handler({}, None) == {"asked": 1}
    assert on_schedule.lambda_handler({"anything": 1}, None) == {"asked": 0}

    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 60_000

    event = {"Records": world.messages()}
    assert on_sweep_task.lambda_handler(event, Context) == {"batchItemFailures": []}
    stored = world.shipments.get(shipment.shop_id, shipment.id)
    assert stored is not None
    streams = world.aws.client("dynamodbstreams")
    arn = streams.list_streams(TableName=TABLE)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )
    records = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    about = [r for r in records if r["dynamodb"]["Keys"]["sk"]["S"].startswith("shipment#")]
    assert [record["eventName"] for record in about] == ["INSERT", "MODIFY"]
    assert on_table_change.lambda_handler({"Records": about}, None) == {"batchItemFailures": []}
