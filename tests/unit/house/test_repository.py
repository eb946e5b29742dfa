"""House rules of the repository: locks, the layer's packages, the documents' links."""

import re
import subprocess
import tomllib

import pytest

from tests.support.template import ROOT

LOCKS = [*sorted((ROOT / "locks").glob("*.txt")), ROOT / "layers/dependencies/requirements.txt"]
MAX_LINES = 400
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def pins(path):
    return dict(PINNED.findall(path.read_text()))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_by_hash_and_names_no_host(path):
    text = path.read_text()
    assert pins(path)
    assert "://" not in text
    assert "index-url" not in text
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    unhashed = [b.split()[0] for b in blocks if PINNED.match(b) and "--hash=sha256:" not in b]
    assert unhashed == []


def test_the_groups_agree_on_versions():
    check = pins(ROOT / "locks/check.txt")
    for name in ("local", "test"):
        group = pins(ROOT / f"locks/{name}.txt")
        assert group.items() <= check.items()


def test_the_layer_is_exactly_the_products_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[<>=\[ ]", dependency)[0] for dependency in project["dependencies"]}
    layer = set(pins(ROOT / "layers/dependencies/requirements.txt"))
    assert named <= layer
    assert not layer & {"boto3", "botocore", "moto", "pytest"}, "the runtime brings boto3"


def tracked(pattern):
    """The repository's files; of a copy that is no repository, all but what is hidden."""
    if not (ROOT / ".git").exists():
        found = ((path.relative_to(ROOT).parts, path) for path in ROOT.rglob(pattern))
        return sorted(path for parts, path in found if not any(p.startswith(".") for p in parts))
    listed = subprocess.run(
        ["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sorted(ROOT / line for line in listed.stdout.splitlines())


@pytest.mark.parametrize("path", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
    broken = [
        target for target in targets if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_no_python_file_is_longer_than_a_reader_holds_in_mind():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in tracked("*.py")
        if path.exists()
    }
    assert lengths
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_a_decision_is_a_page():
    decisions = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert decisions
    for number, path in enumerate(decisions, 1):
        assert path.name.startswith(f"{number:04d}-")
        assert len(path.read_text().splitlines()) <= 40, path.name
