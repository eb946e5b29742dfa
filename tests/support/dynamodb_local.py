"""Starts DynamoDB Local, Amazon's own engine, on the loopback interface; Maven brings it once."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.template import ROOT

_HOME: Final = ROOT / "tests" / "dynamodb_local"
_CACHE: Final = ROOT / ".cache"
_PATIENCE: Final = 60.0
"""Seconds until it must answer; it takes three on an idle machine."""
_DOWNLOAD: Final = 600.0
_SHORT_LIVED: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""It compiles quickly and not well, and cleans up on one core: it lives for minutes at most."""
TOOLS: Final = {"javac": "a Java 17 development kit", "mvn": "Maven"}


def missing() -> list[str]:
    """What DynamoDB Local needs and this machine lacks."""
    return [name for tool, name in TOOLS.items() if shutil.which(tool) is None]


def _libraries() -> Path:
    """The folder with the jars and native libraries of the pinned version."""
    pom = _HOME / "pom.xml"
    target = _CACHE / "dynamodb-local"
    copied = target / "pom.xml"
    if copied.is_file() and copied.read_bytes() == pom.read_bytes():
        return target
    _CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as work:
        fresh = Path(work) / "libraries"
        done = subprocess.run(
            [
                *("mvn", "--batch-mode", "--quiet", "--strict-checksums", "--file", str(pom)),
                *("dependency:copy-dependencies", f"-DoutputDirectory={fresh}"),
            ],
            capture_output=True,
            text=True,
            timeout=_DOWNLOAD,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Maven could not bring DynamoDB Local:\n{done.stdout}{done.stderr}")
        shutil.copy(pom, fresh)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return target


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Its address, while it runs; nothing that is written there is kept."""
    libraries = _libraries()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [
                *("java", *_SHORT_LIVED, f"-Djava.library.path={libraries}"),
                *("-cp", f"{libraries}/*"),
                *(str(_HOME / "LoopbackServer.java"), "-inMemory", "-disableTelemetry"),
                *("-port", str(port)),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _answers(process, port):
                log.seek(0)
                raise RuntimeError(f"DynamoDB Local does not start:\n{log.read()}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
