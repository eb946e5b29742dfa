"""What an order costs: write units of each step, read units of a list, time beside AWS.

The handlers run in process over DynamoDB Local, with the inventory room beside them. A step's write
units are those of what orders writes: every item by its size, before or after, whichever is larger;
twice in a transaction; and one for every entry of an index that comes, goes or moves (two).
The last line is for machines: ``orders place=… …``.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

import boto3
from botocore.client import BaseClient

from bench.capacity import KB, item_bytes
from bench.engines import REGION, environment, make_tables
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import money
from tests.support.dynamodb_local import dynamodb_local, missing
from tests.support.template import resources
from waybill.clock import to_text
from waybill.dynamo import Table

TABLE: Final = "OrdersTable"
ADDRESS: Final = {
    "name": "Ana Marques",
    "line1": "Rua Augusta 101, 3.º Esq.",
    "city": "Lisboa",
    "postal_code": "1100-053",
    "country": "PT",
}
TWO_ADDRESSES: Final[Mapping[str, Any]] = {"shipping_address": ADDRESS, "billing_address": ADDRESS}
PAID: Final = [{"kind": "captured", "amount": money(4997)}]
CALLS: Final = 500
RARE: Final = 10
"""One order in ten of a filled shop has the status that is filtered by."""
WRITTEN_AT_ONCE: Final = 25
_INDEXES: Final = [
    [part["AttributeName"] for part in index["KeySchema"]]
    for index in resources("AWS::DynamoDB::Table")[TABLE]["GlobalSecondaryIndexes"]
]

Wire = Mapping[str, Any]


@dataclass(frozen=True)
class Engine:
    """What the tests' shops need of an account."""

    def client(self, service: str) -> Any:
        """Return a client of the engine."""
        return boto3.client(service, region_name=REGION)

    def table(self, logical_id: str) -> Table:
        """Return a table of the template."""
        return Table(self.client("dynamodb"), logical_id)


@dataclass
class Meter:
    """What was asked of DynamoDB, and how long that took."""

    seconds: float = 0.0
    read: float = 0.0
    writes: list[tuple[Wire, int]] = field(default_factory=list)
    """Keys that were written or checked in OrdersTable, and the factor of their units."""

    def count(self, operation: str, asked: dict[str, Any], answer: Wire) -> None:
        """Count a call."""
        told = answer.get("ConsumedCapacity", [])
        reads = operation in {"GetItem", "Query", "BatchGetItem"}
        if reads:
            self.read += sum(
                one["CapacityUnits"] for one in (told if isinstance(told, list) else [told])
            )
        elif operation == "TransactWriteItems":
            parts = [part for whole in asked["TransactItems"] for part in whole.values()]
            self.writes += [(_key(part), 2) for part in parts if part["TableName"] == TABLE]
        elif asked.get("TableName") == TABLE:
            self.writes.append((_key(asked), 1))


