"""The planner's time for 1,000 orders of 3 lines over 5 locations, beside reading and writing none.

Prints the median of several runs in milliseconds, and that over the time to sort as many orders,
so that machines can be compared.
"""

import random
import statistics
import time
from collections.abc import Callable
from typing import Final

from inventory.allocation.groups import cut_groups
from inventory.allocation.planner import placing, plan_orders
from inventory.stock import (
    Demand,
    DemandLine,
    Level,
    LevelKey,
    Location,
    OversellPolicy,
    SkuKey,
    Stock,
    StockItem,
)

ORDERS: Final = 1000
LINES: Final = 3
PLACES: Final = tuple(f"loc_{n}" for n in range(5))
SKUS: Final = tuple(f"SKU-{n:04}" for n in range(500))
RUNS: Final = 15
_POLICIES: Final = (OversellPolicy.DENY, OversellPolicy.DENY, OversellPolicy.BACKORDER)


def stock(dice: random.Random) -> Stock:
    """Five locations, each with a little of every SKU: orders split, wait and go without."""
    items = {
        SkuKey("s", sku): StockItem(
            sku, oversell_policy=dice.choice(_POLICIES), locations=PLACES, backorder_limit=5
        )
        for sku in SKUS
    }
    levels = {}
    for sku in SKUS:
        for place in PLACES:
            units = dice.randrange(4)
            levels[LevelKey("s", sku, place)] = Level(sku, place, units, 0, units)
    locations = {
        ("s", place): Location(place, place, number, "DE") for number, place in enumerate(PLACES)
    }
    return Stock(items, levels, locations)


def demands(dice: random.Random) -> list[Demand]:
    """Orders in no order."""
    return [
        Demand(
            shop_id="s",
            order_id=f"ord_{number}",
            order_version=1,
            placed_at=f"2026-11-22T10:00:{dice.randrange(60):02}.000Z",
            active=True,
            partial=dice.choice([False, True]),
            ship_country=dice.choice(["DE", "FR"]),
            lines=tuple(
                DemandLine(f"line_{n}", dice.choice(SKUS), dice.randint(1, 3), 0)
                for n in range(LINES)
            ),
        )
        for number in range(ORDERS)
    ]


def milliseconds(work: Callable[[], object]) -> float:
    """The median time of some runs."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def main() -> None:
    """Measure and print."""
    dice = random.Random(1)
    shelves, wanted = stock(dice), demands(dice)
    plans = plan_orders(wanted, {}, shelves)
    sorting = milliseconds(lambda: sorted(wanted, key=placing))
    planning = milliseconds(lambda: plan_orders(wanted, {}, shelves))
    cutting = milliseconds(lambda: list(cut_groups(plans, shelves)))
    decisions = sorted({plan.decision.value for plan in plans})
    print(f"{ORDERS} orders x {LINES} lines x {len(PLACES)} locations: {', '.join(decisions)}")
    print(f"plan {planning:.1f} ms, cut into transactions {cutting:.1f} ms, sort {sorting:.2f} ms")
    print(f"planner ms={planning:.1f} over_sorting={planning / sorting:.0f}")


if __name__ == "__main__":
    main()
