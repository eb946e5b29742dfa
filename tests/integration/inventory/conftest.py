"""One shop that calls inventory."""

import pytest

from tests.integration.inventory.inventory_shop import Shop


@pytest.fixture
def shop(aws) -> Shop:
    """A shop with a key for everything."""
    return Shop(aws)
