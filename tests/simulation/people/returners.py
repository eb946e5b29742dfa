"""Returns: somebody asks, the shop agrees or not, goods come back in parts, and so does money."""

from typing import Any, Final

from tests.simulation.people.calls import expect, money
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.scene import Scene, Shop

_REASONS: Final = ("unwanted", "defective", "size_too_small")


def send_back(scene: Scene, shop: Shop, client: Client, order_id: str) -> None:
    """Ask for some of what was sent to be taken back, and see it through."""
    dice = scene.dice
    seen = expect(client.call("GET", f"/v1/orders/{order_id}"), 200)
    lines = _returnable(scene, seen.body) if seen.ok else []
    if not lines:
        return
    key = {"Idempotency_Key": scene.once("ret")} if dice.random() < 0.7 else {}
    path, body = f"/v1/orders/{order_id}/returns", {"lines": lines}
    asked = expect(client.call("POST", path, body, **key), 201, 409)
    if not asked.ok:
        return
    if key and dice.random() < 0.2:
        expect(client.call("POST", path, body | {"note": "canary of a return"}, **key), 422)
    _see_through(scene, shop, client, asked.body)


def _returnable(scene: Scene, order: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for line in order["lines"]:
        left = line["quantities"]["fulfilled"] - line["quantities"]["returned"]
        if left > 0 and scene.dice.random() < 0.8:
            units = scene.dice.randint(1, left)
            reason = scene.dice.choice(_REASONS)
            found.append({"line_id": line["id"], "quantity": units, "reason": reason})
    return found


def _see_through(scene: Scene, shop: Shop, client: Client, asked: dict[str, Any]) -> None:
    dice, path = scene.dice, f"/v1/returns/{asked['id']}"
    client.sleep(dice.uniform(0.0, 5.0))
    if dice.random() < 0.12:
        expect(client.call("POST", f"{path}/decline", {}), 200, 409)
        return
    if dice.random() < 0.1:
        scene.enter(f"{path} given up", shop.key, lambda other: _cancel(other, path), within=8.0)
    if not expect(client.call("POST", f"{path}/approve"), 200, 409).ok:
        return
    parts = [_arrival(scene, shop, line) for line in asked["lines"]]
    if dice.random() < 0.6:
        parts = [[one for part in parts for one in part]]
    for lines in parts:
        client.sleep(dice.uniform(0.0, 8.0))
        _receive(scene, shop, client, path, lines)
        if dice.random() < 0.25:
            _refund(scene, shop, client, path)
    if dice.random() < 0.2:
        _cancel(client, path)
    if dice.random() < 0.85:
        _refund(scene, shop, client, path)


def _arrival(scene: Scene, shop: Shop, line: dict[str, Any]) -> list[dict[str, Any]]:
    """Of what was to come some comes, intact or damaged; at times more than that, or less."""
    dice = scene.dice
    came = min(line["quantity"], max(1, line["quantity"] + dice.choice((0, 0, 0, -1))))
    damaged = dice.randint(0, came) if dice.random() < 0.4 else 0
    back: list[dict[str, Any]] = []
    if damaged:
        back.append({"quantity": damaged, "disposition": "damaged"})
    if came > damaged:
        place = dice.choice(shop.locations)
        back.append({"quantity": came - damaged, "disposition": "restock", "location_id": place})
    return [one | {"line_id": line["line_id"]} for one in back]


def _receive(
    scene: Scene, shop: Shop, client: Client, path: str, lines: list[dict[str, Any]]
) -> None:
    """Take units in; at times two hands take in the same, or each takes it for theirs."""
    dice = scene.dice

    def take(hand: Client, key: dict[str, str]) -> Answer:
        body = {"lines": lines}
        return expect(hand.call("POST", f"{path}/receive", body, **key), 200, 409)

    key = {"Idempotency_Key": scene.once("rcv")} if dice.random() < 0.8 else {}
    if dice.random() < 0.3:
        theirs = key if dice.random() < 0.5 else {"Idempotency_Key": scene.once("rcv")}
        name = f"{client.process.name}, second hand"
        scene.enter(name, shop.key, lambda hand: _ignore(take(hand, theirs)), within=0.1)
    if take(client, key).ok and key and dice.random() < 0.2:
        take(client, key)


def _ignore(_answer: Answer) -> None:
    """A second hand's answer is the judge's business alone."""


def _refund(scene: Scene, shop: Shop, client: Client, path: str) -> None:
    """Give money back: what it cost, or another amount; at times asked for twice at once."""
    dice = scene.dice
    body: dict[str, Any] = {}
    if dice.random() < 0.3:
        body["amount"] = money(dice.choice((0, dice.randint(1, 5000), 1_000_000)))
    if dice.random() < 0.3:
        body["reference"] = scene.once("re")
    key = {"Idempotency_Key": scene.once("rfd")} if dice.random() < 0.7 else {}

    def refund(terminal: Client) -> None:
        expect(terminal.call("POST", f"{path}/refund", body, **key), 200, 409)

    if dice.random() < 0.3:
        scene.enter(f"{client.process.name}, twin", shop.key, refund, within=0.1)
    refund(client)


def _cancel(client: Client, path: str) -> None:
    expect(client.call("POST", f"{path}/cancel"), 200, 409)
