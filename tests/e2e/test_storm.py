"""Clients at once, processes that die, real streams and queues: the promises hold all the same."""

from local.calls import comes_true
from tests.e2e.aftermath import dump, judge, redrive, undecided, unheard
from tests.e2e.storm import Storm, stack_of_its_own

_PATIENCE = 120.0


def test_nothing_is_lost_promised_twice_or_told_twice() -> None:
    """`make storm` has more of it, and waits until all is told."""
    with stack_of_its_own() as stack:
        storm = Storm(stack, seed=1, clients=3, orders=6)
        storm.open()
        storm.rage()
        assert len(storm.placed) == 3 * 6
        assert storm.deaths > 0
        left: list[str] = []

        def is_settled() -> bool:
            """An event that died with its process too often comes back as an operator brings it."""
            redrive(stack)
            left[:] = undecided(tables := dump(stack)) + unheard(tables)
            return not left

        assert comes_true(is_settled, _PATIENCE), left
        judge(storm, all_told=False)
