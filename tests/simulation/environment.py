"""The environment of a run: nothing of whoever runs it has a part in it."""

import os
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_PATHS: Final = ("functions", "layers/shared/python", "")
_FOREIGN: Final = ("AWS_", "POWERTOOLS_")
"""What variables begin with that would change what botocore and the rooms do."""
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
