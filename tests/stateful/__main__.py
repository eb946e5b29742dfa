"""`make stateful`: stories of the whole business by random numbers, on all cores."""

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from tests.support.arguments import at_least

_ROOT: Final = Path(__file__).resolve().parents[2]
_PATHS: Final = ("functions", "layers/shared/python", "")
_EXAMPLES: Final = 20_000
_BATCH: Final = 500
"""Examples of one number: a process plays several."""
_TALLY: Final = "tally "


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.stateful", description=__doc__)
    parser.add_argument("--examples", type=at_least(1), default=_EXAMPLES)
    parser.add_argument("--seed", type=int, help="play what this number plays; else a new one")
    parser.add_argument("--workers", type=at_least(1), default=os.cpu_count() or 1)
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    first = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    sys.path[:0] = [str(_ROOT / path) for path in _PATHS]
    if arguments.part:
        return _part(arguments.examples, first)
    return _whole(arguments.examples, first, arguments.workers)


def _whole(examples: int, first: int, workers: int) -> int:
    """Let each worker play its share, one number after the other."""
    from tests.stateful.expected import missed  # noqa: PLC0415

    share = -(-examples // workers)
    command = [sys.executable, "-m", "tests.stateful", "--part", "--examples"]
    ended = [
        subprocess.Popen(
            [*command, str(share), "--seed", str(first + 1_000_003 * worker)],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for worker in range(workers)
    ]
    tally, failures = Counter[str](), 0
    for part in ended:
        text = part.communicate()[0]
        told, _, counted = text.rpartition(_TALLY)
        print(told, end="")
        tally.update(json.loads(counted or "{}"))
        failures += part.returncode != 0
    for name, times in sorted(tally.items()):
        print(f"{name}: {times}")
    never = missed(tally, tally["examples"])
    for line in never:
        print(f"too seldom: {line}")
    rules = len({name.partition(" ")[2] for name in tally if name.startswith("rule ")})
    print(
        f"stateful seed={first} examples={tally['examples']} steps={tally['steps']}"
        f" failures={failures} rules={rules}"
    )
    return 1 if failures or never else 0


def _part(examples: int, first: int) -> int:
    from tests.stateful.running import play  # noqa: PLC0415

    tally, failed = Counter[str](), 0
    for number in range(first, first + -(-examples // _BATCH)):
        left = examples - (number - first) * _BATCH
        try:
            play(min(_BATCH, left), number, tally)
        except Exception as error:
            notes = getattr(error, "__notes__", ())
            print(f"seed {number}: {type(error).__name__}: {error}", *notes, sep="\n")
            failed = 1
            break
    print(f"{_TALLY}{json.dumps(tally)}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
