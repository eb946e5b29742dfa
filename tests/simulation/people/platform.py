"""A shop platform: tells of orders it sold, more than once, and of some that they are cancelled."""

import json
from typing import Any

from tests.simulation.people.calls import expect
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.support.shopify import headers, line, order

_TOLD_AT = "2026-11-02T09:05:00Z"
_CANCELLED_AT = "2026-11-02T09:06:00Z"


def come(scene: Scene, shop: Shop, number: int, within: float) -> None:
    """Let the platform sell something."""
    dice = scene.dice
    mail = f"canary-of-platform{number}@customers.example"
    scene.judge.expect_canary(mail)
    told = order(
        id=7_000_000 + number,
        name=f"#{number}",
        email=mail,
        contact_email=mail,
        line_items=[
            line(id=line_id, sku=dice.choice(shop.skus[:3]), quantity=1, current_quantity=1)
            for line_id in range(1, dice.choice((2, 3)))
        ],
        created_at=_TOLD_AT,
        updated_at=_TOLD_AT,
    )
    cancelled = dice.random() < 0.4
    again = dice.random() < 0.5

    def act(client: Client) -> None:
        _tell(shop, client, told, "orders/create")
        if cancelled:
            client.sleep(dice.uniform(0.0, 5.0))
            at = {"cancelled_at": _CANCELLED_AT, "updated_at": _CANCELLED_AT}
            _tell(shop, client, told | at | {"cancel_reason": "customer"}, "orders/cancelled")
        if again:
            _tell(shop, client, told, "orders/create")

    scene.enter(f"platform of order {number}", None, act, within)


def _tell(shop: Shop, client: Client, told: dict[str, Any], topic: str) -> None:
    raw = json.dumps(told)
    sent = headers(raw, shop.secret, topic=topic)
    expect(client.call("POST", f"/webhooks/shopify/{shop.id}", raw=raw, **sent), 200)
