"""Who holds a lock is who lives; a stack's folder lets one command in at a time."""

import subprocess
import sys

import pytest

from local import process
from local.errors import LocalError
from local.home import ROOT, Home, Stack


def child(code):
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)


def holding(lock):
    return (
        f"from local.process import hold\nimport time\n"
        f"with hold({str(lock)!r}):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )


def test_a_lock_is_held_for_as_long_as_its_process_lives(tmp_path):
    lock = tmp_path / "lock"
    assert process.holder(lock) is None
    with child(holding(lock)) as other:
        assert other.stdout.readline() == b"held\n"
        assert process.holder(lock) == other.pid
        assert process.stop(lock, 10)
        other.wait(10)
    assert process.holder(lock) is None


def test_a_killed_process_leaves_no_trace_of_life(tmp_path):
    lock = tmp_path / "lock"
    with child(holding(lock)) as other:
        other.stdout.readline()
        other.kill()
        other.wait(10)
    assert lock.read_text() == str(other.pid)
    assert process.holder(lock) is None


def test_stopping_nothing_is_no_error(tmp_path):
    assert process.stop(tmp_path / "nothing", 1)


def test_the_last_line_that_says_something(tmp_path):
    log = tmp_path / "log"
    assert process.last_line(log) == ""
    log.write_text("one\ntwo \n\n  \n")
    assert process.last_line(log) == "two"


def test_one_command_works_on_a_stack_at_a_time(tmp_path):
    with (
        Home(4566, tmp_path).one_command(),
        pytest.raises(LocalError, match="another command"),
        Home(4566, tmp_path).one_command(),
    ):
        pass
    with Home(4566, tmp_path).one_command(), Home(4567, tmp_path).one_command():
        pass


def test_a_folder_is_for_its_owner_and_can_be_wiped(tmp_path):
    home = Home(4566, tmp_path)
    home.make()
    assert home.path.stat().st_mode & 0o077 == 0
    home.describe(Stack(*["x"] * 8))
    home.state.mkdir()
    (home.temporary / "left").touch()

    home.make()
    assert not list(home.temporary.iterdir())
    assert home.described() == Stack(*["x"] * 8)

    home.wipe()
    assert home.described() is None
    assert not home.state.exists()
