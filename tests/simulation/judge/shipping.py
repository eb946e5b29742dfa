"""What parcels do to an order: fulfilled and delivered are sums over all its shipments."""

from collections import Counter
from collections.abc import Mapping

from tests.simulation.judge.derived import agreed, wanted_of
from tests.simulation.judge.steps import put, settle
from tests.simulation.judge.verdict import Item, broken


def ship(order: Item, shipments: Mapping[str, Item]) -> None:
    """One shipment has news."""
    before = order.get("shipments", {})
    news = [
        name
        for name in shipments
        if shipments[name].get("version") != before.get(name, {}).get("version")
    ]
    if len(news) != 1:
        broken("order's life", f"news of {len(news)} shipments at once", order["order_id"])
    order["shipments"] = dict(shipments)
    recount(order)
    settle(order)


def recount(order: Item) -> None:
    """Add up; a shipment that carries more of a line than is wanted is flagged."""
    if "shipments" not in order:
        return
    shipments = order["shipments"]
    sent, there = Counter[str](), Counter[str]()
    for one in shipments.values():
        sent.update(one["lines"])
        if one["delivered"]:
            there.update(one["lines"])
    for line in order["lines"]:
        put(line, "fulfilled", sent[line["line_id"]])
        put(line, "delivered", there[line["line_id"]])
    wanted = {line["line_id"]: wanted_of(line) for line in agreed(order)}
    excess = {name for name, units in sent.items() if units > wanted.get(name, 0)}
    order["shipments"] = {
        name: {key: value for key, value in one.items() if key != "unmatched"}
        | ({"unmatched": True} if excess & set(one["lines"]) else {})
        for name, one in shipments.items()
    }
