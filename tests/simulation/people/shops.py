"""Opening shops: tenants with keys, locations, items and stock; and the carriers' settings."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tests.simulation.people.calls import done
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.parcels import set_up
from tests.simulation.people.scene import HOT, Scene, Shop

COUNTRIES: Final = ("DE", "PT", "US")
WAITED_FOR: Final = "SKU-WAIT"
"""Owed to many, and never much of it there: it arrives in small amounts."""
PREORDERED: Final = "SKU-PRE"
"""Owed to those who order before it is released, which happens during the rush."""
SCARCE: Final = frozenset({WAITED_FOR, PREORDERED})
"""What never arrives in great numbers."""
_SKUS: Final = ("SKU-0", "SKU-1", "SKU-2", WAITED_FOR, PREORDERED)
_ANNEX: Final = "annex"
"""A location with little in it, so that it can be closed."""
_WITH_ANNEX: Final = 0.6
_WITH_DEADLINE: Final = 0.8
"""Share of the shops that want money first, and do not wait for it for ever."""
_RELEASED_AFTER: Final = (50.0, 150.0)
"""Seconds from a PUT of its settings: while shops are opened, a minute passes before the rush."""
_POLICIES: Final = {
    "SKU-0": ("deny",),
    WAITED_FOR: ("backorder",) * 9 + ("deny",),
    PREORDERED: ("preorder",),
}
_WITH_ALERTS: Final = 0.5
"""Share of the seeds whose first shop is told what concerns it; the others have nowhere to be."""
ALERTED: Final = "warehouse@shop0.example"
_BULK: Final = tuple(f"BULK-{number:02}" for number in range(48))
"""More than one transaction can reserve of: an order for them all is written in parts."""
_LATE: Final = tuple(f"LATE-{number}" for number in range(6))
"""There is none of these at first, and each arrives once."""
LIMITED: Final = frozenset(_LATE[3:])
"""Of these one unit may be owed, and no more."""
_WITH_BULK: Final = 0.15
"""Share of the seeds with such orders: stocking so many SKUs takes its time."""


def open_shops(scene: Scene) -> list[Shop]:
    """Make the shops of this seed; to be called while nothing fails. They come one by one."""
    shops: list[Shop] = []

    def act(operator: Client) -> None:
        set_up(scene, operator)
        count = scene.dice.choice((1, 2, 2))
        shops.extend(_open(scene, operator, number) for number in range(count))

    scene.operate(act)
    return shops


def _open(scene: Scene, operator: Client, number: int) -> Shop:
    dice = scene.dice
    rules: dict[str, Any] = {
        "currency": dice.choice(("EUR", "USD", "JPY")),
        "on_shortage": dice.choice(("hold", "cancel")),
        "payment_rule": dice.choice(("none", "paid", "authorized")),
    }
    if rules["payment_rule"] != "none" and dice.random() < _WITH_DEADLINE:
        rules["payment_minutes"] = dice.choice((1, 2, 3))
    if number == 0 and dice.random() < _WITH_ALERTS:
        rules |= {"alert_email": ALERTED, "locale": dice.choice(("de", "en-GB", "pt-PT"))}
    bulk = _BULK if number == 0 and dice.random() < _WITH_BULK else ()
    shop, manager = found_shop(
        scene, operator, number, (*_SKUS, HOT), rules, bulk=bulk, late=_LATE, with_annex=True
    )
    _stock(scene, manager, shop)
    return shop


def found_shop(
    scene: Scene,
    operator: Client,
    number: int,
    skus: Sequence[str],
    rules: dict[str, Any],
    *,
    bulk: Sequence[str] = (),
    late: Sequence[str] = (),
    with_annex: bool = False,
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
    locations = tuple(f"loc{place}" for place in range(scene.dice.choice((1, 2, 2, 2))))
    if with_annex and scene.dice.random() < _WITH_ANNEX:
        locations += (_ANNEX,)
    is_prepaid = rules.get("payment_rule", "none") != "none"
    wares = (tuple(skus), tuple(bulk), tuple(late))
    shop = Shop(shop_id, key, secret, locations, *wares, is_prepaid)
    return shop, scene.gateway.client(f"manager of shop {number}", key)


def _stock(scene: Scene, manager: Client, shop: Shop) -> None:
    scarce = scene.dice.random() < 0.5
    for location in shop.locations:
        done(manager.call("PUT", f"/v1/locations/{location}", place(scene, location)))
    for sku in shop.skus:
        done(manager.call("PUT", f"/v1/items/{sku}", item(scene, sku)))
        for location in shop.locations:
            if units := scene.dice.choice(_usual(sku, location, scarce=scarce)):
                done(receive(scene, manager, sku, location, units))
    for sku in shop.late:
        settings: dict[str, Any] = {"title": sku, "oversell_policy": "backorder"}
        settings |= {"backorder_limit": 1} if sku in LIMITED else {}
        done(manager.call("PUT", f"/v1/items/{sku}", settings))
    for sku in shop.bulk:
        settings = {"title": sku, "oversell_policy": "deny"}
        done(manager.call("PUT", f"/v1/items/{sku}", settings))
        location = scene.dice.choice(shop.locations)
        done(receive(scene, manager, sku, location, 1 if scarce else 3))


def _usual(sku: str, location: str, *, scarce: bool) -> tuple[int, ...]:
    """How many units there may be at first."""
    if location == _ANNEX:
        return (0,) if sku in {HOT, *SCARCE} else (0, 0, 1, 2)
    if sku in SCARCE:
        return (0, 0, 0, 1)
    return (0, 0, 1, 3) if scarce else (0, 4, 10, 30)


def place(scene: Scene, location: str) -> dict[str, Any]:
    """A location's settings."""
    return {
        "name": location,
        "priority": 9 if location == _ANNEX else scene.dice.randint(1, 3),
        "country": scene.dice.choice(COUNTRIES),
    }


def item(scene: Scene, sku: str) -> dict[str, Any]:
    """A SKU's settings: the first is always scarce when it is sold out, others may be owed."""
    dice = scene.dice
    if sku == HOT:
        return {"title": sku, "oversell_policy": "deny"}
    policy = dice.choice(_POLICIES.get(sku, ("deny", "backorder")))
    limits = (None, 2, 6) if policy == "backorder" and sku != WAITED_FOR else (None,)
    limit = dice.choice(limits)
    if sku in SCARCE:
        at = datetime.fromtimestamp(scene.machine.now + dice.uniform(*_RELEASED_AFTER), UTC)
        release = {"release_at": at.isoformat()} if policy == "preorder" else {}
        settings = {"title": sku, "oversell_policy": policy, "backorder_limit": limit}
        return settings | release
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
