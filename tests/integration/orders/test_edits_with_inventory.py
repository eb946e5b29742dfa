"""Edits with the real inventory: reserved first, then released; or declined, and all still held."""

from datetime import timedelta

import pytest

from inventory import on_order_change
from orders import on_inventory_change
from orders.composition import inventory, repository, schedule_repository
from orders.schedule.driving import Driver
from orders.writing import OrderWriter
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import everything, money, order_body, stream_event
from waybill import keys
from waybill.clock import system_clock


class Edited(Joint):
    """A shop with one order of 2 TEE and 1 MUG, allocated."""

    def __init__(self, aws, **settings):
        super().__init__(aws, **settings)
        self.add_item("CAP")
        self.receive("TEE", 2)
        self.receive("MUG", 3)
        self.take(self.place())
        self.settle(self.order_id)

    def take(self, placed):
        """Go on with this order."""
        self.order_id = placed["id"]
        self.path = f"/v1/orders/{self.order_id}/edits"
        self._heard.clear()

    def order(self):
        return self.read(self.order_id)

    def quote(self, expect=201, headers=None, **body):
        return self.call("POST", self.path, body, expect=expect, headers=headers)

    def confirm(self, edit, expect=200):
        return self.call("POST", f"{self.path}/{edit['id']}/confirm", expect=expect)

    def edit(self, edit, expect=200):
        return self.call("GET", f"{self.path}/{edit['id']}", expect=expect)

    def swap(self, quantity=1):
        """Quote CAPs instead of the TEEs."""
        cap = {"sku": "CAP", "quantity": quantity, "unit_price": money(2500), "title": "Cap"}
        return self.quote(add=[cap], lines=[{"line_id": "line_1", "quantity": 0}])

    def allocation(self):
        return self.aws.table("InventoryTable").get(keys.allocation(self.id, self.order_id))

    def reserve(self, image=None):
        """Let inventory hear of the order; what it decides is not told yet."""
        image = image or self.item(self.order_id)
        assert image["demand_changed"]
        on_order_change.lambda_handler(stream_event((None, image)), None)
        return self.allocation()

    def run(self, minutes_later):
        """One run of the schedule, so many minutes from now."""
        at = system_clock() + timedelta(minutes=minutes_later)
        late = OrderWriter(repository(), lambda: at)
        return Driver(schedule_repository(), inventory(), late).run()

    def tell(self, decision):
        on_inventory_change.lambda_handler(stream_event((None, decision)), None)


@pytest.fixture
def shop(aws):
    return Edited(aws)


def quantities(order):
    return {line["id"]: line["quantities"]["allocated"] for line in order["lines"]}


def test_a_placement_repeated_after_an_edit_is_answered_whole_to_who_waits(shop):
    """Seed 34 of the simulator: the order as edited was shown beside what it was placed with."""
    request = order_body(external_id="again")
    shop.take(shop.call("POST", "/v1/orders", request, expect=201))
    shop.receive("TEE", 2)
    shop.settle(shop.order_id)
    shop.receive("CAP", 1)
    shop.confirm(shop.swap())
    shop.settle(shop.order_id)
    prefer = {"Prefer": "wait=0"}
    again = shop.call("POST", "/v1/orders", request, expect=201, headers=prefer)
    assert again == shop.order()
    assert [line["sku"] for line in again["lines"]] == ["TEE", "MUG", "CAP"]


def test_a_swap_takes_the_last_unit_first_and_then_gives_back(shop):
    shop.receive("CAP", 1)
    before = shop.order()
    edit = shop.swap()
    assert (edit["charge"]["amount"], edit["refund"]["amount"]) == (0, 2 * 1999 - 2500)
    asking = shop.confirm(edit)
    assert asking["edit"] == {"id": edit["id"], "state": "reserving", "reason": None}
    assert [line["id"] for line in asking["lines"]] == ["line_1", "line_2"]
    assert shop.levels("TEE") == (2, 2, 0)
    decision = shop.reserve()
    assert shop.levels("CAP") == (1, 1, 0)
    assert shop.levels("TEE") == (2, 2, 0)  # nothing is released before
    shop.tell(decision)
    shop.settle(shop.order_id)
    assert shop.levels("TEE") == (2, 0, 2)
    after = shop.order()
    assert (after["status"], after["inventory_status"]) == ("confirmed", "allocated")
    assert after["edit"]["state"] == shop.edit(edit)["state"] == "confirmed"
    assert quantities(after) == {"line_1": 0, "line_2": 1, "line_3": 1}
    assert after["lines"][2]["title"] == "Cap"
    assert before["totals"]["total"]["amount"] == edit["previous_total"]["amount"]
    item = shop.item(shop.order_id)
    assert item["total"] - item["removed"] == edit["total"]["amount"]


