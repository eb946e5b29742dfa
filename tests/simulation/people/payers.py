"""Who pays: at once or bit by bit, in time or too late, told of twice; and money goes back."""

from typing import Any, Final

from tests.simulation.people.calls import expect, money
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop

_PATIENCE: Final = 230.0
"""Seconds in which most pay; a shop gives one minute to three."""
_WAYS: Final = (
    ("captured",), ("captured",), ("authorized", "captured"), ("half", "rest"),
    ("authorized", "voided", "captured"),
)  # fmt: skip
_PARTS: Final = {"half": "captured", "rest": "captured"}


def attend(scene: Scene, shop: Shop, placed: dict[str, Any]) -> None:
    """Let somebody pay what is due, or what was paid go back; or nobody."""
    dice, order_id, due = scene.dice, placed["id"], placed["totals"]["total"]["amount"]
    paid = sum(one["amount"]["amount"] for one in placed["payments"])
    chance = 0.75 if shop.is_prepaid else 0.15
    if due > paid and dice.random() < chance:
        scene.enter(
            f"payer of {order_id}",
            shop.key,
            lambda client: _pay(scene, shop, client, order_id, due),
            after=_PATIENCE * dice.random() ** 2,
        )
    elif paid and dice.random() < 0.12:
        scene.enter(
            f"refund of {order_id}",
            shop.key,
            lambda client: _give_back(scene, shop, client, order_id, paid),
            after=300.0 * dice.random(),
        )


def _pay(scene: Scene, shop: Shop, client: Client, order_id: str, due: int) -> None:
    for way in scene.dice.choice(_WAYS):
        amount = {"half": due // 2, "rest": due - due // 2}.get(way, due)
        if amount:
            _tell(scene, shop, client, order_id, _PARTS.get(way, way), amount)
        client.sleep(scene.dice.choice((0.0, 2.0, 30.0)) * scene.dice.random())


def _give_back(scene: Scene, shop: Shop, client: Client, order_id: str, paid: int) -> None:
    """Some of it, all of it, or more than there is, which is refused; perhaps twice."""
    for _ in range(scene.dice.choice((1, 1, 2))):
        amount = scene.dice.choice((paid, scene.dice.randint(1, paid), paid + 1))
        _tell(scene, shop, client, order_id, "refunded", amount)


def _tell(scene: Scene, shop: Shop, client: Client, order_id: str, kind: str, amount: int) -> None:
    """Tell of a fact, at times from two terminals at once; what it is called, it is once."""
    dice = scene.dice
    body: dict[str, Any] = {"kind": kind, "amount": money(amount)}
    headers: dict[str, str] = {}
    if dice.random() < 0.5:
        body["reference"] = scene.once("pi")
    else:
        headers["Idempotency_Key"] = scene.once("pay")
    path = f"/v1/orders/{order_id}/payments"

    def tell(terminal: Client) -> None:
        expect(terminal.call("POST", path, body, **headers), 201, 409)

    if dice.random() < 0.3:
        scene.enter(f"{client.process.name}, twin", shop.key, tell, within=0.1)
    tell(client)
    if dice.random() < 0.2:
        tell(client)
    if dice.random() < 0.1:
        other = body | {"amount": money(amount + 1)}
        expect(client.call("POST", path, other, **headers), *(_OTHERWISE[kind == "refunded"]))


_OTHERWISE: Final = {False: (409, 422), True: (201, 409, 422)}
"""Answers to another amount under the same name; where the first was refused, it is the first."""
