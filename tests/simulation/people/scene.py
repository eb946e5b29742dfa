"""Where the people of a seed meet: their shops, their calls, their tasks beside each other."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.carriers.bureau import Carriers
from tests.simulation.people.front import Client, Gateway
from tests.simulation.post import Post
from tests.simulation.processes.machine import Machine
from tests.support.http import OPERATOR_KEY


@dataclass(frozen=True)
class Shop:
    """A tenant, and what is needed to act for it."""

    id: str
    key: str
    secret: str
    """What its platform signs with."""
    locations: tuple[str, ...]
    skus: tuple[str, ...]
    bulk: tuple[str, ...] = ()
    """SKUs that some buy all of at once."""
    late: tuple[str, ...] = ()
    """SKUs of which there is none yet, and which arrive once."""
    is_prepaid: bool = False
    """Whether it ships nothing that is not paid."""


STOCK_CHECK: Final = "InventoryScheduleFunction"
"""What proves stock each hour."""
HOT: Final = "SKU-HOT"
"""Sold by the unit, to people who keep what they get: whether it is sold out can be told."""
_IMPATIENT: Final = 0.2
"""Share of the people who do not wait for an answer, but ask again while their call still runs."""


class Scene:
    """The people of one seed, and the places where they meet."""

    def __init__(self, machine: Machine, gateway: Gateway, carriers: Carriers, post: Post) -> None:
        self.machine = machine
        self.dice: random.Random = machine.dice
        self.gateway = gateway
        self.judge = gateway.judge
        self.carriers = carriers
        self.post = post
        self.tick: Callable[[str], None] = lambda function: None
        """Let the clock's function of this name run, beside its schedule."""
        self.replay: Callable[[float], None] = lambda seconds: None
        """Let the bus's events of the last seconds come again."""
        self.tamper: Callable[..., None] = lambda table, key, **fields: None
        """Let somebody change fields of an item by hand, or mend them: ``is_mended``."""
        self.lose: Callable[[tuple[str, str]], None] = lambda order: None
        """Let inventory never hear of the next change of an order, which is named by its key."""
        self.seed = 0
        """Which one this is."""
        self.placed: list[tuple[Shop, str]] = []
        """Orders that customers know to be placed."""
        self.forgotten: list[tuple[Shop, str]] = []
        """Where quotes of edits stand that nobody has confirmed."""
        self.budgeted: dict[str, dict[str, Any]] = {}
        """Settings of carriers that may be asked only so often a day."""
        self.parts_hurry = False
        """Whether orders leave in two within seconds, the first of which is there in minutes."""
        self.busy = 0
        """People who have not finished."""

    def enter(
        self,
        name: str,
        key: str | None,
        act: Callable[[Client], None],
        within: float = 0.0,
        *,
        after: float = 0.0,
    ) -> None:
        """Let somebody do something at some time from now on, beside all others.

        ``within`` so many seconds, ``after`` so many have passed.
        """
        self.busy += 1
        client = self.gateway.client(name, key)
        if self.dice.random() < _IMPATIENT:
            client.patience = self.dice.uniform(0.3, 3.0)

        def run() -> None:
            try:
                act(client)
            finally:
                self.busy -= 1
                self.machine.alive -= 1

        self.machine.start(run, client.process, delay=after + self.dice.random() * within)

    def operate(self, act: Callable[[Client], None]) -> None:
        """Let the deployment's operator do something, now."""
        self.enter("operator", OPERATOR_KEY, act)

    def once(self, prefix: str) -> str:
        """An idempotency key that nobody else uses."""
        return f"{prefix}-{self.dice.getrandbits(64):016x}"
