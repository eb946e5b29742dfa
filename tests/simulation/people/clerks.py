"""Clerks: they hold an order and let it go on, correct what it says, and cancel a part of it."""

from typing import Any, Final

from tests.simulation.people.calls import expect
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.orders import TAGS, address
from tests.simulation.people.scene import Scene, Shop

_KINDS: Final = ("AWAITING_PAYMENT", "HIGH_RISK_OF_FRAUD", "INCORRECT_ADDRESS", "OTHER")
_SHORT: Final = "INVENTORY_OUT_OF_STOCK"


def hold(scene: Scene, shop: Shop, client: Client, order_id: str) -> None:
    """Put a hold on, at times from two terminals at once; and take it off, unless forgotten."""
    dice, path = scene.dice, f"/v1/orders/{order_id}/holds"
    body = {"kind": dice.choice(_KINDS), "note": "canary of a hold"}
    key = {"Idempotency_Key": scene.once("hold")} if dice.random() < 0.6 else {}

    def put(terminal: Client) -> Answer:
        return expect(terminal.call("POST", path, body, **key), 201, 409)

    if key and dice.random() < 0.4:
        scene.enter(f"{client.process.name}, twin", shop.key, lambda twin: _ignore(put(twin)), 0.1)
    held = put(client)
    if not held.ok:
        return
    if key and dice.random() < 0.2:
        expect(client.call("POST", path, body | {"kind": "OTHER", "note": "x"}, **key), 409, 422)
    if dice.random() < 0.85:
        client.sleep(dice.choice((1.0, 30.0)) * dice.random())
        expect(client.call("DELETE", held.headers["location"]), 200, 404, 409)


def _ignore(_answer: Answer) -> None:
    """A twin's answer is the judge's business alone."""


def let_go(scene: Scene, _shop: Shop, client: Client, order_id: str) -> None:
    """Let an order go on that was short of stock: there may be some by now."""
    seen = expect(client.call("GET", f"/v1/orders/{order_id}"), 200)
    for one in seen.body["holds"] if seen.ok else ():
        if one["kind"] == _SHORT or scene.dice.random() < 0.5:
            path = f"/v1/orders/{order_id}/holds/{one['id']}"
            expect(client.call("DELETE", path), 200, 404, 409)


def amend(scene: Scene, shop: Shop, client: Client, order_id: str) -> None:
    """Correct something, often beside somebody else who corrects something too."""
    dice = scene.dice
    if dice.random() < 0.6:
        scene.enter(
            f"{client.process.name}, beside",
            shop.key,
            lambda other: _amend(scene, other, order_id),
            within=0.2,
        )
    _amend(scene, client, order_id)


def _amend(scene: Scene, client: Client, order_id: str) -> None:
    path, condition = f"/v1/orders/{order_id}", {}
    if scene.dice.random() < 0.4:
        seen = expect(client.call("GET", path), 200)
        if not seen.ok:
            return
        condition = {"If_Match": seen.headers["etag"]}
    expect(client.call("PATCH", path, _correction(scene), **condition), 200, 409, 412)


def _correction(scene: Scene) -> dict[str, Any]:
    dice = scene.dice
    what = dice.choice(("note", "tags", "metadata", "shipping_address"))
    street = f"Canary Lane {dice.randint(1, 9)}"
    words: dict[str, Any] = {
        "note": dice.choice((None, f"canary of a note {dice.randint(1, 9)}")),
        "tags": dice.sample(TAGS, dice.randint(0, 2)),
        "metadata": {f"key{dice.randint(1, 3)}": dice.choice((None, "a", "b"))},
        "shipping_address": address(scene, "Ada Canary", street),
    }
    return {what: words[what]}


def cancel_part(scene: Scene, _shop: Shop, client: Client, order_id: str) -> None:
    """Cancel some units of some lines; too late is an answer as well."""
    dice = scene.dice
    seen = expect(client.call("GET", f"/v1/orders/{order_id}"), 200)
    if not seen.ok:
        return
    lines = dice.sample(seen.body["lines"], dice.randint(1, len(seen.body["lines"])))
    units = [
        {"line_id": line["id"], "quantity": dice.randint(1, line["quantity"])} for line in lines
    ]
    body = {"reason": "customer", "lines": units}
    expect(client.call("POST", f"/v1/orders/{order_id}/cancel", body), 200, 409)
