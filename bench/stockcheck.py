"""What it costs to prove a SKU's stock from its ledger: rows and DynamoDB's own capacity units.

DynamoDB Local holds one level with 10^5 reservation lines of 400 days, in the stored shape, and its
movements. The shipped code checks it for the first time, with nothing changed, after 100 further
orders, and after returns of old orders. The last line is for machines: ``stockcheck lines=… …``.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3

from inventory.allocation.allocator import Allocator
from inventory.allocation.repository import AllocationRepository
from inventory.catalog.repository import SettingsRepository
from inventory.checks.checking import Checker
from inventory.checks.repository import CheckRepository
from inventory.level_repository import LevelRepository
from inventory.patience import Patience
from inventory.stock import (
    Allocation,
    Decision,
    Demand,
    DemandLine,
    LevelKey,
    LineShare,
    Location,
    Movement,
    MovementKind,
    Reservation,
    StockItem,
)
from inventory.stored import allocation_attributes, movement_attributes, reservation_attributes
from tests.support.dynamodb_local import dynamodb_local, missing
from tests.support.template import create_table_arguments
from waybill import keys
from waybill.clock import to_text
from waybill.dynamo import Item, Table, marshal_item
from waybill.ids import random_id, sortable_id

SHOP: Final = "shop_0123456789abcdefghjkmnpqrs"
SKU: Final = "MUG-BLUE-350"
KEY: Final = LevelKey(SHOP, SKU, "hq")
NAME: Final = "InventoryTable"
DAYS: Final = 400
MOVEMENTS: Final = 2_000
STILL_OPEN: Final = 40
"""Lines of old orders that never left."""
WRITTEN_AT_ONCE: Final = 25


class Meter:
    """The client, which counts what DynamoDB says each call consumed."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.reset()

    def reset(self) -> None:
        """Count from nothing."""
        self.requests = self.rows = 0
        self.read = self.written = 0.0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def metered(**request: Any) -> Any:
            answer = call(**request, ReturnConsumedCapacity="TOTAL")
            told = answer["ConsumedCapacity"]
            units = sum(c["CapacityUnits"] for c in (told if isinstance(told, list) else [told]))
            self.requests += 1
            if name in {"get_item", "query", "batch_get_item"}:
                self.read += units
                self.rows += answer.get("ScannedCount", 1)
            else:
                self.written += units
            return answer

        return metered


