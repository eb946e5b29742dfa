"""Customers: they order, at times twice at once, and some think better of it.

Names, addresses and numbers are canaries: whatever is typed, the judge looks for elsewhere.
"""

from collections.abc import Sequence
from typing import Any

from tests.simulation.people import desk, staff
from tests.simulation.people.calls import cancel, expect
from tests.simulation.people.front import Client
from tests.simulation.people.orders import wanted
from tests.simulation.people.scene import HOT, Scene, Shop


def come(
    scene: Scene,
    shop: Shop,
    number: int,
    within: float,
    *,
    after: float = 0.0,
    skus: Sequence[str] = (),
) -> None:
    """Let a customer come; ``skus``: who knows already what to buy, one unit of each."""
    dice = scene.dice
    eager = not skus and dice.random() < 0.2  # buys the hot item, and keeps it
    body = wanted(scene, shop, number, (HOT,) if eager else skus)
    headers: dict[str, str] = {}
    if dice.random() < 0.5:
        body["external_id"] = f"web-{number}"
    else:
        headers["Idempotency_Key"] = scene.once("ord")
    if not eager and not skus and dice.random() < 0.1:
        body["draft"] = True
    elif dice.random() < 0.1:
        headers["Prefer"] = "wait=2"
    changes_mind = not eager and dice.random() < 0.3

    def order(client: Client) -> None:
        placed = expect(client.call("POST", "/v1/orders", body, **headers), 201)
        if not placed.ok:
            return
        staff.attend(scene, shop, placed.body["id"], may_cancel=not eager)
        if not eager:
            scene.placed.append((shop, placed.body["id"]))
            desk.attend(scene, shop, placed.body)
        if dice.random() < 0.05:  # something else under the same name
            other = body | {"note": "canary of another wish"}
            expect(client.call("POST", "/v1/orders", other, **headers), 409, 422)
        _think_again(scene, client, placed.body, changes_mind=changes_mind)

    scene.enter(f"customer {number}", shop.key, order, within, after=after)
    if dice.random() < 0.15:

        def again(client: Client) -> None:
            expect(client.call("POST", "/v1/orders", body, **headers), 201)

        scene.enter(f"customer {number} again", shop.key, again, within, after=after)


def _think_again(
    scene: Scene, client: Client, placed: dict[str, Any], *, changes_mind: bool
) -> None:
    """Make an order of a draft, sooner or later, or never; or cancel it all."""
    dice, path = scene.dice, f"/v1/orders/{placed['id']}"
    if placed["status"] == "draft" and dice.random() < 0.85:
        client.sleep(dice.choice((0.5, 20.0, 90.0)) * dice.random())
        wait = {"Prefer": "wait=3"} if dice.random() < 0.3 else {}
        expect(client.call("POST", f"{path}/confirm", **wait), 200, 409)
    if changes_mind:
        client.sleep(dice.choice((0.0, 0.2, 3.0, 30.0)) * dice.random())
        cancel(scene, client, placed["id"])
