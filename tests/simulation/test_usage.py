"""What a person may get wrong at the command line, and what an environment may bring along."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.simulation import many
from tests.simulation.people.rush import Town
from tests.simulation.plants.planting import ROOT

WITH_WORKER = 3
"""Processes of a run: the first, its resource tracker, and one worker."""
TRACE = ("--scene", "hamlet", "--seed", "16")
DIRTY = {
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    "POWERTOOLS_LOG_LEVEL": "DEBUG",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "PYTHONHASHSEED": "5",
    "MOTO_ACCOUNT_ID": "999999999999",
    "INITIAL_NO_AUTH_ACTION_COUNT": "0",
    "TEST_SERVER_MODE": "true",
    "TEST_SERVER_MODE_ENDPOINT": "http://127.0.0.1:9",
    "TZ": "Asia/Kathmandu",
}


def start(*arguments: str, module: str = "tests.simulation") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--seeds", "0"), "--seeds: must be at least 1"),
        (("--seeds", "-1"), "--seeds: must be at least 1"),
        (("--seed", "-1"), "--seed: must be at least 1"),
        (("--seeds", "1", "--first", "0"), "--first: must be at least 1"),
        (("--seeds", "1", "--workers", "0"), "--workers: must be at least 1"),
        (("--seeds", "1", "--seconds", "nan"), "--seconds: invalid int value"),
        (("--seeds", "1", "--json", "nowhere/at/all.json"), "no such folder"),
        (("--seed", "1", "--seeds", "2"), "not allowed with"),
        (("--seed", "1", "--json", "told.json"), "--json are of --seeds"),
        (("--seed", "1", "--first", "2"), "--first, --seconds"),
        (("--seeds", "1", "--scene", "nowhere"), "no such scene"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], why: str) -> None:
    ended = start(*arguments)
    told, error = ended.communicate()
    assert (ended.returncode, told) == (2, "")
    assert why in error


@pytest.mark.parametrize(
    ("module", "arguments", "why"),
    [
        ("plants", ("nothing_of_the_kind",), "no such plant: nothing_of_the_kind"),
        ("plants", ("--seeds", "0"), "--seeds: must be at least 1"),
        ("crashes", ("--journey", "sleep"), "no such use case: sleep; there are place, reserve"),
        ("crashes", ("--journey", "ship", "--call", "DropTable"), "no such call: DropTable"),
        ("crashes", ("--pairs", "-1"), "--pairs: must be at least 0"),
    ],
)
def test_what_is_unknown_is_refused(module: str, arguments: tuple[str, ...], why: str) -> None:
    ended = start(*arguments, module=f"tests.simulation.{module}")
    told, error = ended.communicate()
    assert (ended.returncode, told) == (2, "")
    assert why in error


def test_no_seed_proves_nothing() -> None:
    report = many.play_many([], Town(), workers=1)
    assert not report.ok
    assert "FAILED" in report.lines()[-1]


def test_the_environment_changes_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    clean, _ = start(*TRACE).communicate()
    for name, text in DIRTY.items():
        monkeypatch.setenv(name, text)
    dirty, error = start(*TRACE).communicate()
    assert error == ""
    assert dirty.splitlines()[-1] == clean.splitlines()[-1]


def _processes(group: int) -> int:
    listed = subprocess.run(["ps", "-A", "-o", "pgid="], capture_output=True, text=True, check=True)
    return listed.stdout.split().count(str(group))


def test_a_worker_that_dies_proves_nothing() -> None:
    running = start("--seeds", "1000", "--workers", "1")
    worker = _worker(running)
    os.kill(worker, signal.SIGKILL)
    told, error = running.communicate(timeout=60)
    assert (running.returncode, told) == (1, "")
    assert error == "a worker has died: nothing is proven\n"


def _worker(running: subprocess.Popen[str]) -> int:
    """The process that plays the seeds, as soon as it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert running.poll() is None
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        for line in listed.stdout.splitlines():
            pid, parent, command = line.split(None, 2)
            if int(parent) == running.pid and "spawn_main" in command:
                return int(pid)
    raise AssertionError("no worker came")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_no_process_is_left_behind(sent: signal.Signals, code: int) -> None:
    running = start("--seeds", "1000", "--workers", "1")
    deadline = time.monotonic() + 60
    while _processes(running.pid) < WITH_WORKER and time.monotonic() < deadline:
        assert running.poll() is None
    os.killpg(running.pid, sent) if sent is signal.SIGINT else running.terminate()
    running.communicate(timeout=60)  # until nobody holds its output any more
    assert running.returncode == code


def test_a_plant_that_is_ended_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    running = start("released_twice", module="tests.simulation.plants")
    deadline = time.monotonic() + 60
    while _processes(running.pid) < WITH_WORKER and time.monotonic() < deadline:
        assert running.poll() is None
    assert list(tmp_path.glob("*/checkout"))
    running.terminate()
    running.communicate(timeout=60)
    assert running.returncode == 143
    while _processes(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (_processes(running.pid), list(tmp_path.iterdir())) == (0, [])
