"""What an order costs, counted: ``make cost``.

The whole life of an order alone, then of 20 together, through the functions of template.yaml over
DynamoDB Local; then the same over HTTP on MiniStack, whose calls and invocations are compared. The
last line is for machines: ``cost core_solo=… …``.
"""

import argparse
import sys
from collections import Counter

from bench.cost import check, report, standing
from bench.cost.deliveries import room_of
from bench.cost.life import Life, Shop, an_hours_check
from bench.cost.prices import read_prices
from bench.cost.tally import Tally
from bench.cost.world import a_world
from bench.engines import make_tables
from tests.support.dynamodb_local import dynamodb_local, missing

TOGETHER = 20


def short_life(shop: Shop) -> check.Seen:
    """What the short life takes in process, when it is lived a second time."""
    world = shop.world
    for _ in range(2):
        world.invocations.clear()
        world.account.calls.clear()
        Life(shop, 1).play_at_once()
    return check.Seen(Counter(world.invocations), Counter(world.account.calls))


def compare(here: check.Seen) -> None:
    """Play the same on MiniStack, and print what is otherwise there."""
    here, there = here.without_clock(), check.play().without_clock()
    print(
        f"\nthe short life takes {here.invocations.total()} invocations and {here.calls.total()}"
        f" requests here, {there.invocations.total()} and {there.calls.total()} on MiniStack",
        *check.differences(here, there),
        sep="\n  ",
    )


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=3, help="of each kind, averaged")
    parser.add_argument("--no-ministack", action="store_true", help="leave the check out")
    options = parser.parse_args()
    if lacking := missing():
        print(f"DynamoDB Local needs {' and '.join(lacking)}", file=sys.stderr)
        return 1
    prices, assumed = read_prices()
    print(f"list prices of {prices.region} as of {prices.as_of}: bench/cost/prices.toml")
    with dynamodb_local() as endpoint:
        make_tables(endpoint)
        with a_world(endpoint, assumed) as world:
            shop = Shop(world)
            shop.open()
            Life(shop, 1).play()  # what is made once, of a shop or a process, is not an order's
            shop.rest()
            world.account.refused.clear()
            shares = []
            for many in (1, TOGETHER):
                world.tally = Tally()
                for _ in range(options.lives):
                    Life(shop, many).play()
                shares.append(world.tally.per(options.lives * many))
            refused = list(world.account.refused)
            hourly = an_hours_check(shop)
            here = short_life(shop)
    solo, grouped = shares
    for title, share in (("one order at a time", solo), (f"{TOGETHER} orders together", grouped)):
        print(f"\n{title}, an order's share:", *report.steps(share, prices), sep="\n")
    existing = {room_of(config) for config in world.wiring.functions.values()}
    print("", *report.rooms(solo, grouped, existing), sep="\n")
    print("", *report.kinds(solo, grouped, prices), sep="\n")
    print("", *standing.lines(world.wiring, shop.idle, hourly, prices), sep="\n")
    if not options.no_ministack:
        compare(here)
    held = world.account.plain_writes
    print(f"\n{held} plain writes are what the rules say; {len(refused)} refused", end="; ")
    print(f"{len(world.account.differences)} differ", *world.account.differences, sep="\n  ")
    alone, together = report.figures(solo, prices), report.figures(grouped, prices)
    print("", *report.goals(alone, together), sep="\n")
    print(report.line(alone, together))
    return 0


if __name__ == "__main__":
    sys.exit(main())
