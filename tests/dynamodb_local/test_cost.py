"""An order's life takes the write units that docs/cost.md states, room by room, and no more."""

import re
from collections.abc import Iterator

import pytest

from bench.cost.deliveries import room_of
from bench.cost.life import Life, Shop
from bench.cost.prices import read_prices
from bench.cost.report import written
from bench.cost.tally import Tally, Use
from bench.cost.world import World, a_world
from bench.engines import make_tables
from tests.support import dynamodb_local
from tests.support.template import ROOT

_ROW = re.compile(r"^\| ([a-z]+(?:, [a-z]+)?) \| ([\d.]+) \| ([\d.]+) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def stated() -> dict[str, float]:
    """Write units by room of an order alone, as the document has them."""
    text = (ROOT / "docs" / "cost.md").read_text()
    return {room: float(alone) for room, alone, _ in _ROW.findall(text)}


@pytest.fixture(scope="module")
def lived(local: object) -> Iterator[World]:
    """A world in which an order has lived its life; where ``local`` is skipped, so is this."""
    _, assumed = read_prices()
    with dynamodb_local.dynamodb_local() as endpoint:
        make_tables(endpoint)
        with a_world(endpoint, assumed) as world:
            shop = Shop(world)
            shop.open()
            Life(shop, 1).play()
            shop.rest(rounds=1)
            world.tally = Tally()
            Life(shop, 1).play()
            yield world


def test_a_life_takes_the_units_that_are_stated(lived, stated):
    existing = {room_of(config) for config in lived.wiring.functions.values()}
    units = written(lived.tally, existing)
    assert units | {"all": sum(units.values())} == stated


def test_dynamodb_local_tells_of_plain_writes_what_the_rules_say(lived):
    assert lived.account.plain_writes > 90
    assert lived.account.differences == []


def test_a_life_is_three_mails_and_nine_events(lived):
    assert lived.tally.total(Use.MAIL) == 3
    assert lived.tally.total(Use.EVENT) == 9
    assert lived.tally.total(Use.HTTP) == 2
