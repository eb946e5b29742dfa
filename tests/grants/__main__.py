"""`make grants`: see every permission at work, say which nobody uses, and write docs/grants.md."""

import argparse
import sys

from tests.grants.document import DOCUMENT, Seen, document
from tests.grants.seen import end_to_end, simulated, tested
from tests.support.grants import codes

_SEEDS = 20


def main() -> int:
    """Run them all; 0 where each permission was used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=_SEEDS, help="of the simulator")
    arguments = parser.parse_args()
    seen = Seen()
    for what, look in (
        ("the end-to-end tests", lambda: seen.end_to_end.update(end_to_end())),
        ("the simulator", lambda: seen.simulated.update(simulated(arguments.seeds))),
        ("the integration tests", lambda: seen.tests.update(tested())),
    ):
        sys.stderr.write(f"looking at {what}\n")
        look()
    DOCUMENT.write_text(document(seen))
    grants, unused = codes(), seen.unused()
    for grant in unused:
        print(f"unused: {grant}")
    used = seen.end_to_end | seen.simulated | seen.tests.keys()
    missing = used - {str(grant) for grant in grants}
    for name in sorted(missing):
        print(f"missing: {name}")
    print(
        f"grants granted={len(grants)} end_to_end={len(seen.end_to_end)}"
        f" simulated={len(seen.simulated)} tested={len(seen.tests)}"
        f" unused={len(unused)} missing={len(missing)}"
    )
    return 1 if unused or missing else 0


if __name__ == "__main__":
    sys.exit(main())
