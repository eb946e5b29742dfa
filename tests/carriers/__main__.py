"""``make fuzz-carriers``: so many payloads of each carrier, and what became of them."""

import time

from tests.carriers.fuzz import SLOWEST, fuzz
from tests.support.arguments import from_environment
from tracking.carriers.registry import ADAPTERS


def main() -> None:
    """Print a line for each carrier; the first payload that breaks a promise is an error."""
    try:
        payloads, seed = from_environment("PAYLOADS", 100_000), from_environment("SEED", 1, least=0)
    except ValueError as error:
        raise SystemExit(str(error)) from None
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
