"""What reserving costs: requests, write units and orders a second, in groups and one by one.

Processes run the real handler against MiniStack's DynamoDB and against DynamoDB Local, for one hot
SKU and for a thousand, with conflicts injected. ``--flash-sale`` instead lets 10,000 orders compete
for 1,000 units in 4 processes and holds that exactly 1,000 are sold, in order of placement within
each process.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from bench.capacity import KB, item_bytes
from bench.engines import ENGINES, ROOT, environment, make_tables
from inventory.catalog.models import ItemSettings, LocationSettings
from inventory.catalog.repository import SettingsRepository
from inventory.catalog.service import SettingService
from inventory.level_repository import LevelRepository
from inventory.movements.models import MovementBody
from inventory.movements.repository import LedgerRepository
from inventory.movements.service import MovementService
from inventory.patience import Patience
from inventory.stock import MovementKind
from tests.support.dynamodb_local import missing
from waybill import keys
from waybill.auth import Caller
from waybill.dynamo import Table
from waybill.preconditions import Precondition

SHOP: Final = "shop_01hzx3w8v6q2m9k4t7r5y1n0ab"
GROUPED: Final = 100
"""Records a batch, as the template's mapping has it."""


@dataclass
class Run:
    """What processes did with their orders."""

    orders: int
    seconds: float = 0.0
    units: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """DynamoDB requests, those that met a conflict too."""
        return sum(n for name, n in self.counts.items() if name[0].isupper())

    def row(self) -> str:
        """Requests and write units an order, orders a second."""
        return (
            f"{self.requests / self.orders:8.3f} {self.units / self.orders:8.2f}"
            f" {self.orders / self.seconds:9.0f}"
        )


def stock(client: Any, skus: dict[str, int]) -> None:
    """Fill a shop's only shelf."""
    table = Table(client, "InventoryTable")
    who = Caller(SHOP, "bench", frozenset({"*"}))
    levels = LevelRepository(table)
    settings = SettingService(SettingsRepository(table), levels, Patience())
    movements = MovementService(LedgerRepository(table), levels, Patience())
    settings.set_location(who, "hq", LocationSettings(name="HQ", country="DE"), Precondition())
    for sku, units in skus.items():
        settings.set_item(who, sku, ItemSettings(title="An item"), Precondition())
        body = MovementBody(sku=sku, location_id="hq", kind=MovementKind.RECEIVED, quantity=units)
        movements.record_movement(who, body, None)


