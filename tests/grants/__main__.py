"""`make grants`: see every permission at work, say which nobody uses, and write docs/grants.md."""

import argparse
import sys
from collections.abc import Callable
from typing import Final

from tests.grants.document import DOCUMENT, Seen, document, read
from tests.grants.seen import end_to_end, simulated, tested
from tests.support.grants import codes

_SEEDS: Final = 20
_LOOKS: Final = ("end_to_end", "simulated", "tests")
"""What is run, by what it fills of the page."""


def main() -> int:
    """Run them all; 0 where each permission was used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=_SEEDS, help="of the simulator")
    parser.add_argument("--only", choices=_LOOKS, help="take the page's word for the others")
    arguments = parser.parse_args()
    looks: dict[str, Callable[[], set[str] | dict[str, str]]] = {
        "end_to_end": end_to_end,
        "simulated": lambda: simulated(arguments.seeds),
        "tests": tested,
    }
    seen = read(DOCUMENT.read_text()) if arguments.only else Seen()
    for name in [arguments.only] if arguments.only else _LOOKS:
        sys.stderr.write(f"looking: {name}\n")
        setattr(seen, name, looks[name]())
    DOCUMENT.write_text(document(seen))
    return _report(seen)


def _report(seen: Seen) -> int:
    grants, unused = codes(), seen.unused()
    used = seen.end_to_end | seen.simulated | seen.tests.keys()
    missing = used - {str(grant) for grant in grants}
    for grant in unused:
        print(f"unused: {grant}")
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