def main() -> int:
    """Fill a table, and check its level again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    lines = parser.parse_args().lines
    if missing():
        print(f"DynamoDB Local needs {' and '.join(missing())}", file=sys.stderr)
        return 1
    with dynamodb_local() as url:
        client = boto3.client(
            "dynamodb",
            endpoint_url=url,
            region_name="eu-central-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        client.create_table(**create_table_arguments(NAME))
        print(_measured(client, lines))
    return 0


def _measured(client: Any, lines: int) -> str:
    started = time.monotonic()
    now = datetime.now(UTC)
    orders = _fill(client, lines, now)
    print(f"{lines} reservation lines written in {time.monotonic() - started:.0f} s")
    bench = Bench(client)
    figures = [f"lines={lines}"]
    figures += bench.check("first", "first check")
    figures += bench.check("idle", "nothing changed since")
    bench.sell(100, now)
    figures += bench.check("hundred", "after 100 further orders")
    bench.give_back(*orders[30])
    figures += bench.check("returned", "after a return of an order of 30 days ago")
    return "stockcheck " + " ".join(figures)


class Bench:
    """The shipped use cases over a metered client."""

    def __init__(self, client: Any) -> None:
        self.meter = Meter(client)
        plain, metered = Table(client, NAME), Table(self.meter, NAME)
        self.allocator = Allocator(AllocationRepository(plain), Patience())
        self.books = CheckRepository(metered)
        self.checker = Checker(self.books, Patience())
        self.table = plain
        print(f"{'':45} {'rows':>8} {'read units':>11} {'write units':>12} {'requests':>9}")

    def check(self, name: str, title: str) -> list[str]:
        """Run the hourly check, and say what it took."""
        self.meter.reset()
        started = time.monotonic()
        swept = self.checker.sweep(self.books.unchecked(0, "shop"), lambda: False)
        seconds = time.monotonic() - started
        if swept.drifting or swept.postponed or swept.failed:
            raise RuntimeError(f"{title}: {swept}")
        meter = self.meter
        print(
            f"{title:45} {meter.rows:8} {meter.read:11.1f} {meter.written:12.1f}"
            f" {meter.requests:9}   in {seconds:.1f} s"
        )
        return [
            f"{name}_rows={meter.rows}",
            f"{name}_read_units={meter.read:.1f}",
            f"{name}_write_units={meter.written:.1f}",
        ]

    def sell(self, orders: int, now: datetime) -> None:
        """Reserve for new orders, through the allocator."""
        demands = [_demand(random_id("ord"), to_text(now), 1, 0) for _ in range(orders)]
        self._apply(demands)

    def give_back(self, placed_at: str, order_id: str) -> None:
        """A unit of an order that was shipped long ago comes back."""
        share = {"l1": LineShare(1, 0)}
        rows = (Reservation(SKU, "hq", quantity=1, shipped=1),)
        stored = allocation_attributes(Allocation(1, 1, Decision.ALLOCATED, share, rows))
        self.table.put(
            keys.allocation(SHOP, order_id) | stored | {"shop_id": SHOP, "order_id": order_id}
        )
        self._apply([_demand(order_id, placed_at, 1, 1, version=2, restocked={"hq": 1})])

    def _apply(self, demands: list[Demand]) -> None:
        outcome = self.allocator.apply(demands)
        if outcome.undone or outcome.poisoned:
            raise RuntimeError(str(outcome))


def _demand(
    order_id: str,
    placed_at: str,
    wanted: int,
    shipped: int,
    *,
    version: int = 1,
    restocked: dict[str, int] | None = None,
) -> Demand:
    line = DemandLine("l1", SKU, wanted, shipped, restocked=restocked or {})
    return Demand(
        shop_id=SHOP,
        order_id=order_id,
        order_version=version,
        placed_at=placed_at,
        active=True,
        partial=False,
        ship_country="DE",
        lines=(line,),
        correlation_id="bench",
        actor="bench",
    )


# --- the table ----------------------------------------------------------------------------------


def _fill(client: Any, lines: int, now: datetime) -> dict[int, tuple[str, str]]:
    """Write the level and all its rows; a shipped order of each day, by days ago."""
    chance = random.Random(1)
    settings = SettingsRepository(Table(client, NAME))
    settings.put_location(SHOP, Location("hq", "hq", 1, "DE", version=1), 0, "bench")
    item = StockItem(SKU, title="Mug", version=1, created_at=to_text(now))
    settings.put_item(SHOP, item, None, "bench")
    LevelRepository(Table(client, NAME)).open_level(KEY, to_text(now))
    shipped: dict[int, tuple[str, str]] = {}
    sums = {"on_hand": 0, "reserved": 0}
    rows = _rows(lines, now, chance, shipped, sums)
    batch: list[Item] = []
    for row in rows:
        batch.append(row)
        if len(batch) == WRITTEN_AT_ONCE:
            _write(client, batch)
            batch = []
    if batch:
        _write(client, batch)
    level = Table(client, NAME).get(keys.level(*KEY)) or {}
    sums["available"] = sums["on_hand"] - sums["reserved"]
    Table(client, NAME).put(level | sums | {"unchecked_pk": keys.unchecked(SKU)})
    return shipped


def _rows(
    lines: int,
    now: datetime,
    chance: random.Random,
    shipped: dict[int, tuple[str, str]],
    sums: dict[str, int],
) -> Iterator[Item]:
    """Lines evenly over the days, old ones shipped and one in fifty returned; then movements."""
    still_open = set(chance.sample(range(lines), STILL_OPEN))
    for number in range(lines):
        ago = timedelta(days=DAYS) * (lines - number) / lines
        closed = ago > timedelta(days=1) and number not in still_open
        returned = int(closed and number % 50 == 0)
        row = Reservation(SKU, "hq", quantity=1, shipped=int(closed), returned=returned)
        order_id, placed_at = random_id("ord"), to_text(now - ago)
        if closed and not returned:
            shipped[ago.days] = (placed_at, order_id)
        sums["on_hand"] += row.returned - row.shipped
        sums["reserved"] += row.open
        yield (
            keys.reservation(SHOP, SKU, "hq", placed_at, order_id)
            | reservation_attributes(row)
            | {
                "order_id": order_id,
                "state": row.state.value,
                "order_version": 3,
                "version": 2,
                "updated_at": placed_at,
                "shop_id": SHOP,
                "correlation_id": random_id("req"),
                "actor": "platform:shopify",
            }
        )
    for number in range(MOVEMENTS):
        at = now - timedelta(days=DAYS) * (MOVEMENTS - number) / MOVEMENTS
        units = lines // MOVEMENTS + 1
        sums["on_hand"] += units
        movement = Movement(
            movement_id=sortable_id("mov", at),
            sku=SKU,
            location_id="hq",
            kind=MovementKind.RECEIVED,
            quantity=units,
            delta=units,
            reason=None,
            reference=f"PO-{number}",
            created_at=to_text(at),
            actor="key:bench",
        )
        yield (
            keys.movement(SHOP, SKU, movement.movement_id)
            | movement_attributes(movement)
            | {"shop_id": SHOP, "version": 1, "updated_at": to_text(at), "correlation_id": "b"}
        )


def _write(client: Any, rows: list[Item]) -> None:
    puts = [{"PutRequest": {"Item": marshal_item(row)}} for row in rows]
    answer = client.batch_write_item(RequestItems={NAME: puts})
    if answer["UnprocessedItems"]:
        raise RuntimeError("DynamoDB Local throttles nothing")


if __name__ == "__main__":
    sys.exit(main())
