"""Opening shops: tenants with keys, locations, items and stock; and the carrier's settings."""

from collections.abc import Sequence
from typing import Any, Final

from tests.simulation.people.calls import done
from tests.simulation.people.carrier import TOKEN
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.scene import HOT, Scene, Shop

COUNTRIES: Final = ("DE", "PT", "US")
_SKUS: Final = ("SKU-0", "SKU-1", "SKU-2")
_BULK: Final = tuple(f"BULK-{number:02}" for number in range(48))
"""More than one transaction can reserve of: an order for them all is written in parts."""
_WITH_BULK: Final = 0.2
"""Share of the seeds with such orders: stocking so many SKUs takes its time."""


def open_shops(scene: Scene) -> list[Shop]:
    """Make the shops of this seed; to be called while nothing fails. They come one by one."""
    shops: list[Shop] = []

    def act(operator: Client) -> None:
        done(operator.call("PUT", "/v1/carriers/ems", {"credentials": {"token": TOKEN}}))
        scene.judge.expect_canary(TOKEN)
        count = scene.dice.choice((1, 2, 2))
        shops.extend(_open(scene, operator, number) for number in range(count))

    scene.operate(act)
    return shops


def _open(scene: Scene, operator: Client, number: int) -> Shop:
    dice = scene.dice
    rules = {
        "currency": dice.choice(("EUR", "USD", "JPY")),
        "on_shortage": dice.choice(("hold", "cancel")),
        "payment_rule": dice.choice(("none", "none", "paid")),
    }
    bulk = _BULK if number == 0 and dice.random() < _WITH_BULK else ()
    shop, manager = found_shop(scene, operator, number, (*_SKUS, HOT), rules, bulk=bulk)
    _stock(scene, manager, shop)
    return shop


def found_shop(
    scene: Scene,
    operator: Client,
    number: int,
    skus: Sequence[str],
    rules: dict[str, str],
    *,
    bulk: Sequence[str] = (),
) -> tuple[Shop, Client]:
    """Make a shop, its key and its platform; the shop, its shelves still empty, and its manager."""
    settings = {"name": f"Shop {number}", "currency": "EUR"} | rules
    shop_id = done(operator.call("POST", "/v1/shops", settings)).body["id"]
    path = f"/v1/shops/{shop_id}"
    wanted = {"name": "shop", "scopes": ["*"]}
    key = done(operator.call("POST", f"{path}/api-keys", wanted)).body["key"]
    secret = f"platform-secret-canary-{number}"
    done(operator.call("PUT", f"{path}/platforms/shopify", {"secrets": [secret]}))
    scene.judge.expect_canary(key.split("_", 2)[2])
    scene.judge.expect_canary(secret)
    locations = tuple(f"loc{place}" for place in range(scene.dice.randint(1, 3)))
    shop = Shop(shop_id, key, secret, locations, tuple(skus), tuple(bulk))
    return shop, scene.gateway.client(f"manager of shop {number}", key)


def _stock(scene: Scene, manager: Client, shop: Shop) -> None:
    scarce = scene.dice.random() < 0.5
    for location in shop.locations:
        done(manager.call("PUT", f"/v1/locations/{location}", place(scene, location)))
    for sku in shop.skus:
        done(manager.call("PUT", f"/v1/items/{sku}", item(scene, sku)))
        for location in shop.locations:
            if units := scene.dice.choice((0, 0, 1, 3) if scarce else (0, 4, 10, 30)):
                done(receive(scene, manager, sku, location, units))
    for sku in shop.bulk:
        settings = {"title": sku, "oversell_policy": "deny"}
        done(manager.call("PUT", f"/v1/items/{sku}", settings))
        location = scene.dice.choice(shop.locations)
        done(receive(scene, manager, sku, location, 1 if scarce else 3))


def place(scene: Scene, location: str) -> dict[str, Any]:
    """A location's settings."""
    return {
        "name": location,
        "priority": scene.dice.randint(1, 3),
        "country": scene.dice.choice(COUNTRIES),
    }


def item(scene: Scene, sku: str) -> dict[str, Any]:
    """A SKU's settings: the first is always scarce when it is sold out, others may be owed."""
    dice = scene.dice
    if sku == HOT:
        return {"title": sku, "oversell_policy": "deny"}
    may_be_owed = ("deny",) if sku == _SKUS[0] else ("deny", "backorder")
    policy = dice.choice(may_be_owed)
    limit = dice.choice((None, 2, 6)) if policy == "backorder" else None
    return {
        "title": sku,
        "oversell_policy": policy,
        "backorder_limit": limit,
        "tracked": dice.random() < 0.95,
        "safety_stock": dice.choice((0, 0, 0, 2)),
        "reorder_point": dice.choice((None, 3)),
    }


def receive(scene: Scene, client: Client, sku: str, location: str, units: int) -> Answer:
    """Take goods in."""
    body = {"sku": sku, "location_id": location, "kind": "received", "quantity": units}
    return client.call("POST", "/v1/stock-movements", body, Idempotency_Key=scene.once("mov"))
