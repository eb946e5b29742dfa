"""A part of the stories that every run of the tests plays; the parts run beside each other."""

from collections import Counter
from collections.abc import Callable

from tests.stateful.expected import FEW, missed
from tests.stateful.running import play


def play_part(number: int, say: Callable[[str], None]) -> None:
    """Play 500 examples, the same ones each time; nothing of what they should show may be amiss."""
    tally = Counter[str]()
    play(FEW, number, tally)
    say(f"stateful part {number}: examples={tally['examples']} steps={tally['steps']}")
    never = missed(tally, FEW)
    assert never == [], never
