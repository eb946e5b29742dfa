"""Somebody with the console changes what no room would, and mends it; while nothing fails."""

from typing import Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done
from tests.simulation.people.errands import DECIDED, SKU, found, paid, place_order, see
from tests.simulation.people.front import Client
from tests.simulation.people.scene import STOCK_CHECK, Scene, Shop
from tests.simulation.people.shops import receive

_NUMBER: Final = 95
"""Of the shop."""
_ALERTED: Final = "canary-of-alerts@shop95.example"
_BESIDE: Final = 8
"""Orders that come while one cannot be read: nearly always some share its shard."""
_CHECKED: Final = 300.0
"""Seconds in which the check has gone over everything, and what it found is told."""


def come(scene: Scene) -> None:
    """Let a shop open, and all of it be done there."""
    scene.operate(lambda operator: _open(scene, operator))


def _open(scene: Scene, operator: Client) -> None:
    shop, clerk = found(scene, operator, _NUMBER, alert_email=_ALERTED)
    _break_an_order(scene, shop, clerk)
    _lose_a_unit(scene, shop, clerk)


def _break_an_order(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Make what nobody can read of an order, and mend it: nobody else waits for it.

    It was cancelled before that, and inventory never heard so: what it holds is given back when it
    is taken up again, or never.
    """
    order = see(clerk, place_order(clerk, **paid()), "confirmed")
    key = (f"{shop.id}#{order['id']}", "order")
    reserved = _reserved(clerk)
    scene.lose(key)
    done(clerk.call("POST", f"/v1/orders/{order['id']}/cancel", {"reason": "staff"}))
    clerk.sleep(DECIDED)
    if _reserved(clerk) != reserved:
        raise Violation("seldom", "inventory has heard what was to be lost", (order["id"],))
    scene.tamper("OrdersTable", key, allocation="some, perhaps", demand_changed=True)
    for order_id in [place_order(clerk, **paid()) for _ in range(_BESIDE)]:
        see(clerk, order_id, "confirmed")
    scene.tick(STOCK_CHECK)
    clerk.sleep(_CHECKED)
    scene.tamper("OrdersTable", key, is_mended=True, allocation="all", demand_changed=False)


def _reserved(clerk: Client) -> int:
    """Units of what is sold here that are held for somebody."""
    levels = done(clerk.call("GET", "/v1/stock-levels", query={"sku": SKU})).body["items"]
    return sum(level["reserved"] for level in levels)


def _lose_a_unit(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Change how many units there are, past the ledger; see it found, and mend it."""
    sku, location = "SKU-LOST", shop.locations[0]
    done(clerk.call("PUT", f"/v1/items/{sku}", {"title": sku, "oversell_policy": "deny"}))
    done(receive(scene, clerk, sku, location, 5))
    key = (f"{shop.id}#sku#{sku}", f"level#{location}")
    scene.tamper("InventoryTable", key, on_hand=4, available=4)
    scene.tick(STOCK_CHECK)
    clerk.sleep(_CHECKED)
    told = done(clerk.call("POST", "/v1/stock-checks", {"sku": sku})).body["levels"]
    if [level["verdict"] for level in told] != ["drift"]:
        raise Violation("seldom", f"a unit is lost, and a check says {told}", (sku,))
    scene.tamper("InventoryTable", key, is_mended=True, on_hand=5, available=5)
