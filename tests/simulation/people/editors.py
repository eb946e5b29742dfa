"""Who edits an order: asks what it would cost, and confirms, withdraws or forgets about it."""

from typing import Any, Final

from tests.simulation.people.calls import expect, money
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.orders import line
from tests.simulation.people.scene import HOT, Scene, Shop

_MOST_LINES: Final = 6
_FORGOTTEN: Final = 0.12
_WITHDRAWN: Final = 0.2
_TOO_MUCH: Final = 40
"""More units than most shelves have."""


def edit(scene: Scene, shop: Shop, client: Client, order_id: str) -> None:
    """Quote an edit and see it through."""
    dice = scene.dice
    seen = expect(client.call("GET", f"/v1/orders/{order_id}"), 200)
    if not seen.ok:
        return
    body = _wish(scene, shop, seen.body)
    key = {"Idempotency_Key": scene.once("edit")} if dice.random() < 0.6 else {}
    path = f"/v1/orders/{order_id}/edits"
    quoted = expect(client.call("POST", path, body, **key), 201, 409, 422)
    if not quoted.ok:
        if quoted.status == 409 and quoted.body.get("edit_state") == "open":
            _withdraw(client, f"{path}/{quoted.body['edit_id']}")
        return
    if key and dice.random() < 0.15:
        other = body | {"note": "canary of another edit"}
        expect(client.call("POST", path, other, **key), 422)
    own, fate = f"{path}/{quoted.body['id']}", dice.random()
    if fate < _FORGOTTEN:
        scene.forgotten.append((shop, own))
    elif fate < _WITHDRAWN:
        _withdraw(client, own)
    else:
        client.sleep(dice.choice((0.0, 0.5, 20.0)) * dice.random())
        if dice.random() < 0.3:
            scene.enter(f"twin, {own}", shop.key, lambda twin: confirm(scene, twin, own), 0.1)
        confirm(scene, client, own)


def confirm(scene: Scene, client: Client, path: str) -> None:
    """Let what was quoted be done; at times it no longer fits."""
    wait = {"Prefer": "wait=5"} if scene.dice.random() < 0.2 else {}
    answer: Answer = client.call("POST", f"{path}/confirm", **wait)
    expect(answer, 200, 409)


def remember(scene: Scene, shop: Shop, path: str, within: float) -> None:
    """Let a quote be confirmed of which nobody thought for days."""
    scene.enter(f"who forgot {path}", shop.key, lambda late: confirm(scene, late, path), within)


def _withdraw(client: Client, path: str) -> None:
    expect(client.call("DELETE", path), 204, 409)


def _wish(scene: Scene, shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    """More of a line, less or none of it, another line, both, or another price of shipping."""
    dice = scene.dice
    one = dice.choice(order["lines"])
    kept = one["quantities"]["ordered"] - one["quantities"]["cancelled"]
    how = dice.choice(("more", "more", "less", "none", "add", "swap", "swap", "swap", "shipping"))
    body: dict[str, Any] = {}
    if how == "more" or len(order["lines"]) >= _MOST_LINES:
        units = _TOO_MUCH if dice.random() < 0.2 else dice.choice((1, 1, 2))
        body["lines"] = [{"line_id": one["id"], "quantity": kept + units}]
    elif how in {"less", "none", "swap"}:
        left = 0 if how == "none" else dice.randint(0, max(0, kept - 1))
        body["lines"] = [{"line_id": one["id"], "quantity": left}]
    if how in {"add", "swap"}:
        sku = dice.choice([sku for sku in shop.skus if sku != HOT])
        sku = one["sku"] if how == "swap" and dice.random() < 0.4 else sku
        body["add"] = [line(scene, sku, dice.choice((1, 1, 2, 3)), plain=dice.random() < 0.5)]
    if how == "shipping":
        body["shipping_price"] = money(dice.randint(0, 50))
    return body
