"""What every kind of test shares: an empty environment, and no socket unless asked for."""

import os

import pytest

from tests.support.providers import clear_providers

# Handlers import with an empty environment; a developer's own settings must not leak into tests.
for _name in [name for name in os.environ if name.startswith(("AWS_", "WAYBILL_", "POWERTOOLS_"))]:
    del os.environ[_name]


@pytest.fixture(autouse=True)
def _clear_providers():
    """Forget the settings, clients and services that a test before this one made."""
    yield
    clear_providers()
