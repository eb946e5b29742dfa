"""What a caller is answered when others change the same order at that moment."""

from dataclasses import replace

from orders.amending.amend import amend
from orders.amending.models import AmendOrder
from orders.cancelling import cancel_units
from orders.order import CancelReason
from orders.requests import OrderRequests
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import NOW, SHOP, FakeStore, FakeUses, placed


class BusyStore(FakeStore):
    """As soon as somebody has read an order's details, or written it, another amends its note."""

    def __init__(self):
        super().__init__()
        self.reads = 0

    def details(self, shop_id, order_id):
        self.reads += 1
        found = super().details(shop_id, order_id)
        self.amend_note()
        return found

    def save(self, order, *args, **more):
        kept = super().save(order, *args, **more)
        self.amend_note()
        return kept

    def amend_note(self):
        for key, details in self.details_by_id.items():
            self.details_by_id[key] = replace(details, note="another's")


def busy():
    store = BusyStore()
    one, details = placed()
    writer = OrderWriter(store, lambda: NOW)
    writer.place(one, replace(details, note="as it was"), "key:a")
    store.details_by_id[SHOP, one.order_id] = replace(details, note="as it was")
    return store, one, OrderRequests(writer, FakeUses(store))


def asked_for(note):
    wish = AmendOrder.model_validate({"note": note})
    return lambda order, prices, at: amend(order, prices(), wish, at)


def test_an_amendment_is_answered_as_it_was_written_though_another_follows_at_once():
    _, one, requests = busy()
    _, details = requests.change(SHOP, one.order_id, "key:a", asked_for("mine"))
    assert details.note == "mine"


def test_an_amendment_that_changes_nothing_is_answered_by_what_it_was_compared_with():
    store, one, requests = busy()
    order, details = requests.change(SHOP, one.order_id, "key:a", asked_for("as it was"))
    assert (order.version, details.note) == (one.version, "as it was")
    assert store.details_by_id[SHOP, one.order_id].note == "another's"


def test_who_cancels_some_units_reads_what_they_were_sold_for_once():
    store, one, requests = busy()
    line = one.lines[0]
    _, details = requests.change(
        SHOP,
        one.order_id,
        "key:a",
        lambda order, prices, at: cancel_units(
            order, {line.line_id: 1}, CancelReason.CUSTOMER, at, prices
        ),
    )
    assert store.reads == 1
    assert details.note == "as it was"
