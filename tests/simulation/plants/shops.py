"""Faults of what platforms tell of their orders, and of who may see a shop."""

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
    Plant(
        "any_signature_of_a_webhook_fits",
        _HERE + "platforms/adapter.py",
        "        return any(matches)\n",
        "        return bool(matches)\n",
    ),
    Plant(
        "another_shop_opens",
        _HERE + "access.py",
        "if not is_shop_id(shop_id) or not (caller.is_operator or caller.shop_id == shop_id):",
        "if not is_shop_id(shop_id):",
    ),
    Plant(
        "second_of_an_observation_in_any_order",
        _HERE + "repository.py",
        " OR (observed_at = :observed AND triggered_at < :triggered",
        " OR (observed_at = :observed",
    ),
    Plant(
        "key_of_a_shop_takes_another_body",
        _HERE + "service.py",
        "        if stored_hash != new.hash:\n",
        "        if not stored_hash:\n",
    ),
)
