"""`make simulate`: one seed with its trace, or many on all cores until a promise is broken."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_PATHS: Final = ("functions", "layers/shared/python", "")


def main() -> int:
    """Read the arguments and run."""
    arguments = _arguments()
    _settle_environment()
    if arguments.seed is not None:
        return _one(arguments.seed)
    return _many(arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="run this seed; the last line is its trace")
    which.add_argument("--seeds", type=int, help="run seeds 1 to this one")
    parser.add_argument("--first", type=int, default=1, help="begin with this seed")
    parser.add_argument("--seconds", type=float, help="begin no seed after so many seconds")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="write the summary into this file too")
    return parser.parse_args()


def _settle_environment() -> None:
    """Start Python again where text hashes differently each time, and find the code beside us."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
    sys.path[:0] = [str(_ROOT / path) for path in _PATHS]


def _one(seed: int) -> int:
    from tests.simulation.seed import play  # noqa: PLC0415
    from tests.simulation.world import load  # noqa: PLC0415

    outcome = play(seed, *load())
    if not outcome.ok:
        print(f"seed {seed} breaks a promise: {outcome.violation}")
        print("\n".join(outcome.story))
    print(f"trace {seed} {outcome.trace}")
    return 0 if outcome.ok else 1


def _many(arguments: argparse.Namespace) -> int:
    from tests.simulation.many import play_many  # noqa: PLC0415

    seeds = range(arguments.first, arguments.first + arguments.seeds)
    report = play_many(seeds, workers=arguments.workers, seconds=arguments.seconds)
    print("\n".join(report.lines()))
    if arguments.json:
        arguments.json.write_text(json.dumps(report.document(), indent=1))
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
