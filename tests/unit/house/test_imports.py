"""Every handler imports with an empty environment and no network, and loads what it may."""

import json
import subprocess
import sys
from functools import cache

import pytest

from tests.support.template import ROOT, functions
from tests.unit.house.import_budgets import BASE, BUDGETS, NEVER

ROOMS = {"orders", "inventory", "tracking", "notify", "shops"}
HANDLERS = sorted(
    properties["Handler"].removesuffix(".lambda_handler") for properties in functions().values()
)

# What comes with a package and is none: parts of compiled modules, a build's description.
_PARTS = ("_", "cython_runtime")

_PROGRAM = """
import gc, importlib, json, os, socket, sys
def refuse(*given, **named): raise AssertionError("a socket was opened")
socket.socket.connect = refuse
collections = []
handler = sys.argv[1]
importlib.import_module(handler.partition(".")[0])
gc.callbacks.append(lambda phase, info: collections.append(info))
module = importlib.import_module(handler)
assert callable(module.lambda_handler)
loaded = sorted(sys.modules)
os.environ |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "none")
os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
from waybill.aws import client
listed = []
sys.addaudithook(lambda event, _: listed.append(1) if event == "os.listdir" else None)
client("dynamodb"), client("secretsmanager")
counts = {"collections": len(collections), "listed": len(listed)}
print(json.dumps({"modules": loaded, **counts}))
"""


@cache
def start(handler):
    """Import a handler in a process of its own and make clients: what it took."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROGRAM, handler],
        env={"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers/shared/python'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def modules(handler):
    return set(start(handler)["modules"])


def test_every_handler_has_a_budget():
    assert sorted(BUDGETS) == HANDLERS


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_loads_no_other_room_and_nothing_heavy(handler):
    loaded = modules(handler)
    assert loaded & ROOMS == {handler.partition(".")[0]}
    assert not loaded & NEVER


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_loads_the_packages_of_its_budget(handler):
    packages = {
        name
        for name in modules(handler)
        if "." not in name and name not in sys.stdlib_module_names | ROOMS | {"waybill"}
        if not name.startswith(_PARTS) and "__mypyc" not in name
    }
    assert packages == BASE | BUDGETS[handler].packages


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_loads_the_folders_of_its_budget(handler):
    loaded = modules(handler)
    room = handler.partition(".")[0]
    inner = [name.split(".") for name in loaded if name.startswith(f"{room}.")]
    assert {parts[1] for parts in inner if len(parts) > 2} == BUDGETS[handler].folders
    assert ("waybill.http" in loaded) == BUDGETS[handler].serves
    assert ("waybill.batch" in loaded) == BUDGETS[handler].batches


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_start_looks_for_no_garbage(handler):
    assert start(handler)["collections"] == 0


@pytest.mark.parametrize("handler", [name for name in HANDLERS if name.endswith(".api")])
def test_a_client_is_made_without_a_look_into_the_folders_of_all_services(handler):
    assert start(handler)["listed"] < 20  # botocore by itself: over 800
