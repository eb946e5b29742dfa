"""Who reads a shop's orders, page after page, to the end of the list."""

from datetime import UTC, datetime
from typing import Final

from tests.simulation.people.calls import expect
from tests.simulation.people.front import Client
from tests.simulation.people.orders import TAGS
from tests.simulation.people.scene import Scene, Shop

_LAG: Final = 10.5
"""Seconds after which every index knows what was written before."""
_MOST_PAGES: Final = 100
_STATUSES: Final = ("pending", "confirmed", "completed", "cancelled", "expired")


def read(scene: Scene, shop: Shop, within: float) -> None:
    """Let somebody read a list, whatever happens to the orders meanwhile."""
    scene.enter("reader", shop.key, lambda client: _walk(scene, shop, client), within)


def _walk(scene: Scene, shop: Shop, client: Client) -> None:
    since = scene.judge.world.number
    client.sleep(_LAG)
    filters = _filters(scene)
    limit, cursor = str(scene.dice.choice((12, 20, 30))), None
    met: list[str] = []
    for _ in range(_MOST_PAGES):
        place = {"cursor": cursor} if cursor else {}
        page = expect(
            client.call("GET", "/v1/orders", query=filters | {"limit": limit} | place), 200
        )
        if not page.ok:
            return  # nobody answers: this one never saw the end of it
        met += [row["id"] for row in page.body["items"]]
        cursor = page.body["next_cursor"]
        if cursor is None:
            break
    scene.gateway.seen["list read to its end"] += 1
    scene.judge.listed(shop.id, filters, met, since)


def _filters(scene: Scene) -> dict[str, str]:
    dice = scene.dice
    at = datetime.fromtimestamp(scene.machine.now - dice.uniform(0.0, 60.0), UTC)
    instant = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
    return dice.choice(
        (
            {},
            {},
            {"status": dice.choice(_STATUSES)},
            {"tag": dice.choice(TAGS)},
            {"channel": dice.choice(("api", "shopify"))},
            {"email": f"Canary{dice.randint(0, 40)}@customers.example"},
            {"placed_to": instant},
        )
    )
