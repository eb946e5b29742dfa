"""The rush of a seed: everybody comes at their own time, all drawn from its dice."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.people import (
    coincidence,
    customers,
    desk,
    editors,
    mischief,
    platform,
    readers,
    refusers,
    repliers,
    seldom,
    warehouse,
)
from tests.simulation.people.scene import STOCK_CHECK, Scene, Shop
from tests.simulation.people.shops import LIMITED, open_shops
from tests.simulation.people.thief import try_doors
from tests.simulation.processes.faults import Fault

_BULK_ORDERS: Final = (2, 4)
_BULK_UNITS: Final = (4, 8)
_BULK_SECONDS: Final = 5.0
_LAST: Final = 3
_ARRIVES_WITHIN: Final = 4.0
_RUSH_SECONDS: Final = (5.0, 90.0)
_WITH_CHECK: Final = 0.4
"""Share of the seeds in which stock is checked while everybody is there."""
_LAST_CHECK: Final = 300.0
_LATER_SECONDS: Final = 30.0
_LATE_RETURNS: Final = 12
_WITH_WORDS: Final = 0.4
"""Share of those whose customer says what they want to hear, just then."""
_WITH_READER: Final = 0.5
"""Share of the seeds in which somebody reads a list while orders come."""
_WITH_STORM: Final = 0.3
_WITH_OUTAGE: Final = 0.2
"""Share of the seeds in which one carrier answers nobody for a while, while most are there."""
_OUTAGE_SECONDS: Final = (60.0, 240.0)
_WITH_REPLAYS: Final = 0.2
_REPLAYED: Final = 450.0
"""Seconds of events that come again when an operator replays them."""
_REPLAYS: Final = (180.0, 600.0, 100.0)
"""Seconds after which an operator replays events first and last, and from one to the next."""
_STORM_SECONDS: Final = 60.0
_STORMS: Final = (
    {Fault.THROTTLED: 0.3},
    {Fault.CONFLICT: 0.5},
    {Fault.THROTTLED: 0.3, Fault.CONFLICT: 0.5},
)


@dataclass(frozen=True)
class Town:
    """The ordinary seed: shops, customers, a platform, staff and carriers, all at once."""

    name: str = "town"
    faulty_seconds: float = 420.0
    """For as long things go wrong, at least; after that they only settle."""
    steps: int = 400_000
    """After how many steps it does not come to its end any more."""
    tries_everything: bool = True
    """Every kind of fault must strike sooner or later."""
    orders: tuple[int, int] = (34, 38)
    platform_orders: tuple[int, int] = (3, 6)
    restockers: tuple[int, int] = (3, 8)
    """How many come, at least and at most."""

    def open(self, scene: Scene) -> list[Shop]:
        """Make the shops; they come one by one."""
        return open_shops(scene)

    def begin(self, scene: Scene, shops: list[Shop]) -> None:
        """Let the rush begin."""
        dice = scene.dice
        rush = dice.uniform(*_RUSH_SECONDS)
        _trouble(scene, rush)
        for number in range(dice.randint(*self.orders)):
            customers.come(scene, dice.choice(shops), number, rush)
        for number in range(dice.randint(*self.platform_orders)):
            platform.come(scene, dice.choice(shops), number, rush)
        for number in range(dice.randint(*self.restockers)):
            warehouse.restock(scene, dice.choice(shops), number, rush)
        if dice.random() < _WITH_READER:
            readers.read(scene, dice.choice(shops), rush)
        for shop in shops:
            warehouse.supply(scene, shop, rush)
            warehouse.haul(scene, shop, rush)
            if shop.bulk:
                _sell_in_bulk(scene, shop, rush)
            _sell_what_arrives(scene, shop, rush)

    def end(self, scene: Scene, shops: list[Shop]) -> None:
        """Some things are done once, by the seed, and nobody gets in who has no business here."""
        for come in _AT_LAST[scene.seed % len(_AT_LAST)]:
            come(scene)
        try_doors(scene, shops)

    def later(self, scene: Scene, shops: list[Shop]) -> None:
        """Goods come back after days, quotes are too old, stock is taken and checked meanwhile."""
        dice = scene.dice
        for shop in shops:
            warehouse.take_stock(scene, shop, _LATER_SECONDS)
        for shop, order_id in dice.sample(scene.placed, min(_LATE_RETURNS, len(scene.placed))):
            desk.come_late(scene, shop, order_id, _LATER_SECONDS)
            if dice.random() < _WITH_WORDS:
                refusers.waver(scene, shop, order_id, _LATER_SECONDS)
        for shop, path in scene.forgotten:
            editors.remember(scene, shop, path, _LATER_SECONDS)
        readers.read(scene, dice.choice(shops), 0.0)
        scene.machine.after(dice.random() * _LATER_SECONDS, lambda: scene.tick(STOCK_CHECK))

    def figures(self, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Counter[str]:
        """Nothing is known beforehand of how a rush ends; the judge has looked at it."""
        del tables
        return Counter()


_AT_LAST: Final[tuple[tuple[Callable[[Scene], None], ...], ...]] = (
    (seldom.come,),
    (mischief.come, refusers.come),
    (repliers.come, coincidence.come),
)
"""Who comes when all is over: a third of it in each seed, for all of it costs a sixth of one."""
HAMLET: Final = Town(
    name="hamlet",
    faulty_seconds=60.0,
    tries_everything=False,
    orders=(4, 6),
    platform_orders=(1, 2),
    restockers=(1, 2),
)
"""A town of few people and one bad minute: all that a seed does, in a fraction of its time."""


def _trouble(scene: Scene, rush: float) -> None:
    """Let what befalls all happen, in the seeds whose chance that is."""
    dice = scene.dice
    if dice.random() < _WITH_STORM:
        _storm(scene, rush)
    if dice.random() < _WITH_REPLAYS:
        _replay(scene)
    if dice.random() < _WITH_OUTAGE:
        lasts = dice.uniform(*_OUTAGE_SECONDS)
        scene.machine.after(dice.random() * rush, lambda: scene.carriers.fail(lasts))
    if dice.random() < _WITH_CHECK:
        scene.machine.after(dice.random() * _LAST_CHECK, lambda: scene.tick(STOCK_CHECK))


def _storm(scene: Scene, rush: float) -> None:
    """Let AWS refuse very often for a minute, while most are there."""
    storm = scene.dice.choice(_STORMS)

    def break_out() -> None:
        scene.machine.faults.storm(storm)
        scene.machine.after(_STORM_SECONDS, lambda: scene.machine.faults.storm({}))

    scene.machine.after(scene.dice.random() * rush, break_out)


def _replay(scene: Scene) -> None:
    """SES takes few mails, and an operator replays what was told, again and again.

    What is told comes again when it is not so any more, and waits for SES with what still is: of
    two shipments the first is delivered before anybody could say that it has left.
    """
    scene.machine.cloud.throttles_mails = True
    scene.parts_hurry = True
    after, last, apart = _REPLAYS
    while after < last:
        scene.machine.after(after, lambda: scene.replay(_REPLAYED))
        after += apart


def _sell_in_bulk(scene: Scene, shop: Shop, rush: float) -> None:
    """Let some want everything at once, and others what is reserved of it last, meanwhile."""
    at = scene.dice.random() * rush
    orders, units = scene.dice.randint(*_BULK_ORDERS), scene.dice.randint(*_BULK_UNITS)
    for number in range(1000, 1000 + orders):
        customers.come(scene, shop, number, _BULK_SECONDS, after=at, skus=shop.bulk)
    for number in range(1000 + orders, 1000 + orders + units):
        wanted = (scene.dice.choice(shop.bulk[-_LAST:]),)
        customers.come(scene, shop, number, _BULK_SECONDS, after=at, skus=wanted)


def _sell_what_arrives(scene: Scene, shop: Shop, rush: float) -> None:
    """Let units of each arrive once, just as somebody orders one: nothing later makes up for it.

    Where only one may be owed, two order it at the same moment.
    """
    for number, sku in enumerate(shop.late, 2000):
        at = scene.dice.random() * rush
        customers.come(scene, shop, number, 0.0, after=at, skus=(sku,))
        if sku in LIMITED:
            customers.come(scene, shop, 100 + number, 0.0, after=at, skus=(sku,))
        warehouse.deliver(scene, shop, sku, at + scene.dice.random() * _ARRIVES_WITHIN)
