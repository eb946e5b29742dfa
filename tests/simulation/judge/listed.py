"""Lists, read to their end: who was there all the while is met once, and nobody who was not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World

_LIKE: Final = ("status", "channel", "external_id")


class ListRules:
    """Judges whole lists of orders."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.judged = 0
        """Orders that had to be met, over all lists."""

    def check(self, shop_id: str, query: Mapping[str, str], ids: Sequence[str], since: int) -> None:
        """Judge all pages of a list; whatever they showed was so at write ``since`` or after."""
        met = Counter(ids)
        twice = sorted(order_id for order_id, times in met.items() if times > 1)
        if twice:
            broken("lists", f"met more than once in {dict(query)}", *twice)
        for kind, key, order in list(self._world.items("OrdersTable")):
            if kind != "order" or order["shop_id"] != shop_id:
                continue
            states = self._world.since("OrdersTable", key, since)
            fits = [self._fits(state, query) for state in states]
            there = self._world.existed("OrdersTable", key, since)
            stays = len({state["placed_at"] for state in states}) == 1
            if there and stays and all(fits):
                self.judged += 1
                if not met[order["order_id"]]:
                    broken("lists", f"not met in {dict(query)}", order["order_id"])
            if met.pop(order["order_id"], 0) and not any(fits):
                broken("lists", f"met in {dict(query)}, as it never was", order["order_id"])
        if met:
            broken("lists", "met, and not of this shop", *met)

    def _fits(self, order: Item, query: Mapping[str, str]) -> bool:
        details = self._world.details(order["shop_id"], order["order_id"]) or {}
        email = details.get("customer", {}).get("email") or ""
        return (
            all(query.get(name) in {None, order.get(name)} for name in _LIKE)
            and ("tag" not in query or query["tag"] in order.get("tags", ()))
            and ("email" not in query or query["email"].lower() == email.lower())
            and query.get("placed_from", "") <= order["placed_at"]
            and order["placed_at"] <= query.get("placed_to", "~")
        )
