"""What a sweep of 100,000 active shipments costs: invocations, reads, writes, time and memory.

The shipments lie in DynamoDB Local. The planner runs in a process of its own, as its function does,
over a span in which every shipment falls due; then the workers take every message, while the
carrier has news of one shipment in a hundred. The carrier and the queue are counted, not there.
Read units are what DynamoDB tells; write units are computed from items' sizes (bench/capacity.py).
The last line is for machines: ``sweep shipments=… …``.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from unittest.mock import patch

import boto3
from botocore.config import Config

from bench.capacity import KB, item_bytes
from bench.engines import REGION, environment, make_tables
from tests.support.dynamodb_local import dynamodb_local, missing
from tests.support.tracking import a_shipment, ems_settings
from tracking.accounts.repository import CachedSettings, CarriersTable
from tracking.asking.conversation import Line
from tracking.asking.tokens import Tokens, TokensTable
from tracking.briefing import Briefing
from tracking.cadence import next_due
from tracking.carriers.base import Request, Response
from tracking.carriers.registry import ADAPTERS
from tracking.news.learning import Lessons, RhythmsTable
from tracking.parcels.shipment import Shipment
from tracking.parcels.states import Certainty, scan_of
from tracking.shipments.repository import ShipmentsTable
from tracking.shipments.stored import to_item
from tracking.sweep.planner import Planner
from tracking.sweep.queue import SweepQueue
from tracking.sweep.tasks import Task
from tracking.sweep.worker import Worker
from waybill import observability
from waybill.dynamo import Table, marshal_item

TABLE: Final = "ShipmentsTable"
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEWS: Final = 100
"""One shipment in so many has news."""
_AT_ONCE: Final = 25
_JOURNEY: Final = ("EMA", "EMB", "EMC", "EMD", "EMF")
_READ_UNIT: Final = 4 * KB


def shipments(many: int) -> Iterator[Shipment]:
    """Shipments under way for one to five days, with one to five scans."""
    for number in range(many):
        age = timedelta(hours=24 + number % 97)
        shipment = a_shipment(order_id=f"ord_{number}", number=0)
        number_of_parcel = f"EE{number:08}9CN"
        scans = tuple(
            scan_of(NOW - age + timedelta(hours=7 * i), Certainty.UTC, code, place="SHANGHAI")
            for i, code in enumerate(_JOURNEY[: 1 + number % len(_JOURNEY)])
        )
        parcel = replace(shipment.parcels[0], tracking_number=number_of_parcel, scans=scans)
        created = NOW - age
        due = next_due(shipment.id, [parcel], None, created, created)
        yield replace(
            shipment,
            parcels=(parcel,),
            created_at=created,
            updated_at=created,
            due={"ems": due} if due else {},
        )


def fill(client: Any, many: int) -> None:
    """Put the shipments, and set up the carrier."""
    rest = shipments(many)
    while chunk := list(islice(rest, _AT_ONCE)):
        items = [
            marshal_item(to_item(each, actor="bench", correlation_id="bench")) for each in chunk
        ]
        client.batch_write_item(
            RequestItems={TABLE: [{"PutRequest": {"Item": item}} for item in items]}
        )
    CarriersTable(Table(client, TABLE)).put_settings(ems_settings(), "bench")


class CountedQueue:
    """SQS as the planner sees it: messages are kept, requests are counted."""

    def __init__(self) -> None:
        self.requests = 0
        self.bodies: list[tuple[str, str]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: ARG002, N803
        """Take some messages."""
        self.requests += 1
        self.bodies += [(entry["MessageGroupId"], entry["MessageBody"]) for entry in Entries]
        return {}


class Meter:
    """A DynamoDB client that counts."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.requests: Counter[str] = Counter()
        self.read_units = 0.0
        self.write_units = 0
        self.items_written: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.requests[name] += 1
            if name in {"query", "get_item", "batch_get_item"}:
                answer = getattr(self._client, name)(**request, ReturnConsumedCapacity="TOTAL")
                told = answer.get("ConsumedCapacity", [])
                for each in told if isinstance(told, list) else [told]:
                    self.read_units += each["CapacityUnits"]
                return answer
            if name == "put_item":
                self._wrote(request["Item"])
            elif name == "update_item":
                self._wrote(request["Key"])
            elif name == "transact_write_items":
                for write in request["TransactItems"]:
                    ((_, body),) = write.items()
                    self._wrote(body.get("Item", body.get("Key")), factor=2)
            return getattr(self._client, name)(**request)

        return call

    def _wrote(self, item: Any, factor: int = 1) -> None:
        self.items_written[item["sk"]["S"].partition("#")[0]] += 1
        self.write_units += factor * -(-item_bytes(item) // KB)


def client_of(endpoint: str) -> Any:
    """A client of the engine."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": 4}, read_timeout=120),
    )


def plan(endpoint: str) -> None:
    """Plan one sweep, in this process; what it cost, as JSON."""
    meter, queue = Meter(client_of(endpoint)), CountedQueue()
    table = Table(meter, TABLE)
    planner = Planner(
        ShipmentsTable(table),
        CarriersTable(table),
        SweepQueue(queue, "queue"),
        ADAPTERS,
        lambda: NOW,
    )
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    asked = planner.sweep()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps(
            {
                "asked": asked,
                "seconds": round(time.perf_counter() - started, 1),
                "cpu": round(cpu, 1),
                "megabytes": after.ru_maxrss // 1024,
                "growth": (after.ru_maxrss - before.ru_maxrss) // 1024,
                "requests": dict(meter.requests),
                "read_units": meter.read_units,
                "write_units": meter.write_units,
                "queue_requests": queue.requests,
                "bodies": queue.bodies,
            }
        )
    )


def work(client: Any, bodies: list[list[str]]) -> tuple[Meter, float]:
    """Let a worker take every message; what that cost."""
    meter = Meter(client)
    table = Table(meter, TABLE)
    carriers = CarriersTable(table)
    worker = Worker(
        Briefing(table),
        ShipmentsTable(table),
        CachedSettings(carriers, time.monotonic).set_up,
        carriers,
        ADAPTERS,
        Line(_answer, Tokens(TokensTable(table), lambda: NOW, time.sleep), lambda: NOW, time.sleep),
        Lessons(RhythmsTable(table), time.monotonic),
    )
    started = time.perf_counter()
    with patch.object(observability.metrics, "add_metric"):  # it prints after each hundred
        for _, body in bodies:
            worker.work(Task.from_body(body), lambda: 60.0)
    return meter, time.perf_counter() - started


def _answer(request: Request) -> Response:
    """The carrier: what it told before, and one scan more of one parcel in a hundred."""
    name = request.url.rsplit("/", 2)[1]
    number = int(name[2:10])
    age = timedelta(hours=24 + number % 97)
    events = [
        {
            "EventCd": code,
            "EventLocation": "SHANGHAI",
            "EventDT": f"/Date({int((NOW - age + timedelta(hours=7 * i)).timestamp() * 1000)})/",
        }
        for i, code in enumerate(_JOURNEY[: 1 + number % len(_JOURNEY)])
    ]
    if number % NEWS == 0:
        told = int((NOW - timedelta(minutes=20)).timestamp() * 1000)
        events.append({"EventCd": "EMG", "EventLocation": "LISBOA", "EventDT": f"/Date({told})/"})
    return Response(200, "application/json", json.dumps({"ID": name, "Events": events}).encode())


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shipments", type=int, default=100_000)
    parser.add_argument("--plan", help="an engine to plan a sweep of (the process of its own)")
    options = parser.parse_args()
    if options.plan:
        plan(options.plan)
        return
    if lacking := missing():
        sys.exit(f"DynamoDB Local needs {' and '.join(lacking)}")
    with dynamodb_local() as endpoint:
        os.environ |= environment(endpoint)
        client = make_tables(endpoint)
        started = time.perf_counter()
        fill(client, options.shipments)
        print(f"{options.shipments} shipments put in {time.perf_counter() - started:.0f} s")
        done = subprocess.run(
            [sys.executable, "-m", "bench.sweep", "--plan", endpoint],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        planned = json.loads(done.stdout.splitlines()[-1])
        bodies = planned.pop("bodies")
        print(f"planner: {planned}")
        meter, seconds = work(client, bodies)
    print(f"workers: {len(bodies)} messages in {seconds:.0f} s, {dict(meter.requests)}")
    print(f"written by workers: {dict(meter.items_written)}, {meter.write_units} units")
    print(
        f"sweep shipments={planned['asked']} invocations={1 + len(bodies)}"
        f" groups={len({group for group, _ in bodies})}"
        f" planner_seconds={planned['seconds']} planner_cpu={planned['cpu']}"
        f" planner_megabytes={planned['megabytes']}"
        f" read_units={planned['read_units'] + meter.read_units:.0f}"
        f" write_units={planned['write_units'] + meter.write_units}"
        f" queue_requests={planned['queue_requests']} news={meter.items_written['shipment']}"
    )


if __name__ == "__main__":
    main()
