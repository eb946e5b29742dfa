"""Stories by number: the same ones again, and what `make stateful` says of them."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.stateful.base import DiffersError
from tests.stateful.expected import FEW, MANY, OFTEN, RULES, SELDOM, missed
from tests.stateful.model.orders import Order
from tests.stateful.running import play
from tests.support.template import ROOT


def run(*arguments: str, where: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.stateful", *arguments],
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_number_plays_the_same_again() -> None:
    first, again, other = Counter[str](), Counter[str](), Counter[str]()
    play(15, 5, first)
    play(15, 5, again)
    play(15, 6, other)
    assert first == again != other


def test_what_make_stateful_says() -> None:
    ended = run("--examples", "12", "--seed", "3", "--workers", "2")
    assert (ended.returncode, ended.stderr) == (0, "")
    *counts, last = ended.stdout.splitlines()
    told = re.fullmatch(r"stateful seed=3 examples=(\d+) steps=(\d+) failures=0 rules=(\d+)", last)
    assert told is not None, last
    assert int(told[1]) >= 12
    assert "steps: " + told[2] in counts
    assert int(told[3]) > 5


def test_nothing_is_no_run() -> None:
    ended = run("--examples", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "must be at least 1" in ended.stderr


def test_a_story_that_ends_otherwise_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Order, "settle", lambda self, at: None)
    with pytest.raises(DiffersError) as failure:
        play(20, 1, Counter())
    assert "'confirmed', not 'pending'" in str(failure.value)
    story = "\n".join(failure.value.__notes__)
    assert "state.begin(" in story
    assert len(story.splitlines()) < 15


def test_what_never_happens_is_noticed() -> None:
    enough = Counter(dict.fromkeys((*OFTEN, *SELDOM, *(f"rule {name}" for name in RULES)), 5))
    assert missed(enough, FEW) == missed(enough, MANY) == []
    for name, examples in ((OFTEN[0], FEW), (f"rule {RULES[0]}", FEW), (SELDOM[0], MANY)):
        less = Counter(enough)
        del less[name]
        assert missed(less, examples) == [f"{name}: 0"]
        assert missed(less, FEW - 1) == []
