"""Scenes of one struggle: many buyers, few units, and nothing else in the shop.

Every order that was accepted is decided in the end, and exactly as many units are sold as can be.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done, expect, money
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.simulation.people.shops import found_shop, place, receive

_SHORT: Final = "INVENTORY_OUT_OF_STOCK"
_BUYERS_A_SECOND: Final = 200
_RETRIES: Final = 0.1
"""Share of the buyers who ask twice at once, under the same key."""
_LINES: Final[Mapping[str, Sequence[tuple[str, ...]]]] = {
    "hot": (("SKU-HOT",),),
    "crossing": (("SKU-A", "SKU-B"), ("SKU-B", "SKU-A")),
    "twice": (("SKU-TWICE", "SKU-TWICE"),),
}
"""What a buyer may want, one unit a line: each draws one of these."""
CONTESTS: Final = tuple(_LINES)


@dataclass(frozen=True)
class Contest:
    """Buyers who come within seconds, and how many units there are of each SKU."""

    name: str
    buyers: int
    units: int
    faulty_seconds: float = 120.0

    @property
    def steps(self) -> int:
        """After how many steps a run of it does not come to its end any more."""
        return 400_000 + 2_000 * self.buyers

    @property
    def tries_everything(self) -> bool:
        """Whether every kind of fault must strike sooner or later: no parcel leaves here."""
        return False

    @property
    def skus(self) -> list[str]:
        """What is sold."""
        return sorted({sku for lines in _LINES[self.name] for sku in lines})

    def open(self, scene: Scene) -> list[Shop]:
        """Open the shop: what is there is spread over its locations."""
        shops: list[Shop] = []

        def act(client: Client) -> None:
            rules = {"on_shortage": "hold", "payment_rule": "none"}
            shop, manager = found_shop(scene, client, 0, self.skus, rules)
            for location in shop.locations:
                done(manager.call("PUT", f"/v1/locations/{location}", place(scene, location)))
            for sku in shop.skus:
                settings = {"title": sku, "oversell_policy": "deny"}
                done(manager.call("PUT", f"/v1/items/{sku}", settings))
                for location, units in self._spread(scene, shop):
                    done(receive(scene, manager, sku, location, units))
            shops.append(shop)

        scene.operate(act)
        return shops

    def _spread(self, scene: Scene, shop: Shop) -> list[tuple[str, int]]:
        shares = Counter(scene.dice.choice(shop.locations) for _ in range(self.units))
        return sorted(shares.items())

    def begin(self, scene: Scene, shops: list[Shop]) -> None:
        """Let the buyers come."""
        (shop,) = shops
        allocation = scene.dice.choice(("all", "partial"))
        within = max(3.0, self.buyers / _BUYERS_A_SECOND)
        for number in range(self.buyers):
            self._come(scene, shop, number, allocation, within)

    def _come(self, scene: Scene, shop: Shop, number: int, allocation: str, within: float) -> None:
        body = {
            "currency": "EUR",
            "customer": {"name": f"canary-of-contest {number}"},
            "shipping_address": {
                "name": f"canary-of-contest {number}",
                "line1": "canary-of-contest street",
                "city": "Lisboa",
                "postal_code": "1100-053",
                "country": "PT",
            },
            "lines": [
                {"sku": sku, "quantity": 1, "unit_price": money(900)}
                for sku in scene.dice.choice(_LINES[self.name])
            ],
            "allocation": allocation,
        }
        key = scene.once("ord")

        def order(client: Client) -> None:
            expect(client.call("POST", "/v1/orders", body, Idempotency_Key=key), 201)

        tries = 2 if scene.dice.random() < _RETRIES else 1
        delay = scene.dice.random() * within
        for attempt in range(tries):
            scene.enter(f"buyer {number}.{attempt}", shop.key, order, 0.3 * attempt, after=delay)

    def later(self, scene: Scene, shops: list[Shop]) -> None:
        """Nobody comes any more."""

    def end(self, scene: Scene, shops: list[Shop]) -> None:
        """Nobody comes at all."""

    def figures(self, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counter[str]:
        """Count what was sold; raises Violation where that is not exactly what can be."""
        orders = [item for item in tables["OrdersTable"] if item["sk"] == "order"]
        sold = Counter[str]()
        for order in orders:
            for line in order["lines"]:
                sold[line["sku"]] += line.get("allocated", 0)
        found = Counter(
            orders=len(orders),
            sold=sum(sold.values()),
            out_of_stock=sum(_is_short(order) for order in orders),
            oversold=sum(max(0, sold[sku] - self.units) for sku in self.skus),
            stuck=sum(not (_is_short(order) or _is_sold(order)) for order in orders),
        )
        expected = Counter({sku: self._sellable(sku, orders) for sku in self.skus})
        if +sold != +expected:
            raise Violation("sold", f"{dict(sold)} sold, not {dict(expected)}; {dict(found)}")
        if found["stuck"] or found["oversold"]:
            raise Violation("sold", f"{dict(found)}")
        return found

    def _sellable(self, sku: str, orders: Sequence[Mapping[str, Any]]) -> int:
        """As many as are wanted, or as there are: but none for half an order that wants all."""
        each = [sum(line["sku"] == sku for line in order["lines"]) for order in orders]
        whole = max(each, default=1) if all(o["allocation"] == "all" for o in orders) else 1
        return min(sum(each), self.units - self.units % whole)


def _is_short(order: Mapping[str, Any]) -> bool:
    """Whether an order got nothing, and says so."""
    held = [hold["kind"] for hold in order["holds"]] == [_SHORT]
    return order["status"] == "pending" and held and not _allocated(order)


def _is_sold(order: Mapping[str, Any]) -> bool:
    return order["status"] == "confirmed" and bool(_allocated(order))


def _allocated(order: Mapping[str, Any]) -> int:
    return sum(line.get("allocated", 0) for line in order["lines"])
