"""`python -m local`, with whatever Python: .venv's, which `make setup` makes, has the packages."""

import importlib.util
import os
import signal
import sys
from pathlib import Path

_VENV = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "python"
_NEEDED = ("boto3", "ministack", "requests", "samtranslator")


def _run() -> int:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing and _VENV.exists() and Path(sys.prefix) != _VENV.parents[1]:
        os.execv(_VENV, [str(_VENV), "-m", "local", *sys.argv[1:]])  # noqa: S606 - our own
    if missing:
        print(f"error: {', '.join(missing)} is not installed: run `make setup`", file=sys.stderr)
        return 1
    from local.cli import main  # noqa: PLC0415 - only now are its imports sure to be found

    # Being told to end is like Ctrl-C: what was started is stopped in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return main()


if __name__ == "__main__":
    sys.exit(_run())
