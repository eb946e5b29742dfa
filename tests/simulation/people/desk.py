"""Who comes for an order once it is placed: to pay, edit, correct, hold it, or send it back."""

from typing import Any, Final

from tests.simulation.people import clerks, editors, payers, returners
from tests.simulation.people.scene import Scene, Shop

_DELAYS: Final = (0.5, 5.0, 30.0)


def attend(scene: Scene, shop: Shop, placed: dict[str, Any]) -> None:
    """Let an order be changed, or leave it as it is."""
    dice, order_id = scene.dice, placed["id"]
    if dice.random() < 0.4:
        for _ in range(dice.choice((1, 1, 2))):
            _enter(scene, shop, order_id, editors.edit, dice.choice(_DELAYS) * dice.random())
    payers.attend(scene, shop, placed)
    if dice.random() < 0.2:
        act = dice.choice((clerks.hold, clerks.amend, clerks.amend, clerks.cancel_part))
        _enter(scene, shop, order_id, act, dice.choice(_DELAYS) * dice.random())
    if dice.random() < 0.1:
        _enter(scene, shop, order_id, clerks.let_go, dice.uniform(10.0, 120.0))
    if dice.random() < 0.3:
        for _ in range(dice.choice((1, 1, 2))):
            _enter(scene, shop, order_id, returners.send_back, dice.uniform(60.0, 380.0))


def come_late(scene: Scene, shop: Shop, order_id: str, within: float) -> None:
    """Let some of an order come back, long after it was delivered."""
    _enter(scene, shop, order_id, returners.send_back, scene.dice.random() * within)


def _enter(scene: Scene, shop: Shop, order_id: str, act: Any, after: float) -> None:
    name = f"{act.__name__.replace('_', ' ')} of {order_id}"
    scene.enter(name, shop.key, lambda client: act(scene, shop, client, order_id), after=after)
