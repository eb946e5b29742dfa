"""Who moves stock: takes in, counts, writes off, transfers, re-arranges, closes; and suppliers.

Movements are sent twice at once at times, from two terminals, under one idempotency key.
"""

from collections.abc import Sequence
from typing import Any, Final

from tests.simulation.people.calls import expect
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.scene import HOT, Scene, Shop
from tests.simulation.people.shops import PREORDERED, SCARCE, WAITED_FOR, item, place

_KINDS: Final = (
    ("received",) * 4
    + ("adjusted", "adjusted", "counted")
    + ("transferred", "transferred", "transferred", "item", "location", "close")
)
_HAULED: Final = 5
_ATTEMPTS_TO_CLOSE: Final = 3
_OPENED_AGAIN: Final = 0.5
_MOST_EMPTIED: Final = 6
"""Levels that somebody empties before a location is closed; where more are in use, it is not."""


def restock(scene: Scene, shop: Shop, number: int, within: float) -> None:
    """Let somebody change what is on the shelves, and where."""

    def act(client: Client) -> None:
        for _ in range(scene.dice.randint(1, 3)):
            _change_stock(scene, shop, client)
            client.sleep(scene.dice.uniform(0.0, 20.0))

    scene.enter(f"staff {number}", shop.key, act, within)


def supply(scene: Scene, shop: Shop, within: float) -> None:
    """Let what is waited for arrive in small amounts, now here, now there."""

    def act(client: Client) -> None:
        dice = scene.dice
        for _ in range(dice.randint(4, 8)):
            sku = dice.choice((WAITED_FOR, WAITED_FOR, PREORDERED))
            units = dice.choice((1, 1, 2, 3))
            _send(scene, shop, client, _body(sku, dice.choice(shop.locations), "received", units))
            client.sleep(dice.uniform(0.0, 30.0))

    scene.enter("supplier", shop.key, act, within, after=within / 3)


def haul(scene: Scene, shop: Shop, within: float) -> None:
    """Let units go from one location to another, where two gangs unload them at the same times."""

    def act(client: Client) -> None:
        sku = scene.dice.choice([sku for sku in shop.skus if sku != HOT])
        source = scene.dice.choice(shop.locations)
        _send(scene, shop, client, _body(sku, source, "received", _HAULED))
        _transfer(scene, shop, client, sku, source, _HAULED, together=True)

    if len(shop.locations) > 1:
        scene.enter("hauler", shop.key, act, within)


def deliver(scene: Scene, shop: Shop, sku: str, after: float) -> None:
    """Let units arrive of what there was none of, once."""
    place = scene.dice.choice(shop.locations)
    body = _body(sku, place, "received", scene.dice.choice((1, 2)))
    scene.enter(
        f"driver of {sku}", shop.key, lambda it: _ignore(_send(scene, shop, it, body)), after=after
    )


def take_stock(scene: Scene, shop: Shop, within: float) -> None:
    """Let somebody count what there is of some SKUs."""

    def act(client: Client) -> None:
        for sku in shop.skus:
            if sku != HOT and scene.dice.random() < 0.5:
                _move(scene, shop, client, sku, scene.dice.choice(shop.locations), "counted")

    scene.enter("stocktaker", shop.key, act, within)


def _change_stock(scene: Scene, shop: Shop, client: Client) -> None:
    dice = scene.dice
    sku = dice.choice([sku for sku in shop.skus if sku != HOT])
    location = dice.choice(shop.locations)
    kind = dice.choice(_KINDS)
    if kind == "item":
        expect(client.call("PUT", f"/v1/items/{sku}", item(scene, sku)), 200)
    elif kind == "location":
        expect(client.call("PUT", f"/v1/locations/{location}", place(scene, location)), 200)
    elif kind == "close":
        _close(scene, shop, client, shop.locations[-1])
    elif kind == "transferred":
        _transfer(scene, shop, client, sku, location, dice.randint(1, 4))
    else:
        _move(scene, shop, client, sku, location, kind)
    expect(client.call("GET", "/v1/stock-levels", query={"sku": sku}), 200)


def _move(scene: Scene, shop: Shop, client: Client, sku: str, location: str, kind: str) -> None:
    dice = scene.dice
    units = {
        "received": dice.randint(1, 2 if sku in SCARCE else 12),
        "adjusted": dice.choice((-8, -3, -1, 2)),
        "counted": dice.randint(0, 2 if sku in SCARCE else 20),
    }[kind]
    reason = {"reason": "found"} if kind == "adjusted" else {}
    _send(scene, shop, client, _body(sku, location, kind, units) | reason)


