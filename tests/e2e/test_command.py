"""``python -m local`` as a user and a script use it."""

import socket

import requests

from local import process
from local.home import Home
from tests.e2e.conftest import parse, run_local


def test_two_stacks_do_not_disturb_each_other_and_data_survives(stack, shop):
    other_port = process.free_port()
    up = ("up", "--port", str(other_port), "--detach", "--json")
    try:
        first = run_local(*up)
        assert first.returncode == 0, first.stderr
        other = parse(first.stdout)
        assert other["api_url"] != stack.api_url
        assert other["operator_key"] != stack.operator_key
        made = requests.post(
            f"{other['api_url']}/v1/shops",
            json={"name": "Survivor", "currency": "EUR"},
            headers={"Authorization": f"Bearer {other['operator_key']}"},
            timeout=30,
        )
        assert made.status_code == 201
        stranger = requests.get(
            f"{stack.api_url}/v1/shops/{made.json()['id']}",
            headers={"Authorization": f"Bearer {stack.operator_key}"},
            timeout=30,
        )
        assert stranger.status_code == 404

        assert run_local("down", "--port", str(other_port)).returncode == 0
        assert run_local("status", "--port", str(other_port)).returncode == 1
        again = run_local(*up)
        assert again.returncode == 0, again.stderr
        survivor = requests.get(
            f"{parse(again.stdout)['api_url']}/v1/shops/{made.json()['id']}",
            headers={"Authorization": f"Bearer {other['operator_key']}"},
            timeout=30,
        )
        assert survivor.json()["name"] == "Survivor"
        assert parse(again.stdout) == other
    finally:
        run_local("down", "--port", str(other_port))
        Home(other_port).wipe()


def test_the_description_is_whole_and_on_this_machine(stack):
    port = stack.endpoint_url.rpartition(":")[2]
    status = run_local("status", "--port", port, "--json")
    assert status.returncode == 0
    described = parse(status.stdout)
    for name in ("api_url", "endpoint_url", "mail_url", "sms_url", "carrier_simulator_url"):
        assert described[name].startswith("http://127.0.0.1:")
    health = requests.get(f"{described['api_url']}/v1/health", timeout=30)
    assert health.json()["status"] == "ok"


def test_logs_of_a_function_are_shown(told, stack):
    port = stack.endpoint_url.rpartition(":")[2]
    shown = run_local("logs", "OrdersApiFunction", "--port", port)
    assert shown.returncode == 0, shown.stderr


def test_a_taken_port_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_local("up", "--port", str(port), "--detach", "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_commands_on_no_stack_say_so():
    port = str(process.free_port())
    for command in (("status",), ("logs",)):
        done = run_local(*command, "--port", port)
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
