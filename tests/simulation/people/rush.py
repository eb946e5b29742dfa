"""The rush of a seed: everybody comes at their own time, all drawn from its dice."""

from typing import Final

from tests.simulation.people import customers, platform, staff
from tests.simulation.people.scene import Scene, Shop

MIN_ORDERS: Final = 40
_ORDERS: Final = (MIN_ORDERS, 46)
_PLATFORM_ORDERS: Final = (2, 6)
_RESTOCKERS: Final = (3, 8)
_RUSH_SECONDS: Final = (5.0, 90.0)


def begin(scene: Scene, shops: list[Shop]) -> None:
    """Let the rush begin."""
    dice = scene.dice
    rush = dice.uniform(*_RUSH_SECONDS)
    for number in range(dice.randint(*_ORDERS)):
        customers.come(scene, dice.choice(shops), number, rush)
    for number in range(dice.randint(*_PLATFORM_ORDERS)):
        platform.come(scene, dice.choice(shops), number, rush)
    for number in range(dice.randint(*_RESTOCKERS)):
        staff.restock(scene, dice.choice(shops), number, rush)