def _send(scene: Scene, shop: Shop, client: Client, body: dict[str, Any]) -> Answer:
    """Record a movement; at times two terminals send the very same one at once."""
    key = scene.once("mov")

    def move(terminal: Client) -> Answer:
        answer = terminal.call("POST", "/v1/stock-movements", body, Idempotency_Key=key)
        return expect(answer, 201, 409)

    if scene.dice.random() < 0.3:
        for twin in range(2):
            name = f"{client.process.name}'s terminal {twin}"
            scene.enter(name, shop.key, lambda terminal: _ignore(move(terminal)), 0.05)
    return move(client)


def _ignore(_answer: Answer) -> None:
    """A twin's answer is the judge's business alone."""


def _body(sku: str, location: str, kind: str, units: int) -> dict[str, Any]:
    return {"sku": sku, "location_id": location, "kind": kind, "quantity": units}


# --- transfers ------------------------------------------------------------------------------------


def _transfer(
    scene: Scene, shop: Shop, client: Client, sku: str, source: str, units: int,
    *, together: bool = False,
) -> None:  # fmt: skip
    """Send units elsewhere; those in transit are unloaded there, in parts, or get lost.

    ``together``: they are in transit, and two gangs are at them all the while.
    """
    dice = scene.dice
    others = [place for place in shop.locations if place != source]
    if not others:
        return
    in_transit = together or dice.random() < 0.6
    body = _body(sku, source, "transferred", units) | {"to_location_id": dice.choice(others)}
    if in_transit:
        body["in_transit"] = True
    sent = _send(scene, shop, client, body)
    if not (sent.ok and in_transit):
        return
    pauses = [dice.uniform(0.0, 10.0) for _ in range(units)]
    for gang in range(2 if together else dice.choice((0, 1, 1, 1, 2))):
        scene.enter(
            f"unloader {gang} of {sent.body['transfer_id']}",
            shop.key,
            lambda unloader: _unload(
                scene, shop, unloader, sent.body, body["to_location_id"], pauses if together else ()
            ),
        )


def _unload(
    scene: Scene, shop: Shop, client: Client, transfer: dict[str, Any], there: str,
    pauses: Sequence[float],
) -> None:  # fmt: skip
    """Take in what arrives, write off what does not; two gangs may take the same for theirs.

    ``pauses``: seconds before each of it; otherwise they come as they come.
    """
    dice, left, name = scene.dice, transfer["quantity"], transfer["transfer_id"]
    coming = iter(pauses)
    while left:
        client.sleep(next(coming, None) or dice.uniform(0.0, 10.0))
        units = dice.randint(1, left)
        lost = dice.random() < 0.25
        body = _body(transfer["sku"], there, "adjusted" if lost else "received", units)
        if lost:
            body |= {"quantity": -units, "reason": "lost on the way"}
        _send(scene, shop, client, body | {"transfer_id": name})
        left -= units
    expect(client.call("GET", f"/v1/transfers/{name}"), 200)


# --- closing --------------------------------------------------------------------------------------


def _close(scene: Scene, shop: Shop, client: Client, location: str) -> None:
    """Empty a location and close it, which may be refused; most open it again."""
    others = [place for place in shop.locations if place != location]
    if not others:
        return
    path = f"/v1/locations/{location}"
    settings = place(scene, location)
    for _ in range(_ATTEMPTS_TO_CLOSE):
        if not _empty(scene, shop, client, location):
            return
        closed = expect(client.call("PUT", path, settings | {"closed": True}), 200, 409)
        if closed.ok:
            scene.gateway.seen["location closed"] += 1
            break
        client.sleep(scene.dice.uniform(1.0, 40.0))  # what is promised here may be sent meanwhile
    client.sleep(scene.dice.uniform(0.0, 60.0))
    if scene.dice.random() < _OPENED_AGAIN:
        expect(client.call("PUT", path, settings), 200)


def _empty(scene: Scene, shop: Shop, client: Client, location: str) -> bool:
    """Send elsewhere what is free, and write off what is never sold; False if nobody answers."""
    seen = expect(client.call("GET", "/v1/stock-levels", query={"location_id": location}), 200)
    if not seen.ok:
        return False
    others = [place for place in shop.locations if place != location]
    for level in [one for one in seen.body["items"] if one["sku"] != HOT][:_MOST_EMPTIED]:
        sku, free, rest = level["sku"], level["available"], level["on_hand"] - level["reserved"]
        if free > 0:
            body = _body(sku, location, "transferred", free)
            _send(scene, shop, client, body | {"to_location_id": scene.dice.choice(others)})
        elif rest > 0:
            _send(scene, shop, client, _body(sku, location, "adjusted", -rest) | {"reason": "old"})
        elif level["on_hand"] < 0:
            _send(scene, shop, client, _body(sku, location, "received", -level["on_hand"]))
    return True
