"""Of a SKU sold one by one from a fixed stock, exactly as many units are sold as can be."""

from tests.simulation.judge.rules import GONE
from tests.simulation.judge.stock import StockRules
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World

Sku = tuple[str, str]
"""Shop and SKU."""


def check_sales(world: World, stock: StockRules) -> int:
    """Judge every SKU that can be judged by its totals alone; how many that were."""
    orders: dict[Sku, list[Item]] = {}
    for kind, _, order in world.items("OrdersTable"):
        if kind == "order" and order["status"] != "draft":
            for sku in {line["sku"]: None for line in order["lines"]}:
                orders.setdefault((order["shop_id"], sku), []).append(order)
    judged = 0
    for sku, buyers in orders.items():
        if sku not in stock.uneven and _is_plain(world, stock, sku, buyers):
            _check(world, stock, sku, buyers)
            judged += 1
    return judged


def _is_plain(world: World, stock: StockRules, sku: Sku, buyers: list[Item]) -> bool:
    """All stock came before the first order, nothing can be owed, and everybody wants one unit."""
    key = (f"{sku[0]}#sku#{sku[1]}", "item")
    item = world.now("InventoryTable", key)
    if item is None or not item["tracked"] or item["oversell_policy"] != "deny":
        return False
    quiet = max(stock.last_moved.get(sku, 0), world.last_written("InventoryTable", key))
    return all(
        len(order["lines"]) == 1
        and order["lines"][0]["quantity"] == 1
        and order.get("asks_stock", True)
        and not world.existed("OrdersTable", (order["pk"], "order"), quiet)
        for order in buyers
    )


def _check(world: World, stock: StockRules, sku: Sku, buyers: list[Item]) -> None:
    wants = sum(not _left_before_its_turn(world, order) for order in buyers)
    sold = sum(order["lines"][0].get("allocated", 0) for order in buyers)
    units = _units(world, stock, sku)
    if sold != min(wants, units):
        broken("sold", f"{sold} of {sku[1]} sold to {wants} buyers, of {units} units", sku[1])


def _left_before_its_turn(world: World, order: Item) -> bool:
    past = world.allocations_past(order["shop_id"], order["order_id"])
    return order["status"] in GONE and (not past or past[0]["decision"] == "released")


def _units(world: World, stock: StockRules, sku: Sku) -> int:
    """Units that could ever be sold of a SKU."""
    total = 0
    for level in [level for level in stock.moved if level[:2] == sku]:
        stored = world.now("InventoryTable", (f"{sku[0]}#sku#{sku[1]}", f"level#{level[2]}"))
        total += max(0, stock.moved[level] - (stored or {"safety_stock": 0})["safety_stock"])
    return total