def test_a_short_edit_is_declined_and_what_was_held_still_is(shop):
    shop.receive("CAP", 1)
    edit = shop.swap(2)
    shop.confirm(edit)
    shop.settle(shop.order_id)
    after = shop.order()
    assert after["edit"]["state"] == shop.edit(edit)["state"] == "declined"
    assert after["edit"]["reason"]
    assert quantities(after) == {"line_1": 2, "line_2": 1}
    assert (after["status"], after["inventory_status"]) == ("confirmed", "allocated")
    assert after["holds"] == []
    assert [shop.levels(sku) for sku in ("TEE", "MUG", "CAP")] == [(2, 2, 0), (3, 1, 2), (1, 0, 1)]


@pytest.mark.parametrize("on_shortage", ["hold", "cancel"])
def test_a_short_edit_of_an_undecided_order_leaves_the_order_its_stock(aws, on_shortage):
    shop = Edited(aws, on_shortage=on_shortage)
    shop.receive("TEE", 2)
    shop.take(shop.place())
    shop.confirm(shop.swap())
    shop.settle(shop.order_id)
    after = shop.order()
    assert (after["status"], after["edit"]["state"]) == ("confirmed", "declined")
    assert quantities(after) == {"line_1": 2, "line_2": 1}


def test_a_part_of_what_is_added_is_given_back_where_an_order_may_be_partial(shop):
    shop.receive("CAP", 1)
    shop.receive("TEE", 2)
    shop.take(shop.place(allocation="partial"))
    shop.settle(shop.order_id)
    shop.confirm(shop.swap(2))
    decision = shop.reserve()
    assert shop.levels("CAP") == (1, 1, 0)
    shop.tell(decision)
    shop.settle(shop.order_id)
    assert shop.levels("CAP") == (1, 0, 1)
    assert shop.order()["edit"]["state"] == "declined"


def test_more_of_a_line_and_a_dearer_price_for_the_same_unit(shop):
    more = shop.quote(lines=[{"line_id": "line_2", "quantity": 3, "tax": money(7)}])
    assert more["lines"][-1]["raises"] == "line_2"
    shop.confirm(more)
    shop.settle(shop.order_id)
    assert shop.levels("MUG") == (3, 3, 0)
    tee = {"sku": "TEE", "quantity": 2, "unit_price": money(2500)}
    swap = shop.quote(add=[tee], lines=[{"line_id": "line_1", "quantity": 0}])
    after = shop.confirm(swap)  # there are no other TEEs: what is held is used
    assert after["edit"]["state"] == "confirmed"
    assert after["inventory_status"] == "allocated"
    shop.settle(shop.order_id)
    assert shop.levels("TEE") == (2, 2, 0)
    assert quantities(shop.order()) == {"line_1": 0, "line_2": 1, "line_3": 2, "line_4": 2}


def test_an_order_that_is_cancelled_meanwhile_gives_back_all(shop):
    shop.receive("CAP", 1)
    edit = shop.swap()
    shop.confirm(edit)
    decision = shop.reserve()
    shop.cancel(shop.order_id)
    gone = shop.item(shop.order_id)
    shop.tell(decision)  # late
    shop.tell(shop.reserve(gone))
    shop.tell(decision)
    assert [shop.levels(sku) for sku in ("TEE", "MUG", "CAP")] == [(2, 0, 2), (3, 0, 3), (1, 0, 1)]
    after = shop.order()
    assert (after["status"], after["edit"]["state"]) == ("cancelled", "declined")
    assert shop.edit(edit)["reason"] == "the order was cancelled"


