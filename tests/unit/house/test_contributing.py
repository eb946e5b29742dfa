"""docs/contributing.md is true: what it names is there, and no everyday change takes many files."""

import ast
import re

import pytest

from tests.support.template import ROOT

TEXT = (ROOT / "docs/contributing.md").read_text()
CHANGES = (
    "A carrier",
    "A message",
    "A status",
    "A scope",
    "A hold reason",
    "An index",
    "An alarm",
    "A language",
    "An event",
    "A route",
)
MOST = 3
"""Files written by hand for one change, beside tests, texts of messages and generated documents."""

_PATH = re.compile(r"`((?:functions|layers|local|tests|docs|bench)/[\w./<>-]*)(?:::(\w+))?`")
_ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)
_COMMAND = re.compile(r"`make ([a-z-]+)(?: ([A-Z]+)=(?:\"([^\"]*)\"|\S+))?")
_NAME = re.compile(r"`([A-Za-z_]\w*)`")


def section(change):
    return TEXT.partition(f"### {change}\n")[2].partition("\n#")[0]


def rows(change):
    return _ROW.findall(section(change))


def found(path):
    """The files of a path, in which a name in angle brackets stands for any."""
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
    return [
        one
        for one in ROOT.glob(pattern)
        if one.name != "__init__.py" and "__pycache__" not in str(one)
    ]


def test_the_ten_changes_are_these():
    assert tuple(re.findall(r"^### (.+)$", TEXT, re.MULTILINE)) == CHANGES


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_takes_three_files_at_most(change):
    files = [path for path, _ in rows(change)]
    assert 1 <= len(set(files)) == len(files) <= MOST
    for path in files:
        assert not path.startswith("tests/"), "tests are named beside the table"
        assert found(path), path


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_to_be_written_is_named_as_it_is_called_in_the_file(change):
    for path, what in rows(change):
        texts = [one.read_text() for one in found(path)]
        for name in _NAME.findall(what):
            assert any(re.search(rf"\b{name}\b", text) for text in texts), (path, name)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_says_which_test_holds_it_and_how_to_try_it(change):
    text = section(change)
    fails = text.partition("- Fails until then: ")[2].partition("\n")[0]
    assert [path for path, test in _PATH.findall(fails) if test and path.startswith("tests/")]
    assert _COMMAND.search(text.partition("- Try it: ")[2])


def test_every_path_and_every_test_that_is_named_is_there():
    for path, test in _PATH.findall(TEXT):
        files = found(path)
        assert files, path
        if test:
            tree = ast.parse(files[0].read_text())
            assert test in {node.name for node in tree.body if hasattr(node, "name")}, test


def test_every_command_is_a_target_and_runs_what_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = _COMMAND.findall(TEXT)
    assert commands
    for target, name, arguments in commands:
        assert target in targets
        if name == "ARGS":
            paths = [word for word in arguments.split() if word.startswith("tests")]
            assert paths
            assert [path for path in paths if not found(path)] == []
