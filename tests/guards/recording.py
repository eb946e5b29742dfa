"""A plugin of pytest: writes down which conditions each test asks, and which refused it.

Run by records.py in a pytest of its own.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

from tests.guards.boundary import Boundary, watched
from tests.guards.scan import conditions

TOLD: Final = "GUARDS_RECORD"


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Before modules with Hypothesis's tests are imported; after the tests' own profile."""
    settings.register_profile(
        "guards",
        parent=settings.get_profile("default"),
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(settings.get_profile("waybill").suppress_health_check),
    )
    settings.load_profile("guards")


class Recorder:
    """What each test asks."""

    def __init__(self) -> None:
        self.boundary = Boundary(conditions())
        self.tests: dict[str, Any] = {}
        self.unknown: set[str] = set()
        self.failed: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self.boundary.start()
        before = time.monotonic()
        with watched(self.boundary):
            ended = yield
        seen = self.boundary.seen
        if seen:
            self.tests[item.nodeid] = {
                "seconds": round(time.monotonic() - before, 3),
                "asks": {one.name: sorted(tables) for one, tables in sorted(seen.items())},
                "refused": sorted(one.name for one in self.boundary.refused),
            }
        self.unknown |= self.boundary.unknown
        return ended

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        told = {"tests": self.tests, "unknown": sorted(self.unknown), "failed": self.failed}
        Path(os.environ[TOLD]).write_text(json.dumps(told))


def pytest_configure(config: pytest.Config) -> None:
    """Once, for all tests of the run."""
    config.pluginmanager.register(Recorder())
