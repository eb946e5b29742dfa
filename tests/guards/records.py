"""Which test asks which condition, recorded once and kept in .cache/ until a file changes."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.guards.recording import TOLD
from tests.guards.scan import files
from tests.support.template import ROOT

FOLDER: Final = ROOT / ".cache/guards"
_KEPT: Final = FOLDER / "records.json"
_RECORDED: Final = ("tests/integration", "tests/unit/inventory")
"""Where tests write through a client: all other unit tests have fakes of the repositories."""
_RESTS_ON: Final = (
    *("tests/dynamodb_local", "tests/integration", "tests/simulation/aws", "tests/support"),
    "tests/unit/inventory",
)
_TOOL: Final = ("boundary.py", "conditions.py", "recording.py", "scan.py")
_LEFT_OUT: Final = ("described", "browser")
"""Requests at random, and a page in Chromium: slow, and nothing there is about one write."""


class RecordError(Exception):
    """The tests do not pass as they are, or ask what the scan of the source does not know."""


@dataclass(frozen=True)
class Record:
    """One test."""

    test: str
    seconds: float
    asks: dict[str, list[str]]
    """Conditions by name, and the tables that they were asked of."""
    refused: frozenset[str]
    """Those that did not hold, so that something was refused."""


def records() -> list[Record]:
    """Every test that asks a condition; those are run whose file, or anything else, changed."""
    kept: dict[str, Any] = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    marks = _marks()
    stale = [file for file, mark in marks.items() if kept.get(file, {}).get("mark") != mark]
    if stale:
        sys.stderr.write(f"recording what {len(stale)} files of tests ask\n")
        told = _told(stale)
        for file in stale:
            tests = {name: one for name, one in told.items() if name.partition("::")[0] == file}
            kept[file] = {"mark": marks[file], "tests": tests}
        kept = {file: kept[file] for file in marks}
        FOLDER.mkdir(parents=True, exist_ok=True)
        _KEPT.write_text(json.dumps(kept, indent=1))
    return [
        Record(name, one["seconds"], one["asks"], frozenset(one["refused"]))
        for recorded in kept.values()
        for name, one in recorded["tests"].items()
    ]


def _marks() -> dict[str, str]:
    """Each file of tests, with a digest of it and of all that it may rest on."""
    tests = [file for folder in _RESTS_ON for file in sorted((ROOT / folder).rglob("*.py"))]
    shared = [file for file in tests if not file.name.startswith("test_")]
    shared += [ROOT / "tests/conftest.py", *(ROOT / "tests/guards" / name for name in _TOOL)]
    rests_on = _digest([*files(), *shared, ROOT / "template.yaml"])
    return {
        str(file.relative_to(ROOT)): f"{rests_on} {_digest([file])}"
        for file in tests
        if file.name.startswith("test_")
        and str(file.relative_to(ROOT)).startswith(_RECORDED)
        and not any(word in str(file.relative_to(ROOT)) for word in _LEFT_OUT)
    }


def _digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def _told(paths: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        ended = run_pytest("tests.guards.recording", paths, {TOLD: str(told)})
        if not told.exists():
            raise RecordError(ended)
        document: dict[str, Any] = json.loads(told.read_text())
    if document["failed"] or document["unknown"]:
        raise RecordError(f"failed: {document['failed']}; not found: {document['unknown']}")
    found: dict[str, Any] = document["tests"]
    return found


def run_pytest(plugin: str, paths: list[str], told: dict[str, str]) -> str:
    """Run a pytest of its own with a plugin, and return what it printed."""
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", plugin),
            *("-p", "no:cacheprovider", "-p", "no:xdist", *paths),
        ],
        cwd=ROOT,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr
