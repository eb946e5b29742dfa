"""Staff: they ship what is confirmed, and at times what is not."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.simulation.people.calls import cancel, expect
from tests.simulation.people.front import Client
from tests.simulation.people.parcels import hand_over, send_ahead
from tests.simulation.people.scene import Scene, Shop

_IN_TWO: Final = 0.5
"""Share of the orders of several units that leave in two shipments."""
_SHORT_PAUSE: Final = 5.0
_PAUSES: Final = (_SHORT_PAUSE, _SHORT_PAUSE, 20.0, 240.0)
"""Seconds that pass between the two, at most: what is said of both may be one message, or not."""


def attend(scene: Scene, shop: Shop, order_id: str, *, may_cancel: bool) -> None:
    """Let somebody look after an order, or nobody, or two who do not know of each other."""
    for number in range(scene.dice.choice((0, 1, 1, 1, 2))):
        scene.enter(
            f"packer {number} of {order_id}",
            shop.key,
            lambda client: _pack(scene, shop, client, order_id, may_cancel=may_cancel),
        )


def _pack(scene: Scene, shop: Shop, client: Client, order_id: str, *, may_cancel: bool) -> None:
    """Ship an order when it is confirmed, or too early; at times somebody cancels it then."""
    hasty = scene.dice.random() < 0.15
    for _ in range(1 if hasty else 4):
        client.sleep(scene.dice.uniform(0.1, 15.0))
        seen = expect(client.call("GET", f"/v1/orders/{order_id}"), 200)
        if seen.ok and _is_ready(seen.body):
            break
    if not seen.ok or not (hasty or _is_ready(seen.body)):
        return
    if may_cancel and scene.dice.random() < 0.15:
        scene.enter(
            f"late change of {order_id}",
            shop.key,
            lambda other: cancel(scene, other, order_id),
            within=0.3,
        )
    _ship(scene, client, seen.body)
    if scene.dice.random() < 0.5:
        _look_around(scene, client, order_id)


def _is_ready(order: dict[str, Any]) -> bool:
    """Whether it is confirmed, not held, and all of it there; what is owed nobody can pack."""
    waits = order["inventory_status"] == "backordered" or order["holds"]
    return order["status"] == "confirmed" and not waits


def _ship(scene: Scene, client: Client, order: dict[str, Any]) -> None:
    """Ship all, or a part, or all in two parts: the second within seconds, or some minutes."""
    dice, units = scene.dice, sum(line["quantity"] for line in order["lines"])
    chance = dice.random()
    if units > 1 and (chance < _IN_TWO or scene.parts_hurry):
        first, rest = _halves(order["lines"])
        hand = send_ahead if scene.parts_hurry else hand_over
        _send(scene, client, {"order_id": order["id"], "lines": first}, hand)
        pause = _SHORT_PAUSE if scene.parts_hurry else dice.choice(_PAUSES)
        client.sleep(dice.uniform(0.0, pause))
        _send(scene, client, {"order_id": order["id"], "lines": rest})
    elif chance > 0.8:
        send_part(scene, client, order["id"], order["lines"])
    else:
        _send(scene, client, {"order_id": order["id"]})


def _halves(lines: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The first unit of an order, and all others."""
    first, *others = [{"line_id": line["id"], "quantity": line["quantity"]} for line in lines]
    rest = [first | {"quantity": first["quantity"] - 1}] if first["quantity"] > 1 else []
    return [[first | {"quantity": 1}], [*rest, *others]]


def send_part(scene: Scene, client: Client, order_id: str, lines: Sequence[dict[str, Any]]) -> None:
    """Ship some units of each of these lines."""
    units = [
        {"line_id": line["id"], "quantity": scene.dice.randint(1, line["quantity"])}
        for line in lines
    ]
    _send(scene, client, {"order_id": order_id, "lines": units})


def _send(
    scene: Scene,
    client: Client,
    what: dict[str, Any],
    hand: Callable[[Scene], dict[str, str]] = hand_over,
) -> None:
    count = scene.dice.choice((1, 1, 2))
    body = what | {"parcels": [hand(scene) for _ in range(count)]}
    answer = client.call("POST", "/v1/shipments", body, Idempotency_Key=scene.once("shp"))
    expect(answer, 201, 409)


def _look_around(scene: Scene, client: Client, order_id: str) -> None:
    """Read what may lag behind: lists, and what the customer was told."""
    client.sleep(scene.dice.expovariate(0.5))
    path = scene.dice.choice(("/v1/orders", "/v1/shipments", f"/v1/orders/{order_id}/timeline"))
    expect(client.call("GET", path, query={"limit": "5"}), 200)
    expect(client.call("GET", "/v1/notifications", query={"order_id": order_id}), 200)
