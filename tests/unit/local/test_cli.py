"""The command line: what it understands, and that errors are one line with code 1."""

import json

import pytest

from local import cli, lifecycle
from local.errors import LocalError
from local.home import DEFAULT_PORT, Home, Stack

STACK = Stack(
    api_url="http://127.0.0.1:4566/api",
    operator_key="wb_operator_secret",
    endpoint_url="http://127.0.0.1:4566",
    region="us-east-1",
    stack_name="waybill",
    mail_url="http://127.0.0.1:4566/mail",
    sms_url="http://127.0.0.1:4566/sms",
    carrier_simulator_url="http://127.0.0.1:14566",
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    monkeypatch.setattr(cli.os, "environ", dict(cli.os.environ))


@pytest.mark.parametrize("command", ["up", "down", "status", "logs"])
def test_every_command_takes_a_port_and_has_a_default(command):
    assert cli.parser().parse_args([command]).port == DEFAULT_PORT
    assert cli.parser().parse_args([command, "--port", "5001"]).port == 5001


def test_a_journey_wants_a_carrier_and_a_story_that_there_are(capsys):
    asked = ["journey", "--carrier", "dhl", "--story", "lost", "--number", "x"]
    arguments = cli.parser().parse_args(asked)
    assert (arguments.carrier, arguments.story, arguments.number) == ("dhl", "lost", "x")
    for wrong in (["--carrier", "dhl"], ["--story", "lost", "--carrier", "nobody"]):
        with pytest.raises(SystemExit):
            cli.parser().parse_args(["journey", *wrong])


def test_a_journey_that_cannot_be_told_is_an_error_of_one_line(monkeypatch, capsys):
    monkeypatch.setattr(lifecycle, "running_stack", lambda home: STACK)
    assert cli.main(["journey", "--carrier", "ems", "--story", "lost"]) == 1
    assert capsys.readouterr().err == "error: ems has no scan that says: lost\n"


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1", "4566.0"])
def test_what_is_no_port_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["up", "--port", port])

    assert "is no port" in capsys.readouterr().err


def test_up_is_attached_keeps_data_and_speaks_to_people_unless_told_otherwise():
    plain = cli.parser().parse_args(["up"])
    assert (plain.detach, plain.fresh, plain.json) == (False, False, False)
    full = cli.parser().parse_args(["up", "--detach", "--fresh", "--json"])
    assert (full.detach, full.fresh, full.json) == (True, True, True)


def test_logs_take_a_function_and_can_follow():
    arguments = cli.parser().parse_args(["logs", "OrdersApiFunction", "--follow"])
    assert (arguments.function, arguments.follow) == ("OrdersApiFunction", True)
    assert cli.parser().parse_args(["logs"]).function is None


def test_up_writes_one_json_object_to_stdout_and_progress_to_stderr(monkeypatch, capsys):
    def up(home, *, fresh, say):
        say(f"starting on {home.port}, fresh {fresh}")
        return STACK

    monkeypatch.setattr(lifecycle, "up", up)

    assert cli.main(["up", "--detach", "--json", "--fresh", "--port", "4570"]) == 0

    written = capsys.readouterr()
    assert Stack(**json.loads(written.out)) == STACK
    assert written.err == "starting on 4570, fresh True\n"


@pytest.mark.parametrize(
    "command", [["up", "--detach"], ["down"], ["status"], ["logs"]], ids=lambda c: c[0]
)
def test_an_error_is_one_line_and_code_1(command, monkeypatch, capsys):
    def broken(*_, **__):
        raise LocalError("this is what is wrong")

    for name in ("up", "down", "running_stack"):
        monkeypatch.setattr(lifecycle, name, broken)

    assert cli.main(command) == 1

    written = capsys.readouterr()
    assert written.err == "error: this is what is wrong\n"
    assert written.out == ""


def test_status_of_nothing_is_json_too_when_asked_for(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(cli, "Home", lambda port: Home(port, tmp_path))

    assert cli.main(["status", "--json", "--port", "4599"]) == 1

    assert json.loads(capsys.readouterr().out)["status"] == "stopped"


def test_a_description_survives_json():
    assert Stack.from_json(STACK.to_json()) == STACK
