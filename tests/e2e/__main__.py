"""`make storm`: a storm on a stack of its own, waited out to the last message, and judged."""

import argparse
import time

from tests.e2e.aftermath import dump, judge, redrive, undecided, unheard, untold
from tests.e2e.storm import Storm, stack_of_its_own
from tests.support.arguments import at_least

_PATIENCE = 1500.0
"""Seconds: a mail of which SES says nothing is sent again after ten minutes."""
_LOOKS_EVERY = 5.0


def main() -> None:
    """Let it rage, and tell what came of it; raises what was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("seed", 1), ("clients", 6), ("orders", 12)):
        parser.add_argument(f"--{name}", type=at_least(1), default=usual)
    arguments = parser.parse_args()
    brought = 0
    with stack_of_its_own() as stack:
        storm = Storm(stack, arguments.seed, arguments.clients, arguments.orders)
        storm.open()
        storm.rage()

        ends = time.monotonic() + _PATIENCE
        while left := undecided(tables := dump(stack)) + unheard(tables) + untold(tables):
            if time.monotonic() > ends:
                raise SystemExit(f"not settled: {left}")
            brought += redrive(stack)
            time.sleep(_LOOKS_EVERY)
        judge(storm, all_told=True)
    for what, many in sorted(storm.answers.items()):
        print(f"{many:5} {what}")
    print(
        f"storm seed={storm.seed} orders={len(storm.placed)} deaths={storm.deaths}"
        f" unanswered={storm.unanswered} redriven={brought} lost=0 oversold=0 told_twice=0"
    )


if __name__ == "__main__":
    main()
