"""Where one stack keeps everything it has on disk: `.local/<port>/` in the checkout."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from local.errors import LocalError

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_PORT = 4566
REGION = "us-east-1"
STACK_NAME = "waybill"


@dataclass(frozen=True)
class Stack:
    """What a caller needs in order to use a running stack; `up --json` prints exactly this."""

    api_url: str
    operator_key: str
    endpoint_url: str
    region: str
    stack_name: str
    mail_url: str
    sms_url: str
    carrier_simulator_url: str

    def to_json(self) -> str:
        """Write the description as one JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Stack:
        """Read what `to_json` wrote; raises KeyError or ValueError."""
        data = json.loads(text)
        return cls(**{field.name: str(data[field.name]) for field in fields(cls)})


class Home:
    """The folder of the stack on one port: what is where."""

    def __init__(self, port: int, root: Path = ROOT) -> None:
        self.port = port
        self.endpoint_url = f"http://127.0.0.1:{port}"
        self.path = root / ".local" / str(port)
        self.state = self.path / "state"
        self.s3 = self.path / "s3"
        # MiniStack unpacks every Lambda worker here; nothing in it outlives a run.
        self.temporary = self.path / "tmp"
        # Exists from MiniStack's start to its clean end: only then is its state on disk.
        self.unsaved = self.path / "unsaved"
        self.engine_log = self.path / "ministack.log"
        self.engine_lock = self.path / "ministack.lock"
        self.simulator_log = self.path / "carriers.log"
        self.simulator_lock = self.path / "carriers.lock"
        self.simulator_port = self.path / "carriers.port"
        self.journeys = self.path / "journeys.json"
        self.description = self.path / "stack.json"

    def make(self) -> None:
        """Make the folder, closed to other users: the state holds keys and customers' data."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir()

    def wipe(self) -> None:
        """Forget everything the stack kept, but not the lock that the caller is holding."""
        for entry in self.path.iterdir() if self.path.exists() else ():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "command.lock":
                entry.unlink()

    def describe(self, stack: Stack) -> None:
        """Write down what `status` and `logs` need to know."""
        temporary = self.description.with_suffix(".new")
        temporary.write_text(stack.to_json() + "\n")
        temporary.replace(self.description)

    def described(self) -> Stack | None:
        """Return what the last `up` wrote down, or None."""
        try:
            return Stack.from_json(self.description.read_text())
        except (OSError, ValueError, KeyError):
            return None

    @contextmanager
    def one_command(self) -> Iterator[None]:
        """Let one `up` or `down` at a time work on this stack."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / "command.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LocalError(
                    f"another command is starting or stopping the stack on port {self.port}"
                ) from None
            yield
