"""Those who change orders in ways the orders room cannot yet: see facts.py for what they do.

A customer edits, a payment races the end of the time to pay, delivered goods come back.
"""

from typing import Any, Final

from tests.simulation.people.front import Client
from tests.simulation.people.scene import HOT, Scene, Shop
from tests.simulation.processes import runtime
from tests.simulation.processes.host import Result
from tests.simulation.processes.machine import Function

_DESK: Final = "OrdersDesk"
_SECONDS: Final = 30.0
_ATTEMPTS: Final = 8


def open_desk(scene: Scene) -> None:
    """Deploy the function that these people call."""
    handler = runtime.import_handler("tests.simulation.people.facts.lambda_handler")
    scene.machine.functions[_DESK] = Function(handler, _SECONDS)


def attend(scene: Scene, shop: Shop, order_id: str, *, unpaid: bool) -> None:
    """Let an order be changed, or leave it as it is."""
    dice = scene.dice
    if dice.random() < 0.3:
        for _ in range(dice.choice((1, 1, 2, 3))):
            _enter(scene, shop, order_id, "edit", dice.choice((0.5, 5.0, 60.0)) * dice.random())
    if unpaid:
        ends = dice.uniform(1.0, 60.0)
        if dice.random() < 0.7:
            _enter(scene, shop, order_id, "payment", ends + dice.choice((-0.5, 0.0, 0.2, 5.0)))
        if dice.random() < 0.7:
            _enter(scene, shop, order_id, "expiry", ends)
    if dice.random() < 0.35:
        for _ in range(dice.choice((1, 2))):
            _enter(scene, shop, order_id, "return", dice.uniform(60.0, 380.0))


def send_back(scene: Scene, shop: Shop, order_id: str, within: float) -> None:
    """Let some of an order come back, long after it was delivered."""
    _enter(scene, shop, order_id, "return", scene.dice.random() * within)


def _enter(scene: Scene, shop: Shop, order_id: str, fact: str, after: float) -> None:
    def act(client: Client) -> None:
        _tell(scene, client, shop, order_id, fact)

    scene.enter(f"{fact} of {order_id}", None, act, after=max(0.0, after))


def _tell(scene: Scene, client: Client, shop: Shop, order_id: str, fact: str) -> None:
    """Have it written; at times once more than once, when nobody knows whether it was."""
    machine = scene.machine
    event: dict[str, Any] = {
        "fact": fact,
        "id": scene.once(fact),
        "shop_id": shop.id,
        "order_id": order_id,
        "seed": scene.dice.getrandbits(32),
        "skus": [sku for sku in shop.skus if sku != HOT],
        "locations": list(shop.locations),
    }
    for attempt in range(_ATTEMPTS):
        result: Result = machine.wait(lambda wake: machine.invoke(_DESK, event, wake))
        machine.tell(client.process.name, f"{fact} of {order_id} → {result.kind} {result.value}")
        if result.kind == "returned":
            scene.gateway.seen[f"order {fact}"] += bool(result.value)
            return
        client.sleep(min(60.0, 0.2 * 2**attempt) * (0.5 + scene.dice.random()))
