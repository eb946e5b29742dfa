"""Entry point of `python -m local`."""

import signal
import sys

try:
    from local.cli import main
except ModuleNotFoundError as missing:
    print(f"error: {missing.name} is not installed here: run `make setup`", file=sys.stderr)
    raise SystemExit(1) from None

# Being told to end is like Ctrl-C: what was started is stopped in order.
signal.signal(signal.SIGTERM, signal.default_int_handler)
raise SystemExit(main())
