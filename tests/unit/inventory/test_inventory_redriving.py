"""Parked orders are tried again, and none stops another."""

import pytest
from botocore.exceptions import ClientError

from inventory.allocation.allocator import Outcome
from inventory.allocation.parked import ParkedOrder
from inventory.allocation.redriving import Redriver
from inventory.stock import OrderKey, SkuKey
from tests.support.logs import capture_logs
from tests.unit.inventory.inventory_world import SHOP
from waybill.observability import end_invocation

logs = pytest.fixture(capture_logs)


def throttled():
    return ClientError({"Error": {"Code": "ThrottlingException"}}, "BatchGetItem")


def parked_order(number):
    return ParkedOrder(f"r{number}", 1, "2026", OrderKey(SHOP, f"o{number}"))


def image(number, **changes):
    return {
        "shop_id": SHOP,
        "order_id": f"o{number}",
        "version": 1,
        "status": "pending",
        "placed_at": "2026-11-22T10:00:00.000Z",
        "allocation": "all",
        "lines": [],
    } | changes


class Parked:
    def __init__(self, orders, images):
        self.orders, self.stored = orders, images
        self.removed = []
        self.unreadable = set()
        self.stuck = set()

    def pages(self, size):
        for start in range(0, len(self.orders), size):
            yield self.orders[start : start + size]

    def images(self, keys):
        wanted = set(keys)
        if self.unreadable & {key.order_id for key in wanted}:
            raise throttled()
        return {key: self.stored[key.order_id] for key in wanted if key.order_id in self.stored}

    def remove(self, order):
        if order.key.order_id in self.stuck:
            raise throttled()
        self.removed.append(order.key.order_id)
        return True


class Applies:
    def __init__(self, outcome=None):
        self.outcome = outcome or Outcome()
        self.applied = []

    def apply(self, demands):
        self.applied += [demand.order_id for demand in demands]
        return self.outcome

    def fill(self, sku, known=()):
        raise throttled()


def redrive(parked, allocator=None, out_of_time=lambda: False):
    allocator = allocator or Applies()
    done = Redriver(parked, allocator, allocator).redrive(out_of_time)
    return done.healed, done.kept, allocator.applied


def three(**changes):
    return {f"o{n}": image(n, **changes.get(f"o{n}", {})) for n in range(3)}


def orders(count=3):
    return [parked_order(n) for n in range(count)]


def test_all_are_applied_and_forgotten():
    parked = Parked(orders(), three())
    assert redrive(parked) == (3, 0, ["o0", "o1", "o2"])
    assert parked.removed == ["o0", "o1", "o2"]


def test_an_image_that_cannot_be_read_stays_and_a_draft_or_a_missing_order_does_not():
    stored = three(o0={"status": "teleported"}, o1={"status": "draft"})
    del stored["o2"]
    parked = Parked(orders(), stored)
    assert redrive(parked) == (2, 1, [])
    assert parked.removed == ["o1", "o2"]


def test_who_is_poisonous_or_refused_for_now_stays():
    outcome = Outcome(
        undone={OrderKey(SHOP, "o0")}, poisoned={OrderKey(SHOP, "o1"): ValueError("x")}
    )
    parked = Parked(orders(), three())
    assert redrive(parked, Applies(outcome))[:2] == (1, 2)
    assert parked.removed == ["o2"]


def test_an_operator_sees_how_many_were_healed_and_how_many_were_not(logs):
    outcome = Outcome(poisoned={OrderKey(SHOP, "o1"): ValueError("x")})
    redrive(Parked(orders(), three()), Applies(outcome))
    end_invocation()
    assert (logs.counted("RedrivenRecords"), logs.counted("RecordsStillParked")) == (2, 1)


def test_who_waits_and_could_not_be_filled_is_tried_again():
    outcome = Outcome(waiting={SkuKey(SHOP, "A"): {OrderKey(SHOP, "o0")}})
    parked = Parked(orders(), three())
    assert redrive(parked, Applies(outcome))[:2] == (2, 1)


@pytest.mark.parametrize("stuck", [0, 1, 2])
def test_a_row_that_breaks_its_page_leaves_the_others_alone(stuck):
    parked = Parked(orders(), three())
    parked.unreadable = {f"o{stuck}"}
    healed, kept, applied = redrive(parked)
    assert (healed, kept) == (2, 1)
    assert f"o{stuck}" not in applied
    parked = Parked(orders(), three())
    parked.stuck = {f"o{stuck}"}
    assert redrive(parked)[:2] == (2, 1)


def test_pages_follow_each_other_while_there_is_time():
    stored = {f"o{n}": image(n) for n in range(60)}
    assert redrive(Parked(orders(60), stored))[0] == 60
    answers = iter([False, True])
    healed, *_ = redrive(Parked(orders(60), stored), out_of_time=lambda: next(answers))
    assert healed == 25
