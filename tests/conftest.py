"""What every kind of test shares: an empty environment, no socket unless asked for, last words."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from tests.support.providers import clear_providers

# How long an example takes says nothing on a busy machine. In CI Hypothesis has a profile like it.
settings.register_profile("waybill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if "CI" not in os.environ:
    settings.load_profile("waybill")

# Handlers import with an empty environment; a developer's own settings must not leak into tests.
for _name in [name for name in os.environ if name.startswith(("AWS_", "WAYBILL_", "POWERTOOLS_"))]:
    del os.environ[_name]

_SAID = "said"


@pytest.hookimpl(optionalhook=True)  # some runs are without xdist
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: the end-to-end tests wait most of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _clear_providers():
    """Forget the settings, clients and services that a test before this one made."""
    yield
    clear_providers()


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add a line to the end of the run's output, from whichever worker the test runs in."""

    def add(line: str) -> None:
        request.node.user_properties.append((_SAID, line))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, line in report.user_properties if report.when == "call" else ():
                if name == _SAID:
                    terminalreporter.write_line(str(line))
