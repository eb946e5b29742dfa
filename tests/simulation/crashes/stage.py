"""Where a journey is played: a world without chance, its shop, its clients, and what heals it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tests.simulation.carriers.parcels import Parcel, Scan
from tests.simulation.crashes.steady import Steady
from tests.simulation.deployed import Deployed, tables
from tests.simulation.judge import Violation
from tests.simulation.people.calls import done
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.scene import STOCK_CHECK, Scene, Shop
from tests.simulation.people.shops import found_shop
from tests.simulation.processes.machine import StuckError
from tests.simulation.seed import rest, settle, wait_for_messages
from tests.simulation.world import World
from tests.support.http import OPERATOR_KEY

_SEED: Final = 1
_FORGOTTEN: Final = 120.0
"""Seconds after which no process remembers a key or a setting."""
SCHEDULES: Final = ("OrdersScheduleFunction", "TrackingScheduleFunction", "NotifyScheduleFunction")
"""What heals: it looks for orders that nobody decides, asks carriers, sends what waits."""
STEP: Final = 900.0
"""Seconds from one thing that is done to the next: by then Lambda has tried thrice what fails, a
queue's message has come again twice, and who is not decided is driven by the schedule."""
DOUBT: Final = 660.0
"""Seconds after which a mail of which nobody knows may be sent again."""
LATER: Final = 2 * 3600.0 + 61
"""Seconds after which each active parcel is asked about again."""
_MOST_SWEEPS: Final = 12


class Stage:
    """One world, for one play of one journey."""

    def __init__(self, deployed: Deployed) -> None:
        self.world = World(_SEED, deployed, Steady(_SEED))
        self.world.judge.faults = False
        self.machine = self.world.machine
        for queue in self.world.delivery.queues.values():
            queue.on_sent = lambda body, group: self.world.judge.sent(self.machine.now, body, group)
        self.scene = Scene(self.machine, self.world.gateway, self.world.carriers, self.world.post)
        self.shop: Shop
        self._next = self.machine.now
        self.redriven = 0
        """What came back from failure queues."""
        self.known: dict[str, Any] = {}
        """What setting up tells the play."""

    # --- opening --------------------------------------------------------------------------------

    def open(self, stock: Mapping[str, int], **rules: Any) -> None:
        """Open a shop with these units of its SKUs, spread over nothing: one location has all."""

        def act(operator: Client) -> None:
            self.shop, manager = found_shop(self.scene, operator, 0, tuple(stock), rules)
            settings = {"name": "here", "priority": 1, "country": "DE"}
            done(manager.call("PUT", "/v1/locations/loc0", settings))
            for sku, units in stock.items():
                item = {"title": sku, "oversell_policy": "backorder"}
                done(manager.call("PUT", f"/v1/items/{sku}", item))
                if units:
                    done(self.receive(manager, sku, units))

        self._enter("operator", OPERATOR_KEY, act)

    def carrier(self, name: str, credentials: Mapping[str, str]) -> None:
        """Set up a carrier."""
        self.scene.carriers.names += (name,)
        settings = {"credentials": dict(credentials)}
        self._enter(
            "operator",
            OPERATOR_KEY,
            lambda client: done(client.call("PUT", f"/v1/carriers/{name}", settings)),
        )

    def receive(self, client: Client, sku: str, units: int) -> Answer:
        """Take goods in."""
        body = {"sku": sku, "location_id": "loc0", "kind": "received", "quantity": units}
        return client.call(
            "POST", "/v1/stock-movements", body, Idempotency_Key=f"received-{sku}-{units}"
        )

    def begin(self) -> None:
        """Let all of it be long ago."""
        self.pause(_FORGOTTEN)

    # --- playing --------------------------------------------------------------------------------

    def call(
        self, method: str, path: str, body: Any = None, *also: int, once: str = "", **headers: str
    ) -> Answer:
        """Let somebody of the shop call, again and again until there is an answer that fits.

        ``once`` is the Idempotency-Key; ``also`` are statuses that say it was done before.
        """
        if once:
            headers["Idempotency_Key"] = once
        return self.told_by(self.shop.key, method, path, body, *also, **headers)

    def told_by(
        self, key: str | None, method: str, path: str, body: Any = None, *also: int, **named: Any
    ) -> Answer:
        """Let somebody with this key, or none, call."""
        answers: list[Answer] = []
        self._enter(
            f"who calls {method} {path}",
            key,
            lambda client: answers.append(client.call(method, path, body, **named)),
        )
        (answer,) = answers
        if not answer.ok and answer.status not in also:
            raise Violation("answers", f"{method} {path}: {answer.status} {answer.body}")
        return answer

    def parcel(self, owner: str, *scans: str, every: float = 60.0) -> dict[str, str]:
        """Hand a parcel over to a carrier, with all that will happen to it, after so many seconds.

        ``every``: seconds to the first scan, and from each to the next.
        """
        number = self.scene.carriers.new_number(owner)
        now = float(int(self.machine.now))
        told = tuple(Scan(now + every * place, what) for place, what in enumerate(scans, start=1))
        self.scene.carriers.take(Parcel(number, owner, told))
        return {"tracking_number": number, "carrier": owner}

    def settle(self) -> None:
        """Let all that is on its way arrive."""
        self.redriven += settle(self.world)

    def pause(self, seconds: float = STEP) -> None:
        """Let all that is on its way arrive, and time pass, up to the same instant in each play.

        So what is done next is done when it always is, whatever had to be done again before.
        """
        self.settle()
        self._next += seconds
        if self.machine.now >= self._next:
            raise StuckError(f"after {seconds} s it is not quiet")
        rest(self.world, self._next - self.machine.now)

    def tick(self, function: str) -> None:
        """Let a schedule run."""
        self.world.delivery.fire(function)

    def heal(self) -> None:
        """Let all that heals run: schedules in their time, and what waits for it."""
        self.pause()
        for function in SCHEDULES:
            self.tick(function)
        for _ in range(_MOST_SWEEPS):
            if self.world.judge.knows_all():
                break
            self.pause(LATER)
            self.tick("TrackingScheduleFunction")
        self.settle()
        wait_for_messages(self.world)

    def judge(self) -> dict[str, list[dict[str, Any]]]:
        """Let the judge look at everything; the end, by table."""
        self.tick(STOCK_CHECK)
        self.settle()
        ended = {table: list(self.world.dynamodb.items(table)) for table in tables()}
        self.world.judge.settle(ended, self.machine.now, checked=True)
        return ended

    def at(self, seconds: float = 0.0) -> str:
        """An instant from now, as callers write it."""
        return datetime.fromtimestamp(self.machine.now + seconds, UTC).isoformat()

    def _enter(self, name: str, key: str | None, act: Any) -> None:
        self.scene.enter(name, key, act)
        self.machine.run(until=lambda: self.scene.busy == 0)
