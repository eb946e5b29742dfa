"""What units of a line cost: each unit has its own part of what is said of the whole line."""

from tests.simulation.judge.derived import wanted_of
from tests.simulation.judge.verdict import Item


def price(sold: Item, unit: int, details: Item) -> int:
    """What a line's unit, counted from 0, costs, in minor units."""

    def part(amount: int) -> int:
        upto, before = amount * (unit + 1), amount * unit
        return int(upto // sold["quantity"] - before // sold["quantity"])

    amount = sold.get("unit_price", 0) - part(sold.get("discount", 0) + sold.get("share", 0))
    return int(amount + (0 if details.get("prices_include_tax") else part(sold.get("tax", 0))))


def whole(sold: Item, details: Item) -> int:
    """What a line costs."""
    return sum(price(sold, unit, details) for unit in range(sold["quantity"]))


def last_units(line: Item, units: int, details: Item) -> int:
    """What the last units of a line cost that are neither cancelled nor refunded."""
    sold = {one["line_id"]: one for one in details.get("lines", ())}.get(line["line_id"])
    if sold is None:
        return 0
    charged = wanted_of(line) - line.get("refunded", 0)
    return sum(price(sold, unit, details) for unit in range(charged - units, charged))
