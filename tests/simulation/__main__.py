"""`make simulate`: one seed with its trace, or many on all cores until a promise is broken."""

import argparse
import json
import os
import sys
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING, Final

from tests.simulation.environment import run, settle_environment
from tests.support.arguments import at_least, file

if TYPE_CHECKING:
    from tests.simulation.seed import Script

_BUYERS: Final = 1000
_UNITS: Final = 100


def main() -> int:
    """Read the arguments and run."""
    parser = _parser()
    arguments = parser.parse_args()
    of_many = (arguments.first, arguments.seconds, arguments.json)
    if arguments.seed is not None and of_many != (None, None, None):
        parser.error("--first, --seconds and --json are of --seeds")
    settle_environment()
    try:
        script = _script(arguments)
    except ValueError as error:
        parser.error(str(error))
    try:
        if arguments.seed is not None:
            return _one(arguments.seed, script)
        return _many(arguments, script)
    except BrokenExecutor:
        print("a worker has died: nothing is proven", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=at_least(1), help="run this seed; the last line is its trace")
    which.add_argument("--seeds", type=at_least(1), help="run so many seeds")
    parser.add_argument("--first", type=at_least(1), help="begin with this seed, not the first")
    parser.add_argument("--seconds", type=at_least(1), help="begin no seed after so many seconds")
    parser.add_argument("--workers", type=at_least(1), default=os.cpu_count() or 1)
    parser.add_argument("--json", type=file, help="write the summary into this file too")
    parser.add_argument("--scene", default="town", help="town, hamlet, hot, crossing or twice")
    parser.add_argument(
        "--buyers", type=at_least(1), help=f"who come in a scene; {_BUYERS} by default"
    )
    parser.add_argument(
        "--units", type=at_least(0), help=f"of each SKU of a scene; {_UNITS} by default"
    )
    return parser


def _script(arguments: argparse.Namespace) -> "Script":
    """What is played; raises ValueError for what makes no sense."""
    from tests.simulation.people.contest import CONTESTS, Contest  # noqa: PLC0415
    from tests.simulation.people.rush import HAMLET, Town  # noqa: PLC0415

    towns = {"town": Town(), HAMLET.name: HAMLET}
    if arguments.scene in towns:
        if arguments.buyers is not None or arguments.units is not None:
            raise ValueError("a town draws its buyers and units; name a scene for yours")
        return towns[arguments.scene]
    if arguments.scene not in CONTESTS:
        known = ", ".join((*towns, *CONTESTS))
        raise ValueError(f"no such scene: {arguments.scene}; there are {known}")
    buyers = _BUYERS if arguments.buyers is None else arguments.buyers
    units = _UNITS if arguments.units is None else arguments.units
    return Contest(arguments.scene, buyers, units)


def _one(seed: int, script: "Script") -> int:
    from tests.simulation.deployed import deploy  # noqa: PLC0415
    from tests.simulation.seed import play  # noqa: PLC0415

    outcome = play(seed, script, deploy())
    if not outcome.ok:
        print(f"seed {seed} breaks a promise: {outcome.violation}")
        print("\n".join(outcome.story))
    else:
        told = f"{outcome.orders} orders, {outcome.calls} AWS calls"
        print(f"seed {seed} keeps every promise: {told}")
    if outcome.figures:
        ended = ", ".join(f"{name} {number}" for name, number in outcome.figures.items())
        print(f"ended: {ended}; quiet after {outcome.simulated:.0f} s, simulated")
    print(f"trace {seed} {outcome.trace}")
    return 0 if outcome.ok else 1


def _many(arguments: argparse.Namespace, script: "Script") -> int:
    from tests.simulation.many import play_many  # noqa: PLC0415

    first = arguments.first or 1
    seeds = range(first, first + arguments.seeds)
    report = play_many(seeds, script, workers=arguments.workers, seconds=arguments.seconds)
    print("\n".join(report.lines()))
    if arguments.json:
        arguments.json.write_text(json.dumps(report.document(), indent=1))
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(run(main))
