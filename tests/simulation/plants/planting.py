"""A plant: a deliberate fault, and whether the simulator finds it in a copy of the checkout."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[3]
MAX_SEEDS: Final = 200
_COPIED: Final = ("functions", "layers", "local", "tests", "template.yaml")


@dataclass(frozen=True)
class Plant:
    """A fault: where some text stands once, another is put."""

    name: str
    path: str
    instead_of: str
    put: str

    def patched(self, root: Path) -> str:
        """The file's text with the fault in it; raises ValueError where it does not fit."""
        text = (root / self.path).read_text()
        if text.count(self.instead_of) != 1:
            raise ValueError(f"{self.name}: its text stands {text.count(self.instead_of)} times")
        return text.replace(self.instead_of, self.put)


@contextmanager
def planted(plant: Plant) -> Iterator[Path]:
    """A copy of the checkout with the fault in it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        for name in _COPIED:
            source, target = ROOT / name, copy / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        (copy / plant.path).write_text(plant.patched(ROOT))
        yield copy


def try_plant(plant: Plant, *arguments: str, seeds: int = MAX_SEEDS) -> dict[str, Any]:
    """Run seeds on a copy with the fault in it; the simulator's summary."""
    with planted(plant) as copy:
        wanted = (*arguments, "--seeds", str(seeds))
        summary: dict[str, Any] = run_module(copy, "tests.simulation", *wanted)
        return summary


def run_module(checkout: Path, module: str, *arguments: str) -> Any:
    """Run a module of a checkout; what it has to say as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        ended = subprocess.run(
            [sys.executable, "-m", module, *arguments, "--json", str(summary)],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        if not summary.exists():
            raise RuntimeError(f"{module} failed:\n{ended.stderr[-2000:]}")
        return json.loads(summary.read_text())
