"""Every handler imports with an empty environment and no network, and loads only its room."""

import json
import subprocess
import sys

import pytest

from tests.support.template import ROOT, functions

ROOMS = {"orders", "inventory", "tracking", "notify", "shops"}
# boto3 brings s3transfer, Powertools' resolver asyncio: each costs every cold start dearly.
NEVER = {"boto3", "s3transfer", "asyncio", "aws_lambda_powertools.event_handler", "moto"}
LAZY_IN_APIS = {"babel", "jinja2", "phonenumbers", "requests"}
RENDER = {"notify.on_event", "notify.on_schedule"}
"""What sends messages; nothing else loads what writes amounts and dates."""

_PROGRAM = """
import gc, json, socket, sys
def refuse(*given, **named): raise AssertionError("a socket was opened")
socket.socket.connect = refuse
module = __import__(sys.argv[1], fromlist=["lambda_handler"])
assert callable(module.lambda_handler)
assert gc.get_threshold()[0] == 50_000, "waybill is not the first import"
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_handler_imports_alone_and_loads_little(name):
    module = functions()[name]["Handler"].removesuffix(".lambda_handler")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROGRAM, module],
        env={"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers/shared/python'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    room, _, entry = module.partition(".")
    assert loaded & ROOMS == {room}
    assert not loaded & NEVER
    if entry == "api":
        assert not loaded & LAZY_IN_APIS
    if module not in RENDER:
        assert "babel" not in loaded
