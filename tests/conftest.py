"""What every kind of test shares: an empty environment, and no socket unless asked for."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.providers import clear_providers

_TESTS = Path(__file__).parent

# How long an example takes says nothing on a busy machine. In CI Hypothesis has a profile like it.
settings.register_profile("waybill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if "CI" not in os.environ:
    settings.load_profile("waybill")

# Handlers import with an empty environment; a developer's own settings must not leak into tests.
for _name in [name for name in os.environ if name.startswith(("AWS_", "WAYBILL_", "POWERTOOLS_"))]:
    del os.environ[_name]


# What starts an engine of its own is run by one worker, so that there is one of it.
_TOGETHER = ("e2e", "dynamodb_local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(_TESTS).parts[0]
        if folder in _TOGETHER:
            item.add_marker(pytest.mark.xdist_group(folder))


@pytest.fixture(autouse=True)
def _clear_providers():
    """Forget the settings, clients and services that a test before this one made."""
    yield
    clear_providers()
