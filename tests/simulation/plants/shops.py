"""Faults of what platforms tell of their orders."""

from typing import Final

from tests.simulation.plants.planting import Plant

_HERE: Final = "functions/shops/"

PLANTS: Final = (
    Plant(
        "newer_observation_lost",
        _HERE + "repository.py",
        '"attribute_not_exists(pk) OR observed_at < :observed"',
        '"attribute_not_exists(pk) OR observed_at > :observed"',
    ),
    Plant(
        "platform_quantity_misread",
        _HERE + "platforms/shopify.py",
        '"quantity": line.quantity,',
        '"quantity": line.quantity + 1,',
    ),
)
