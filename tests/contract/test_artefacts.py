"""What `sam build` ships: sources and bytecode that Lambda takes without looking at a date."""

import subprocess

import pytest

from tests.support.template import ROOT

UNCHECKED_HASH = 0b01  # PEP 552: hash-based, not checked at run time


def python_of_the_runtime_is_here():
    try:
        return subprocess.run(["python3.13", "-c", ""], check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("folder", "target", "modules"),
    [
        ("functions", "build-OrdersApiFunction", ["orders/api", "shops/api"]),
        ("layers/shared", "build-SharedLayer", ["python/waybill/http"]),
    ],
)
def test_the_artefact_has_unchecked_bytecode_beside_its_source(tmp_path, folder, target, modules):
    subprocess.run(
        ["make", "--no-print-directory", target, f"ARTIFACTS_DIR={tmp_path}"],
        cwd=ROOT / folder,
        check=True,
        capture_output=True,
    )
    for module in modules:
        assert (tmp_path / f"{module}.py").exists()
    assert not list(tmp_path.rglob("Makefile"))
    compiled = list(tmp_path.rglob("*.pyc"))
    if not python_of_the_runtime_is_here():
        assert compiled == []
        pytest.skip("python3.13 is not installed: the build ships source only, and says so")
    sources = [path for path in tmp_path.rglob("*.py") if path.stat().st_size]
    assert len(compiled) >= len(sources)
    for path in compiled:
        assert path.name.endswith(".cpython-313.pyc")
        assert int.from_bytes(path.read_bytes()[4:8], "little") == UNCHECKED_HASH, path
