"""What every kind of test shares: an empty environment, no socket unless asked for, last words."""

import os
from collections.abc import Callable
from typing import Any, Final

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
_FIRST: Final = (
    "tests/e2e/",
    "tests/simulation/test_crashes.py",
    "tests/stateful/test_stateful_",
    "tests/dynamodb_local/test_seeds.py",
    "tests/dynamodb_local/test_repositories.py",
    "tests/simulation/test_seeds.py",
    "tests/simulation/test_scenes.py",
    "tests/integration/",
)
"""What takes longest, in the order in which it is begun."""


@pytest.hookimpl(optionalhook=True)  # some runs are without xdist
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: the end-to-end tests wait most of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By files, but for the end-to-end tests: they share a worker, and so their stack."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - where xdist is there

    class Scheduling(LoadFileScheduling):  # type: ignore[misc] # its bases have no types
        def _split_scope(self, nodeid: str) -> str:
            return _FIRST[0] if nodeid.startswith(_FIRST[0]) else super()._split_scope(nodeid)

    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    begins = (number for number, path in enumerate(_FIRST) if item.nodeid.startswith(path))
    return next(begins, len(_FIRST))


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
