"""`make storm`: a storm on a stack of its own, waited out to the last message, and judged."""

import argparse

from local.calls import comes_true
from tests.e2e.aftermath import dump, judge, redrive, undecided, untold
from tests.e2e.storm import Storm, stack_of_its_own

_PATIENCE = 1500.0
"""Seconds: a mail of which SES says nothing is sent again after ten minutes."""


def main() -> None:
    """Let it rage, and tell what came of it; raises what was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("seed", 1), ("clients", 6), ("orders", 12)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    arguments = parser.parse_args()
    brought = 0
    with stack_of_its_own() as stack:
        storm = Storm(stack, arguments.seed, arguments.clients, arguments.orders)
        storm.open()
        storm.rage()

        def is_quiet() -> bool:
            nonlocal brought
            brought += redrive(stack)
            tables = dump(stack)
            return not undecided(tables) and not untold(tables)

        if not comes_true(is_quiet, _PATIENCE):
            tables = dump(stack)
            raise SystemExit(f"not settled: {undecided(tables) + untold(tables)}")
        judge(storm, all_told=True)
    for what, many in sorted(storm.answers.items()):
        print(f"{many:5} {what}")
    print(
        f"storm seed={storm.seed} orders={len(storm.placed)} deaths={storm.deaths}"
        f" unanswered={storm.unanswered} redriven={brought} lost=0 oversold=0 told_twice=0"
    )


if __name__ == "__main__":
    main()
