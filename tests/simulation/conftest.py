"""Lets tests of this folder say something in pytest's last lines: how many seeds were run."""

from collections.abc import Callable

import pytest

_SAID = pytest.StashKey[list[str]]()


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add a line to the end of the run's output."""
    return request.config.stash.setdefault(_SAID, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(_SAID, []):
        terminalreporter.write_line(line)
