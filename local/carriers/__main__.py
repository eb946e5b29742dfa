"""The simulator's process, started by `up`: python -m local.carriers --port N --lock F --file F."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from local.carriers.server import serve
from local.process import hold


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lock", required=True)
    parser.add_argument("--file", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with hold(arguments.lock), serve(arguments.port, arguments.file) as server:
        server.serve_forever()


main()
