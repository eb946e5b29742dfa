"""An order that was held for an unknown SKU asks for stock once it is told of anew."""

from tests.simulation.judge.rules import ENDED
from tests.simulation.judge.verdict import broken
from tests.simulation.judge.world import World


def check_asking(world: World) -> None:
    """Judge the end: all SKUs were there when the platform last told, so inventory is asked."""
    for kind, _, order in world.items("OrdersTable"):
        if kind != "order" or order.get("asks_stock", True) or order["status"] in ENDED:
            continue
        shop_id = order["shop_id"]
        seen = (f"{shop_id}#{order['channel']}#{order['external_id']}", "observation")
        told = world.last_written("ShopsTable", seen)
        if all(
            world.existed("InventoryTable", (f"{shop_id}#sku#{line['sku']}", "item"), told)
            for line in order["lines"]
        ):
            broken("undecided", "held for an unknown SKU that is known", order["order_id"])
