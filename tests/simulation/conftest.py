"""Lets tests of this folder say something in pytest's last lines: how many seeds were run."""

from collections.abc import Callable

import pytest

_SAID = "said"


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add a line to the end of the run's output, from whichever process the test runs in."""

    def add(line: str) -> None:
        request.node.user_properties.append((_SAID, line))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, line in report.user_properties if report.when == "call" else ():
                if name == _SAID:
                    terminalreporter.write_line(str(line))