def test_a_cancel_of_a_line_meanwhile_and_what_was_quoted_no_longer_fits(shop):
    shop.receive("CAP", 1)
    edit = shop.swap()
    shop.confirm(edit)
    decision = shop.reserve()
    body = {"reason": "customer", "lines": [{"line_id": "line_1", "quantity": 1}]}
    shop.call("POST", f"/v1/orders/{shop.order_id}/cancel", body, expect=200)
    shop.tell(decision)
    shop.settle(shop.order_id)
    assert shop.order()["edit"]["state"] == "declined"
    assert [shop.levels(sku) for sku in ("TEE", "MUG", "CAP")] == [(2, 1, 1), (3, 1, 2), (1, 0, 1)]


def test_a_parcel_that_left_meanwhile_declines_what_would_take_it_away(shop):
    shop.receive("CAP", 1)
    edit = shop.swap()
    shop.confirm(edit)
    decision = shop.reserve()
    shop.ship(shop.order_id, lines=[{"line_id": "line_1", "quantity": 1}])
    shop.tell(decision)
    shop.settle(shop.order_id)
    after = shop.order()
    assert (after["edit"]["state"], after["fulfillment_status"]) == (
        "declined",
        "partially_fulfilled",
    )
    assert [shop.levels(sku) for sku in ("TEE", "MUG", "CAP")] == [(1, 1, 0), (3, 1, 2), (1, 0, 1)]


def test_an_order_shipped_whole_is_not_edited(shop):
    edit = shop.quote(lines=[{"line_id": "line_1", "quantity": 1}])
    shop.ship(shop.order_id)
    assert shop.confirm(edit, expect=409)["order_status"] == "confirmed"
    assert shop.quote(lines=[{"line_id": "line_1", "quantity": 1}], expect=409)


def test_a_decision_on_an_earlier_edit_is_none_on_the_next(shop):
    """Both add a line of the same name; the earlier one's decision comes late, and again."""
    first = shop.swap()
    shop.confirm(first)
    short = shop.reserve()
    shop.tell(short)
    assert shop.order()["edit"]["state"] == "declined"
    second = shop.swap()
    shop.confirm(second)
    asking = shop.item(shop.order_id)
    found = short | {
        "version": short["version"] + 1,
        "lines": short["lines"] | {"line_3": {"allocated": 1, "backordered": 0}},
    }
    shop.tell(found)
    assert shop.order()["edit"]["state"] == "reserving"
    shop.receive("CAP", 1)
    decision = shop.reserve(asking)
    shop.tell(decision | {"version": found["version"] + 1})
    assert shop.order()["edit"] == {"id": second["id"], "state": "confirmed", "reason": None}
    before = everything(shop.aws)
    shop.tell(decision)
    shop.tell(short)
    assert everything(shop.aws) == before
    assert shop.edit(first)["state"] == "declined"


def test_an_edit_that_nobody_has_decided_is_driven(shop):
    shop.receive("CAP", 1)
    shop.run(-1)
    shop.confirm(shop.swap())  # and the record of it is lost
    assert shop.run(1) == 0
    assert shop.run(3) == 1
    shop.reserve()  # and so is what inventory decides
    assert shop.run(12) == 1
    assert shop.order()["edit"]["state"] == "confirmed"
    assert shop.run(90) == 0


def test_of_a_cancel_and_a_decision_at_one_time_one_is_first(shop):
    shop.receive("CAP", 1)
    shop.confirm(shop.swap())
    decision = shop.reserve()
    shop.tell(decision)
    shop.cancel(shop.order_id)
    shop.settle(shop.order_id)
    assert [shop.levels(sku) for sku in ("TEE", "MUG", "CAP")] == [(2, 0, 2), (3, 0, 3), (1, 0, 1)]
    assert shop.order()["edit"]["state"] == "confirmed"
    item = shop.item(shop.order_id)
    assert item["removed"] == item["total"]
