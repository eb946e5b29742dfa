"""A plugin of pytest: writes down which permissions the handlers used, and in which test first."""

import json
import os
from pathlib import Path
from typing import Final

from tests.support.asking import USED

TOLD: Final = "GRANTS_RECORD"


def pytest_sessionfinish() -> None:
    """After all tests of the run."""
    told = {str(grant): test.partition("[")[0] for grant, test in USED.items()}
    Path(os.environ[TOLD]).write_text(json.dumps(told))
