"""``make fuzz-carriers``: so many payloads of each carrier, and what became of them."""

import os
import time

from tests.carriers.fuzz import SLOWEST, fuzz
from tracking.carriers.registry import ADAPTERS


def main() -> None:
    """Print a line for each carrier; the first payload that breaks a promise is an error."""
    payloads, seed = int(os.environ.get("PAYLOADS", "100000")), int(os.environ.get("SEED", "1"))
    for carrier in sorted(ADAPTERS):
        start = time.perf_counter()
        seen = fuzz(carrier, payloads, seed)
        took = time.perf_counter() - start
        outcomes = " ".join(
            f"{name.replace(' ', '_')}={n}" for name, n in sorted(seen.outcomes.items())
        )
        print(
            f"fuzz_carriers carrier={carrier} payloads={payloads} seed={seed} crashes=0 {outcomes}"
            f" slowest_ms={seen.slowest * 1000:.0f} seconds={took:.0f}",
            flush=True,
        )
        assert seen.slowest < SLOWEST


if __name__ == "__main__":
    main()
