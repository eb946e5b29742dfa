"""A record of a stream is lost: the schedule sees to it that the order is decided all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from inventory import on_order_change
from orders import on_schedule
from orders.composition import inventory, repository, schedule_repository
from orders.events import events_of
from orders.order import Payments
from orders.schedule.driving import Driver
from orders.schedule.expiry import Expirer
from orders.schedule.ladder import LADDER
from orders.writing import OrderWriter
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import everything, stream_event
from waybill import keys
from waybill.batch import Change
from waybill.clock import from_text, system_clock, to_text

HOUR = timedelta(hours=1)


class Kept(Joint):
    """A shop with stock, whose orders the schedule looks after."""

    def __init__(self, aws, letter="a", **settings):
        super().__init__(aws, letter, **settings)
        for sku in ("TEE", "MUG"):
            self.receive(sku, 5)

    def run(self, minutes_later=0):
        """One run of the schedule, so many minutes from now."""
        at = system_clock() + timedelta(minutes=minutes_later)
        writer = OrderWriter(repository(), lambda: at)
        return Driver(schedule_repository(), inventory(), writer).run()

    def orders(self):
        """Every order there is."""
        return [item for item in everything(self.aws) if item["sk"] == "order"]


@pytest.fixture
def shop(aws):
    shop = Kept(aws)
    shop.run(-1)
    return shop


def test_an_order_whose_record_was_lost_is_decided(shop):
    order_id = shop.place()["id"]  # and nobody delivers the stream's record
    assert shop.run(1) == 0
    assert shop.run(3) == 1
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("confirmed", "allocated")
    assert shop.levels("TEE") == (5, 2, 3)
    assert shop.run(60) == 0


def test_a_record_that_comes_after_all_changes_nothing(shop):
    order_id = shop.place()["id"]
    lost = shop.item(order_id)
    shop.run(3)
    shop.settle(order_id)
    on_order_change.lambda_handler(stream_event((None, lost)), None)
    assert shop.levels("TEE") == (5, 2, 3)


def test_a_decision_whose_record_was_lost_is_told(shop):
    order_id = shop.place()["id"]
    on_order_change.lambda_handler(stream_event((None, shop.item(order_id))), None)
    assert shop.read(order_id)["inventory_status"] == "pending"
    assert shop.run(3) == 1
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("confirmed", "allocated")
    assert shop.levels("TEE") == (5, 2, 3)


def test_a_platforms_order_observed_months_late_is_decided(shop):
    shop.observe()
    (order_id,) = [item["order_id"] for item in shop.orders()]
    assert shop.run(1) == 0
    assert shop.run(3) == 1
    shop.settle(order_id)
    assert shop.read(order_id)["inventory_status"] == "allocated"


def test_an_order_whose_sku_became_known_late_is_decided(shop):
    unknown = {"sku": "NEW", "quantity": 1, "unit_price": {"amount": 1, "currency": "EUR"}}
    placed_at = to_text(system_clock() - 48 * HOUR)
    shop.observe(placed_at=placed_at, request={"lines": [unknown]})
    (order_id,) = [item["order_id"] for item in shop.orders()]
    assert shop.run(1) == 0
    shop.add_item("NEW")
    shop.receive("NEW", 1)
    shop.observe(2, placed_at=placed_at, request={"lines": [unknown]})
    assert shop.run(3) == 1
    shop.settle(order_id)
    assert shop.read(order_id)["inventory_status"] == "allocated"


def test_a_decided_order_costs_no_write(shop):
    order_id = shop.place()["id"]
    shop.settle(order_id)
    before = shop.item(order_id)
    assert shop.run(24 * 60 + 60) == 0
    assert shop.item(order_id) == before


def age(shop, order_id):
    """Let an order be two hours old, and the schedule's last run a day ago."""
    item = shop.item(order_id)
    placed_at = to_text(from_text(item["placed_at"]) - 2 * HOUR)
    aged = {"placed_at": placed_at, "list_sk": f"{placed_at}#{order_id}"}
    shop.table.put(item | aged)
    seen = schedule_repository().marks()
    marks = {rung.name: system_clock() - 24 * HOUR for rung in LADDER}
    schedule_repository().move_marks(seen.version, marks, system_clock())


