"""A storm: clients who call a running stack all at once, while the processes of its functions die.

A client that gets no answer, or one of 5xx, asks the same again, as clients do; the kill hits
whatever runs just then. What remains is judged by :mod:`tests.e2e.aftermath`.
"""

import random
import secrets
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from os import kill
from typing import Any, Final

import requests

from local import props
from local.calls import Calls
from local.home import Home, Stack
from local.process import free_port, holder
from tests.e2e.conftest import run_local

STOCK: Final = {"RED": (40, 30), "BLUE": (15, 10), "GREEN": (9, 3)}
"""Units of each SKU at the two locations; some orders will be short."""
_PRICE: Final = 500
_TRIES: Final = 12
ANSWERS_PER_DEATH: Final = 6
"""Counted in answers and not in seconds: a slow machine has to get somewhere, too."""
_POLLS: Final = 20

Json = dict[str, Any]


@dataclass
class Placed:
    """An order that was answered 201."""

    id: str
    email: str
    units: int


@dataclass
class Storm:
    """A shop on a stack, and all that happens to it; seeded, as far as threads let it be."""

    stack: Stack
    seed: int
    clients: int
    orders: int
    """Of each client."""
    placed: list[Placed] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """By method, last word of the path and status."""
    unanswered: int = 0
    deaths: int = 0
    shop_id: str = ""
    key: str = field(default="", repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._engine = engine_of(self.stack)

    def open(self) -> None:
        """Make the shop, while nothing dies."""
        calls = Calls(self.stack)
        made = calls.operator("POST", "/v1/shops", props.shop())
        self.shop_id = made["id"]
        wanted = {"name": "storm", "scopes": ["*"]}
        self.key = calls.operator("POST", f"/v1/shops/{made['id']}/api-keys", wanted)["key"]
        for number, place in enumerate(("NORTH", "SOUTH"), 1):
            location = {"name": place, "priority": number, "country": "IE"}
            calls.keyed(self.key, "PUT", f"/v1/locations/{place}", location)
        for sku, units in STOCK.items():
            policy = "backorder" if sku == "BLUE" else "deny"
            item = {"title": sku.title(), "oversell_policy": policy}
            calls.keyed(self.key, "PUT", f"/v1/items/{sku}", item)
            for place, many in zip(("NORTH", "SOUTH"), units, strict=True):
                received = {"sku": sku, "location_id": place, "kind": "received", "quantity": many}
                calls.keyed(self.key, "POST", "/v1/stock-movements", received)

    def rage(self) -> None:
        """Let all clients come, and processes die; until the last client has gone."""
        with ThreadPoolExecutor(self.clients) as pool:
            for done in [pool.submit(self._come, number) for number in range(self.clients)]:
                done.result()

    # --- clients --------------------------------------------------------------------------------

    def _come(self, number: int) -> None:
        dice = random.Random(self.seed * 1000 + number)
        client = _Client(self, dice)
        for turn in range(self.orders):
            client.order(f"storm-{self.seed}-{number}-{turn}")
            if turn % 3 == number % 3:
                client.receive()

    def answered(self, what: str) -> None:
        """A client got an answer; at some of them, one of the processes that run dies."""
        with self._lock:
            self.answers[what] += 1
            dies = self.answers.total() % ANSWERS_PER_DEATH == 0
            running = workers_of(self._engine) if dies else []
            if running:
                with suppress(ProcessLookupError):
                    kill(self._dice.choice(running), signal.SIGKILL)
                    self.deaths += 1


@dataclass
class _Client:
    """One who orders, changes their mind, pays and ships; each call is made until answered."""

    storm: Storm
    dice: random.Random
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.trust_env = False

    def order(self, name: str) -> None:
        """Place an order, and do with it what the dice say."""
        skus = self.dice.sample(sorted(STOCK), self.dice.choice((1, 1, 2)))
        email = f"{name}@customer.example"
        wanted = props.order(skus[0], 1, _PRICE, {"email": email, "phone": "+353871234567"})
        del wanted["external_id"]
        wanted["lines"] = [
            {
                "sku": sku,
                "quantity": self.dice.randint(1, 3),
                "unit_price": {"amount": _PRICE, "currency": "EUR"},
            }
            for sku in skus
        ]
        wanted["payments"] = []
        status, made = self.call("POST", "/v1/orders", wanted, name)
        assert status == HTTPStatus.CREATED, made
        units = sum(line["quantity"] for line in wanted["lines"])
        self.storm.placed.append(Placed(made["id"], email, units))
        if self.dice.random() < 0.3:  # who is not sure asks again
            status, again = self.call("POST", "/v1/orders", wanted, name)
            assert (status, again["id"]) == (HTTPStatus.CREATED, made["id"])
        for does, often in (
            (self._pay, 0.5),
            (self._hold, 0.2),
            (self._edit, 0.3),
            (self._cancel_some, 0.2),
            (self._ship, 0.4),
            (self._cancel, 0.25),
        ):
            if self.dice.random() < often:
                does(made)

    def receive(self) -> None:
        """Bring a few units of something, or move them."""
        sku, many = self.dice.choice(sorted(STOCK)), self.dice.randint(1, 2)
        moved: Json = {"sku": sku, "location_id": "NORTH", "kind": "received", "quantity": many}
        if self.dice.random() < 0.4:
            moved |= {"kind": "transferred", "to_location_id": "SOUTH"}
        self.call("POST", "/v1/stock-movements", moved, secrets.token_hex(8))

    def _pay(self, order: Json) -> None:
        paid = {"kind": "captured", "amount": order["totals"]["total"], "reference": "storm"}
        key = secrets.token_hex(8)
        for _ in range(2):
            self.call("POST", f"/v1/orders/{order['id']}/payments", paid, key)

    def _hold(self, order: Json) -> None:
        path = f"/v1/orders/{order['id']}/holds"
        status, held = self.call("POST", path, {"reason": "CUSTOMER_REQUEST"}, secrets.token_hex(8))
        if status == HTTPStatus.CREATED:
            hold = held["holds"][-1]["id"] if "holds" in held else held["id"]
            self.call("DELETE", f"{path}/{hold}")

    def _edit(self, order: Json) -> None:
        path = f"/v1/orders/{order['id']}/edits"
        added = {"sku": "RED", "quantity": 1, "unit_price": order["lines"][0]["unit_price"]}
        status, edit = self.call("POST", path, {"add": [added]}, secrets.token_hex(8))
        if status == HTTPStatus.CREATED:
            self.call("POST", f"{path}/{edit['id']}/confirm")

    def _cancel_some(self, order: Json) -> None:
        line = {"line_id": order["lines"][0]["id"], "quantity": 1}
        body = {"reason": "customer", "lines": [line]}
        self.call("POST", f"/v1/orders/{order['id']}/cancel", body, secrets.token_hex(8))

    def _cancel(self, order: Json) -> None:
        self.call("POST", f"/v1/orders/{order['id']}/cancel", {"reason": "customer"})

    def _ship(self, order: Json) -> None:
        for _ in range(_POLLS):
            _, now = self.call("GET", f"/v1/orders/{order['id']}")
            if now["status"] == "confirmed":
                break
            if now["status"] != "pending" or now["holds"]:
                return
            time.sleep(0.2)
        else:
            return  # nobody packs what is not confirmed
        parcel = {"tracking_number": props.ems_number("EE", "JP"), "carrier": "ems"}
        wanted = {"order_id": order["id"], "parcels": [parcel]}
        self.call("POST", "/v1/shipments", wanted, secrets.token_hex(8))

    def call(
        self, method: str, path: str, body: Json | None = None, key: str = ""
    ) -> tuple[int, Json]:
        """Ask until there is an answer that is not the server's failure."""
        headers = {"Authorization": f"Bearer {self.storm.key}"}
        if key:
            headers["Idempotency-Key"] = key
        url = f"{self.storm.stack.api_url}{path}"
        for attempt in range(_TRIES):
            try:
                answer = self.http.request(method, url, json=body, headers=headers, timeout=40)
            except requests.RequestException:
                self.storm.unanswered += 1
            else:
                self.storm.answered(f"{method} {path.rpartition('/')[2][:4]} {answer.status_code}")
                if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return answer.status_code, answer.json() if answer.content else {}
            time.sleep(0.1 * attempt)  # as a client backs off
        raise AssertionError(f"{method} {path} was not answered in {_TRIES} tries")


def engine_of(stack: Stack) -> int:
    """The process of the stack's engine."""
    pid = holder(Home(int(stack.endpoint_url.rpartition(":")[2])).engine_lock)
    assert pid is not None
    return pid


def workers_of(engine: int) -> list[int]:
    """The processes that run functions now: the engine's own children."""
    told = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = (line.split() for line in told.stdout.splitlines())
    return [int(pid) for pid, parent in pairs if int(parent) == engine]


@contextmanager
def stack_of_its_own() -> Iterator[Stack]:
    """A fresh stack with IAM enforced, on which processes may die."""
    port = free_port()
    done = run_local("up", "--port", str(port), "--detach", "--fresh", "--json")
    assert done.returncode == 0, done.stderr
    try:
        yield Stack.from_json(done.stdout)
    finally:
        run_local("down", "--port", str(port))
        Home(port).wipe()
