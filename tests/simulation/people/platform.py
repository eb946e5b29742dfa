"""A shop platform: tells of orders it sold, more than once, and of some that they are cancelled.

What it sells the merchant may not have made known here yet: then somebody makes up for it.
"""

import json
from typing import Any, Final

from tests.simulation.people.calls import expect
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.simulation.people.shops import item, receive
from tests.simulation.people.staff import send_part
from tests.support.shopify import headers, line, order

_TOLD_AT: Final = "2026-11-02T09:05:00Z"
_TOLD_AGAIN_AT: Final = "2026-11-02T09:05:30Z"
_CANCELLED_AT: Final = "2026-11-02T09:06:00Z"
_LOOKS: Final = 8


def come(scene: Scene, shop: Shop, number: int, within: float) -> None:
    """Let the platform sell something."""
    dice = scene.dice
    mail = f"canary-of-platform{number}@customers.example"
    skus = [dice.choice(shop.skus[:3]) for _ in range(dice.choice((1, 2)))]
    unknown = f"SKU-NEW-{number}" if dice.random() < 0.4 else ""
    if unknown:
        skus.insert(dice.randint(0, len(skus)), unknown)
    told = order(
        id=7_000_000 + number,
        name=f"#{number}",
        email=mail,
        contact_email=mail,
        line_items=[
            line(id=line_id, sku=sku, quantity=1, current_quantity=1)
            for line_id, sku in enumerate(skus, start=1)
        ],
        created_at=_TOLD_AT,
        updated_at=_TOLD_AT,
    )
    cancelled = dice.random() < (0.15 if unknown else 0.4)
    again = dice.random() < 0.5

    def act(client: Client) -> None:
        _tell(shop, client, told, "orders/create")
        if unknown:
            scene.enter(
                f"merchant of {unknown}",
                shop.key,
                lambda merchant: _make_up(scene, shop, merchant, told, unknown),
            )
        if cancelled:
            client.sleep(dice.uniform(0.0, 5.0 if not unknown else 40.0))
            at = {"cancelled_at": _CANCELLED_AT, "updated_at": _CANCELLED_AT}
            _tell(shop, client, told | at | {"cancel_reason": "customer"}, "orders/cancelled")
        if again:
            _tell(shop, client, told, "orders/create")

    scene.enter(f"platform of order {number}", None, act, within)


def _make_up(scene: Scene, shop: Shop, merchant: Client, told: dict[str, Any], sku: str) -> None:
    """Make the SKU known, take some in, and let the platform tell of its order once more.

    Half of them send what is there before that; some never get to the rest.
    """
    dice = scene.dice
    if dice.random() < 0.5:
        _send_what_is_there(scene, merchant, told, sku)
    if dice.random() < 0.2:
        return
    merchant.sleep(dice.uniform(0.0, 20.0))
    made = expect(merchant.call("PUT", f"/v1/items/{sku}", item(scene, sku)), 200, 201)
    if units := dice.choice((0, 1, 3)):
        expect(receive(scene, merchant, sku, dice.choice(shop.locations), units), 201, 409)
    if made.ok:
        updated = told | {"updated_at": _TOLD_AGAIN_AT}
        scene.enter(
            f"platform, {sku} is known",
            None,
            lambda platform: _tell(shop, platform, updated, "orders/updated"),
        )


def _send_what_is_there(scene: Scene, merchant: Client, told: dict[str, Any], unknown: str) -> None:
    """Look for the order until it is there, and ship of it what is known."""
    query = {"external_id": str(told["id"]), "channel": "shopify"}
    for _ in range(_LOOKS):
        merchant.sleep(scene.dice.uniform(0.2, 5.0))
        found = expect(merchant.call("GET", "/v1/orders", query=query), 200)
        if found.ok and found.body["items"]:
            (known,) = found.body["items"]
            whole = expect(merchant.call("GET", f"/v1/orders/{known['id']}"), 200)
            if whole.ok:
                lines = [one for one in whole.body["lines"] if one["sku"] != unknown]
                send_part(scene, merchant, known["id"], lines[:1])
            return


def _tell(shop: Shop, client: Client, told: dict[str, Any], topic: str) -> None:
    raw = json.dumps(told)
    sent = headers(raw, shop.secret, topic=topic)
    expect(client.call("POST", f"/webhooks/shopify/{shop.id}", raw=raw, **sent), 200)