def test_the_handler_drives_what_is_old_enough(shop):
    order_id = shop.place()["id"]
    assert on_schedule.lambda_handler({}, None) == {"driven_again": 0, "expired": 0}
    age(shop, order_id)
    assert on_schedule.lambda_handler(None, None) == {"driven_again": 1, "expired": 0}
    again = shop.item(order_id)
    assert (again["version"], again["actor"], again["demand_changed"]) == (2, "schedule", True)
    assert again["correlation_id"].startswith("run_")


def test_every_shop_that_places_an_order_is_looked_after(aws, shop):
    quiet = Kept(aws, "c")
    other = Kept(aws, "b")
    other.observe()
    shop.place()
    assert list(schedule_repository().shops()) == [shop.id, other.id]
    assert quiet.id not in schedule_repository().shops()


def test_a_second_order_of_a_shop_writes_no_directory(shop):
    shop.place()
    shop.table.delete(keys.known_shop(shop.id))
    shop.place()
    assert list(schedule_repository().shops()) == []


def test_driving_again_is_nobodys_news(shop):
    order_id = shop.place()["id"]
    before = shop.item(order_id)
    shop.run(3)
    after = shop.item(order_id)
    key = {"pk": after["pk"], "sk": after["sk"]}
    assert list(events_of(Change("1", key, before, after))) == []


@pytest.fixture
def strict(aws):
    """A shop whose orders expire ten minutes after they are placed, unless they are paid."""
    return Kept(aws, payment_rule="paid", payment_minutes=10)


def expire(minutes_later):
    at = system_clock() + timedelta(minutes=minutes_later)
    return Expirer(schedule_repository(), OrderWriter(repository(), lambda: at)).run()


def paid(order):
    return replace(order, payments=Payments(captured=order.total))


def test_an_unpaid_order_expires_and_frees_what_it_held(strict):
    order_id = strict.place()["id"]
    strict.settle(order_id)
    assert strict.levels("TEE") == (5, 2, 3)
    assert expire(9) == 0
    before = strict.item(order_id)
    assert expire(11) == 1
    strict.settle(order_id)
    assert strict.read(order_id)["status"] == "expired"
    assert strict.levels("TEE") == (5, 0, 5)
    key = {"pk": before["pk"], "sk": before["sk"]}
    names = [e.name for e in events_of(Change("1", key, before, strict.item(order_id)))]
    assert names == ["OrderExpired"]
    assert expire(12) == 0


def test_a_paid_order_and_a_draft_do_not_expire(strict):
    order_id = strict.place()["id"]
    draft = strict.place(draft=True)["id"]
    system = OrderWriter(repository(), system_clock)
    system.change(strict.id, order_id, "key:a", lambda order, _: paid(order))
    assert expire(11) == 0
    assert {strict.read(i)["status"] for i in (order_id, draft)} == {"pending", "draft"}


def test_the_handler_expires_what_is_overdue(strict):
    order_id = strict.place()["id"]
    item = strict.item(order_id)
    placed_at = to_text(from_text(item["placed_at"]) - HOUR)
    strict.table.put(item | {"placed_at": placed_at, "pay_by": placed_at})
    assert on_schedule.lambda_handler({}, None)["expired"] == 1
    assert strict.item(order_id)["actor"] == "schedule"


def test_an_order_that_cannot_expire_keeps_no_other_from_being_driven(strict):
    broken = strict.item(strict.place(external_id="1")["id"])
    overdue = to_text(from_text(broken["placed_at"]) - HOUR)
    strict.table.put(broken | {"pay_by": overdue, "status": "lost"})
    waiting = strict.place(external_id="2")["id"]
    before = strict.item(waiting)
    age(strict, waiting)
    with pytest.raises(ValueError, match="lost"):
        on_schedule.lambda_handler({}, None)
    after = strict.item(waiting)
    assert (after["version"], after["actor"]) == (before["version"] + 1, "schedule")
    assert (after["status"], after["demand_changed"]) == ("pending", True)
