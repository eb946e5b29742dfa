"""The environment of a run: nothing of whoever runs it has a part in it."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_PATHS: Final = ("functions", "layers/shared/python", "")
_FOREIGN: Final = (
    *("AWS_", "POWERTOOLS_"),
    *("MOTO_", "TEST_SERVER_MODE", "TEST_PROXY_MODE", "INITIAL_NO_AUTH_ACTION_COUNT"),
)
"""What variables begin with that would change what botocore, the rooms and moto do."""
_NO_FILES: Final = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)


def settle_environment() -> None:
    """Start Python again where text hashes differently each time, and find the code beside us.

    An endpoint, a profile or a retry mode of whoever runs it is left behind: no request may reach
    anything but moto, and the same seed is the same for everybody.
    """
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]
    os.environ.update(_NO_FILES)
    if os.environ.get("PYTHONHASHSEED") != "0":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
    sys.path[:0] = [str(_ROOT / path) for path in _PATHS]


_INTERRUPTED: Final = 128 + signal.SIGINT
_TERMINATED: Final = 128 + signal.SIGTERM
"""How a shell says that a command was stopped by a signal."""


class _TerminatedError(KeyboardInterrupt):
    """Somebody ends it, and not by Ctrl-C."""


def run(main: Callable[[], int]) -> int:
    """Run a command; one that is stopped says so, and takes what it started with it."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return main()
    except KeyboardInterrupt as stopped:
        sys.stderr.write("interrupted: nothing is proven\n")
        return _TERMINATED if isinstance(stopped, _TerminatedError) else _INTERRUPTED


def _terminate(*_: object) -> None:
    raise _TerminatedError
