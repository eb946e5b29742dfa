"""Handlers import with an empty environment, without boto3, and connect to nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("module", ["shops.api", "shops.on_table_change"])
def test_a_handler_imports_with_an_empty_environment(module):
    path = [str(ROOT / "functions"), str(ROOT / "layers/shared/python")]
    code = (
        f"import sys, socket; sys.path[:0] = {path!r}; socket.socket.connect = None\n"
        f"import {module}; assert callable({module}.lambda_handler)\n"
        "assert 'boto3' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
