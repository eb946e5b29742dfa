"""An order that was held for an unknown SKU asks for stock once it is told of anew."""

from collections.abc import Iterator

from tests.simulation.judge.rules import ENDED
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World


def check_asking(world: World) -> None:
    """Judge the end: all it wanted was known when the platform last told: inventory is asked."""
    for kind, key, order in world.items("OrdersTable"):
        if kind != "order" or order.get("asks_stock", True) or order["status"] in ENDED:
            continue
        shop_id = order["shop_id"]
        seen = (f"{shop_id}#{order['channel']}#{order['external_id']}", "observation")
        told = world.last_written("ShopsTable", seen)
        then = world.since("OrdersTable", key, told)[0]
        if not any(unknown_skus(world, then, told)):
            broken("undecided", "held for an unknown SKU that is known", order["order_id"])


def unknown_skus(world: World, order: Item, number: int) -> Iterator[str]:
    """What of the order's own lines, as far as they are not cancelled, was no item by then."""
    for line in order["lines"]:
        name = f"{order['shop_id']}#sku#{line['sku']}", "item"
        is_wanted = line["quantity"] > line.get("cancelled", 0)
        if is_wanted and not world.existed("InventoryTable", name, number):
            yield line["sku"]
