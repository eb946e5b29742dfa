"""`make plants`: try the plants that are named, in that order, or all."""

import argparse
import sys

from tests.simulation.environment import run
from tests.simulation.plants import PLANTS
from tests.simulation.plants.planting import MAX_SEEDS, try_plant
from tests.support.arguments import at_least


def main() -> int:
    """Try the plants that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="plants to try; all by default")
    parser.add_argument("--seeds", type=at_least(1), default=MAX_SEEDS)
    arguments = parser.parse_args()
    known = {plant.name: plant for plant in PLANTS}
    if unknown := sorted({*arguments.names} - known.keys()):
        parser.error(f"no such plant: {', '.join(unknown)}")
    missed = 0
    for plant in [known[name] for name in arguments.names] or PLANTS:
        found = try_plant(plant, seeds=arguments.seeds)
        if found["broken_seed"] is None:
            missed += 1
            print(f"MISSED  {plant.name}: {found['seeds']} seeds kept every promise", flush=True)
        else:
            told = f"seed {found['broken_seed']}: {found['violation'][:110]}"
            print(f"caught  {plant.name} in {found['seeds']} seeds; {told}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(run(main))
