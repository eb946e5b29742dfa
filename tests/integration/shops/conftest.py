"""Fixtures of this folder."""

import pytest

from tests.support.logs import capture_logs


@pytest.fixture
def logs(capsys):
    yield from capture_logs(capsys)
