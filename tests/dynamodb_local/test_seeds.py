"""Whole seeds of the simulator: each answer that moto gives its handlers is Amazon's own."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.dynamodb_local.mirror import ADDRESS
from tests.dynamodb_local.pairs import Local
from tests.support.template import ROOT

SEED = ("--scene", "hamlet", "--seed", "4")
"""25 orders, of shops and of a platform, and 5,000 calls: half of what a town's seed takes."""


@pytest.fixture
def empty(local: Local) -> Iterator[Local]:
    """DynamoDB Local for a seed that another process plays on it."""
    local.clear()
    yield local
    local.clear(everything=True)


def test_a_mirrored_seed(empty: Local) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.dynamodb_local.mirrored_seed", *SEED],
        cwd=ROOT,
        env=os.environ | {ADDRESS: empty.address, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=600,  # far more than it takes: a machine may be slow, and others at work
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    assert int(done.stdout.split()[-1]) > 1000