@contextmanager
def metered() -> Iterator[Meter]:
    """Measure every call of a client."""
    meter, send = Meter(), BaseClient._make_api_call  # noqa: SLF001 - the one place all calls pass

    def counted(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        if operation in {"GetItem", "Query", "BatchGetItem"}:
            asked = asked | {"ReturnConsumedCapacity": "TOTAL"}
        started = time.perf_counter()
        answer = send(client, operation, asked)
        meter.seconds += time.perf_counter() - started
        meter.count(operation, asked, answer)
        return answer

    with patch.object(BaseClient, "_make_api_call", counted):
        yield meter


def _key(part: Wire) -> Wire:
    held = part.get("Key") or part["Item"]
    return {name: held[name] for name in ("pk", "sk")}


class Steps:
    """An order's steps, each with what it writes."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.shop = Joint(Engine())
        for sku in ("TEE", "MUG"):
            self.shop.receive(sku, 1_000_000)
        self.units: dict[str, int] = {}

    def measure(self, name: str, step: Callable[[], Any]) -> Any:
        """Take a step, and note its write units and those of indexes."""
        before = self._items()
        with metered() as meter:
            answer = step()
        after = self._items()
        table = sum(
            factor * max(_kilobytes(before.get(_name(key))), _kilobytes(after.get(_name(key))))
            for key, factor in meter.writes
        )
        touched = {_name(key) for key, _ in meter.writes}
        indexes = sum(_index_units(before.get(name), after.get(name)) for name in touched)
        self.units[name] = table + indexes
        print(f"{name:24} {table:6} {indexes:8} {table + indexes:6}")
        return answer

    def _items(self) -> dict[tuple[str, str], Wire]:
        pages = self.client.get_paginator("scan").paginate(TableName=TABLE)
        return {_name(item): item for page in pages for item in page["Items"]}

    def post(self, path: str, body: Any = None, expect: int = 200) -> Any:
        """Ask for a step."""
        return self.shop.call("POST", path, body, expect=expect)

    def placed(self, **changes: Any) -> str:
        """Place an order, and let stock decide: its id."""
        order_id: str = self.shop.place(**{**TWO_ADDRESSES, **changes})["id"]
        self.shop.settle(order_id)
        return order_id

    def all(self) -> dict[str, int]:
        """Measure each step once."""
        print(f"{'write units of':24} {'table':>6} {'indexes':>8} {'all':>6}")
        shop, post = self.shop, self.post
        self.placed()  # what a shop's first order writes of the shop is not an order's
        self.measure("place", lambda: shop.place(**TWO_ADDRESSES))
        draft = shop.place(draft=True, **TWO_ADDRESSES)["id"]
        self.measure("amend", lambda: self._amend(draft))
        held = f"/v1/orders/{draft}/holds"
        self.measure("hold", lambda: post(held, {"kind": "OTHER"}, expect=201))
        hold_id = shop.read(draft)["holds"][0]["id"]
        self.measure("release", lambda: shop.call("DELETE", f"{held}/{hold_id}", expect=200))
        self.measure("confirm", lambda: post(f"/v1/orders/{draft}/confirm"))
        first, second, third = self.placed(), self.placed(), self.placed()
        lines = [{"line_id": "line_1", "quantity": 1}]
        self.measure(
            "cancel_whole", lambda: post(f"/v1/orders/{first}/cancel", {"reason": "customer"})
        )
        part = {"reason": "customer", "lines": lines}
        self.measure("cancel_part", lambda: post(f"/v1/orders/{second}/cancel", part))
        paid = f"/v1/orders/{third}/payments"
        self.measure("payment", lambda: post(paid, PAID[0] | {"reference": "ch_1"}, expect=201))
        self._edit(third)
        self._return()
        return self.units

    def _amend(self, order_id: str) -> Any:
        moved = {"shipping_address": ADDRESS | {"line1": "Rua da Prata 8"}}
        return self.shop.call("PATCH", f"/v1/orders/{order_id}", moved, expect=200)

    def _edit(self, order_id: str) -> None:
        line = {"sku": "MUG", "quantity": 1, "unit_price": money(999)}
        edits = f"/v1/orders/{order_id}/edits"
        quote = self.measure("edit_quote", lambda: self.post(edits, {"add": [line]}, expect=201))
        self.measure("edit_confirm", lambda: self.post(f"{edits}/{quote['id']}/confirm"))
        self.measure("edit_commit", lambda: self.shop.settle(order_id))
        if self.shop.read(order_id)["edit"]["state"] != "confirmed":
            raise RuntimeError("the edit was not committed")

    def _return(self) -> None:
        shop, order_id = self.shop, self.placed(payments=PAID)
        shop.ship(order_id, shipment="shp_1")
        lines = [{"line_id": "line_1", "quantity": 1}]
        asked = self.measure(
            "return_request",
            lambda: self.post(f"/v1/orders/{order_id}/returns", {"lines": lines}, expect=201),
        )
        path = f"/v1/returns/{asked['id']}"
        self.measure("return_approve", lambda: self.post(f"{path}/approve"))
        got = {"lines": [lines[0] | {"disposition": "restock", "location_id": "hq"}]}
        self.measure("return_receive", lambda: self.post(f"{path}/receive", got))
        self.measure("return_refund", lambda: self.post(f"{path}/refund", {}))


def _name(item: Wire) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _kilobytes(item: Wire | None) -> int:
    return -(-item_bytes(item) // KB) if item else 1


def _index_units(before: Wire | None, after: Wire | None) -> int:
    """Entries of indexes, all keys only, that go and come."""
    units = 0
    for attributes in _INDEXES:
        old, new = (
            [item[name] for name in attributes] if item and attributes[0] in item else None
            for item in (before, after)
        )
        units += 0 if old == new else (old is not None) + (new is not None)
    return units


def pages(steps: Steps, sizes: list[int]) -> dict[str, float]:
    """Read units of a page of 50 of shops of so many orders, unfiltered and by a rare status."""
    told: dict[str, float] = {}
    print(f"{'read units of a page of':24} {'any':>8} {'by status':>10}")
    for size, letter in zip(sizes, "bcdefg", strict=False):
        shop = Joint(Engine(), letter)
        _fill(steps.client, shop, size)
        for name, query in (("any", {}), ("by_status", {"status": "confirmed"})):
            with metered() as meter:
                page = shop.call("GET", "/v1/orders", expect=200, query=query)
            if not page["items"]:
                raise RuntimeError("an empty page measures nothing")
            told[f"list_{size}_{name}"] = meter.read
        print(f"{size:24} {told[f'list_{size}_any']:8} {told[f'list_{size}_by_status']:10}")
    return told


def _fill(client: Any, shop: Joint, size: int) -> None:
    """Write an order again and again, each a minute older than the one before."""
    placed = shop.place(**TWO_ADDRESSES)
    item = shop.item(placed["id"])
    text = json.dumps(_wire(client, item["pk"], item["sk"]))
    now, batch = datetime.now(UTC), []
    for number in range(1, size):
        order_id = placed["id"][:-8] + f"{number:08}"
        at = to_text(now - timedelta(minutes=number))
        copied = json.loads(text.replace(placed["id"], order_id).replace(placed["placed_at"], at))
        copied["status"] = {"S": "completed" if number % RARE else "confirmed"}
        batch.append({"PutRequest": {"Item": copied}})
        if len(batch) == WRITTEN_AT_ONCE or number == size - 1:
            client.batch_write_item(RequestItems={TABLE: batch})
            batch = []


def _wire(client: Any, pk: str, sk: str) -> Any:
    return client.get_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]


def latency(steps: Steps, calls: int) -> float:
    """Milliseconds of POST /v1/orders that are ours and not DynamoDB's: the median."""
    own = []
    for _ in range(calls):
        with metered() as meter:
            started = time.perf_counter()
            steps.shop.place(**TWO_ADDRESSES)
            own.append(time.perf_counter() - started - meter.seconds)
    return statistics.median(own) * 1000


def main() -> int:
    """Measure all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--calls", type=int, default=CALLS)
    arguments = parser.parse_args()
    if missing():
        print(f"DynamoDB Local needs {' and '.join(missing())}", file=sys.stderr)
        return 1
    with dynamodb_local() as endpoint:
        os.environ.update(environment(endpoint))
        steps = Steps(make_tables(endpoint))
        units = steps.all()
        own = latency(steps, arguments.calls)
        print(f"POST /v1/orders without DynamoDB: {own:.2f} ms, median of {arguments.calls}")
        read = pages(steps, arguments.sizes)
    figures = [f"{name}={value:g}" for name, value in (units | read).items()]
    print("orders " + " ".join([*figures, f"post_ms={own:.2f}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
