"""What `sam build` ships: sources and bytecode that Lambda takes without looking at a date."""

import json
import subprocess

import pytest

from tests.support.template import ROOT

RUNTIME = "python3.13"

# PEP 552: magic number, flags (hash-based and not checked at run time), hash of the source. Nobody
# compares that hash when a function starts, so bytecode of another source would run unnoticed.
_CHECK = """
import importlib.util as util, json, sys
from pathlib import Path
wrong = {}
for source in Path(sys.argv[1]).rglob("*.py"):
    compiled = Path(util.cache_from_source(source))
    if not compiled.exists():
        wrong[str(source)] = "has no bytecode"
        continue
    header = compiled.read_bytes()[:16]
    if header[:4] != util.MAGIC_NUMBER:
        wrong[str(source)] = "is another version's"
    elif int.from_bytes(header[4:8], "little") != 0b01:
        wrong[str(source)] = "is checked at run time"
    elif header[8:16] != util.source_hash(source.read_bytes()):
        wrong[str(source)] = "is of another source"
print(json.dumps(wrong))
"""


def python_of_the_runtime_is_here():
    try:
        return subprocess.run([RUNTIME, "-c", ""], check=False).returncode == 0
    except FileNotFoundError:
        return False


def wrong_bytecode(folder):
    done = subprocess.run(
        [RUNTIME, "-c", _CHECK, folder], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("folder", "target", "modules"),
    [
        ("functions", "build-OrdersApiFunction", ["orders/api", "shops/api"]),
        ("layers/shared", "build-SharedLayer", ["python/waybill/http"]),
    ],
)
def test_the_artefact_has_valid_bytecode_beside_its_source(tmp_path, folder, target, modules):
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
    assert {path.name.split(".")[1] for path in compiled} == {"cpython-313"}
    assert wrong_bytecode(tmp_path) == {}


@pytest.mark.parametrize("layer", ["functions", "layers/shared", "layers/dependencies"])
def test_every_artefact_is_compiled_the_same_way(layer):
    recipe = (ROOT / layer / "Makefile").read_text()
    assert f"{RUNTIME} -m compileall -q --invalidation-mode unchecked-hash -s" in recipe