def reserve(
    endpoint: str, shares: list[list[tuple[int, str]]], *, batch: int, conflicts: float = 0.0
) -> Run:
    """Let one process a share reserve for its orders, given by number and SKU, at once."""
    variables = os.environ | environment(endpoint)
    variables["PYTHONPATH"] = f"{ROOT}:{ROOT}/functions:{ROOT}/layers/shared/python"
    workers = []
    for seed, share in enumerate(shares):
        worker = subprocess.Popen(
            [sys.executable, "-m", "bench.reservation_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=variables,
        )  # fmt: skip
        told = {"shop_id": SHOP, "orders": share, "batch": batch, "conflicts": conflicts}
        _pipe(worker.stdin).write(json.dumps(told | {"seed": seed}) + "\n")
        _pipe(worker.stdin).flush()
        workers.append(worker)
    for worker in workers:
        if _pipe(worker.stdout).readline() != "ready\n":
            raise RuntimeError("a worker did not start")
    for worker in workers:
        _pipe(worker.stdin).write("go\n")
        _pipe(worker.stdin).flush()
    run = Run(sum(map(len, shares)))
    for worker in workers:
        ended = json.loads(_pipe(worker.stdout).readline())
        run.seconds = max(run.seconds, ended["seconds"])
        run.units += ended["units"]
        run.counts.update(ended["counts"])
        worker.communicate(timeout=60)
    return run


def _pipe(pipe: Any) -> Any:
    assert pipe is not None
    return pipe


def split(orders: list[tuple[int, str]], processes: int) -> list[list[tuple[int, str]]]:
    """Orders dealt out in turn, so that every process has early ones and late ones."""
    return [orders[start::processes] for start in range(processes)]


def decisions(client: Any) -> dict[int, str]:
    """What was decided, by the order's number."""
    found: dict[int, str] = {}
    pages = client.get_paginator("scan").paginate(TableName="InventoryTable")
    for page in pages:
        for item in page["Items"]:
            if item["sk"]["S"] == "allocation":
                found[int(item["order_id"]["S"].removeprefix("ord_"))] = item["decision"]["S"]
    return found


def flash_sale(endpoint: str, client: Any, orders: int, units: int, processes: int) -> Run:
    """One hot SKU; raises AssertionError where it is not sold exactly, and in order."""
    stock(client, {"hot": units})
    shares = split([(number, "hot") for number in range(orders)], processes)
    run = reserve(endpoint, shares, batch=GROUPED)
    found = decisions(client)
    told = Counter(found.values())
    assert told == {"allocated": min(units, orders), "out_of_stock": max(0, orders - units)}, told
    for share in shares:
        served = [found[number] == "allocated" for number, _ in share]
        assert served == sorted(served, reverse=True), "a later order was served before an earlier"
    key = {name: {"S": text} for name, text in keys.level(SHOP, "hot", "hq").items()}
    level = client.get_item(TableName="InventoryTable", Key=key, ConsistentRead=True)["Item"]
    assert item_bytes(level) < KB, "a level's update costs more than was counted"
    assert (level["available"]["N"], level["reserved"]["N"]) == ("0", str(min(units, orders)))
    return run


_SETTINGS: Final = ((1, 0.0), (4, 0.0), (8, 0.0), (4, 0.2), (4, 0.5))
"""Processes, and the share of transactions that meet a conflict."""


def compare(orders: int, single: int) -> None:
    """Print the whole table."""
    print(f"{'':36} {'requests':>8} {'write':>8} {'orders':>9}")
    print(f"{'engine, SKUs, processes, conflicts':36} {'/order':>8} {'units/o.':>8} {'/second':>9}")
    told: list[str] = []
    for engine, start in ENGINES.items():
        if engine == "dynamodb-local" and missing():
            print(f"{engine}: left out, needs {' and '.join(missing())}")
            continue
        for skus in (1, 1000):
            with start() as endpoint:
                stock(make_tables(endpoint), {f"S{n}": 1_000_000 for n in range(skus)})
                told += _rows(engine, endpoint, skus, {GROUPED: orders, 1: single})
    print("reservation " + " ".join(told))


def _rows(engine: str, endpoint: str, skus: int, amounts: dict[int, int]) -> list[str]:
    dice = random.Random(1)
    numbers = count()
    told = []
    for processes, conflicts in _SETTINGS:
        for batch, amount in amounts.items():
            bought = [(next(numbers), f"S{dice.randrange(skus)}") for _ in range(amount)]
            shares = split(bought, processes)
            run = reserve(endpoint, shares, batch=batch, conflicts=conflicts)
            how = "grouped" if batch > 1 else "one_by_one"
            name = f"{engine} {skus} {processes} {conflicts:.0%} {how}"
            print(f"{name:36} {run.row()}", flush=True)
            if not conflicts:
                each = run.requests / run.orders
                told.append(f"{engine}_{skus}_{processes}_{how}={each:.3f}")
    return told


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flash-sale", action="store_true")
    parser.add_argument("--engine", choices=ENGINES, default="ministack")
    parser.add_argument("--orders", type=int)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--single", type=int, default=200, help="orders one by one")
    arguments = parser.parse_args()
    if not arguments.flash_sale:
        compare(arguments.orders or 2000, arguments.single)
        return 0
    orders = arguments.orders or 10_000
    with ENGINES[arguments.engine]() as endpoint:
        client = make_tables(endpoint)
        run = flash_sale(endpoint, client, orders, arguments.units, arguments.processes)
    print(f"requests {dict(run.counts)}; {run.orders / run.seconds:.0f} orders a second")
    print(
        f"flash_sale orders={orders} sold={min(orders, arguments.units)} oversold=0"
        f" requests_per_order={run.requests / run.orders:.3f}"
        f" write_units_per_order={run.units / run.orders:.2f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
