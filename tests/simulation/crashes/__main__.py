"""`make crashes`: every crash point by name with its outcome, all pairs, and a line of sums."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.environment import run, settle_environment
from tests.support.arguments import at_least, file

if TYPE_CHECKING:
    from tests.simulation.crashes.playing import Outcome

DOCUMENT: Final = Path(__file__).resolve().parents[3] / "docs" / "crashes.md"


def main() -> int:
    """Read the arguments, try what they name, and tell."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.write and (arguments.journey or arguments.call or arguments.until_broken):
        parser.error("the document is written of all points")
    settle_environment()
    try:
        found = _try(arguments)
    except ValueError as error:
        parser.error(str(error))
    points = [outcome for outcome in found if len(outcome.crash.points) == 1]
    pairs = [outcome for outcome in found if len(outcome.crash.points) > 1]
    for outcome in points:
        (point,) = outcome.crash.points
        print(f"{outcome.crash.journey:<8} {point!s:<90} {outcome.how or 'DOES NOT CONVERGE'}")
    for outcome in found:
        if not outcome.converged:
            print(f"\n{outcome.crash}\n  {outcome.problem}", *outcome.story, sep="\n")
    if arguments.json:
        arguments.json.write_text(json.dumps([_told(outcome) for outcome in found]))
    if arguments.write and all(outcome.converged for outcome in points):
        _write(points)
    print(_sums(points, pairs))
    return 0 if all(outcome.converged for outcome in found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.crashes", description=__doc__)
    parser.add_argument("--journey", action="append", help="only this use case; may be repeated")
    parser.add_argument("--call", default="", help="only first points whose call's name holds this")
    parser.add_argument(
        "--pairs", type=at_least(0), help="so many pairs of each that has some, not all"
    )
    parser.add_argument("--seed", type=int, default=1, help="chooses those pairs")
    parser.add_argument("--workers", type=at_least(1), default=os.cpu_count() or 1)
    parser.add_argument("--until-broken", action="store_true", help="stop at the first of these")
    parser.add_argument("--json", type=file, help="write what was found into this file too")
    parser.add_argument(
        "--write", action="store_true", help="write docs/crashes.md if all converge"
    )
    return parser


def _try(arguments: argparse.Namespace) -> "list[Outcome]":
    from tests.simulation.crashes.playing import BY_NAME, Player  # noqa: PLC0415
    from tests.simulation.crashes.running import Wanted, try_all  # noqa: PLC0415
    from tests.simulation.deployed import deploy  # noqa: PLC0415

    names = arguments.journey or list(BY_NAME)
    if unknown := sorted({*names} - BY_NAME.keys()):
        raise ValueError(f"no such use case: {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    wanted = Wanted(names, arguments.pairs, arguments.seed, arguments.call)
    player = Player(deploy())
    found = try_all(player, wanted, arguments.workers, stops=arguments.until_broken)
    if not found:
        raise ValueError(f"no such call: {arguments.call}; docs/crashes.md names them")
    return found


def _told(outcome: "Outcome") -> dict[str, Any]:
    return {
        "journey": outcome.crash.journey,
        "points": [
            [point.call.name, point.call.ordinal, point.when] for point in outcome.crash.points
        ],
        "how": outcome.how,
        "problem": outcome.problem,
    }


def _write(points: "Sequence[Outcome]") -> None:
    from tests.simulation.crashes.table import document  # noqa: PLC0415

    said: dict[str, list[Any]] = {}
    for outcome in points:
        (point,) = outcome.crash.points
        said.setdefault(outcome.crash.journey, []).append((point, str(outcome.how)))
    DOCUMENT.write_text(document(DOCUMENT.read_text(), said))


def _sums(points: "Sequence[Outcome]", pairs: "Sequence[Outcome]") -> str:
    from tests.simulation.crashes.points import How  # noqa: PLC0415

    in_doubt = sum(outcome.how is How.IN_DOUBT for outcome in points)
    return (
        f"crashes points={len(points)} converged={_converged(points)} left_in_doubt={in_doubt}"
        f" pairs={len(pairs)} pairs_converged={_converged(pairs)}"
    )


def _converged(outcomes: "Sequence[Outcome]") -> int:
    return sum(outcome.converged for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(run(main))
