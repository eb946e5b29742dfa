"""Use cases of edits: one open, the same request once, nothing of another shop."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.edits.edit import QUOTE_LASTS, QuoteState
from orders.edits.models import EditOrder
from orders.edits.service import EditService
from orders.order import EditState, OrderStatus
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import NOW, SHOP, FakeSkus, FakeStore, money, placed
from waybill.dynamo import ContentionError
from waybill.problems import Conflict, NotFound, Unprocessable


class FakeEdits:
    """Edits in memory, with the promises of EditRepository; shares the store's newest."""

    def __init__(self, store):
        self.store = store
        self.earlier = {}
        self.before_put = None
        self.before_read = None
        self.after_put = None
        """Called once; the put has then been made and is told as one that was not."""

    def newest(self, shop_id, order_id):
        self._interfere()
        return self.store.edits.get((shop_id, order_id))

    def _interfere(self):
        interfere, self.before_read = self.before_read, None
        if interfere:
            interfere()

    def edit(self, shop_id, order_id, edit_id):
        self._interfere()
        newest = self.store.edit(shop_id, order_id, edit_id)
        return newest or self.earlier.get((shop_id, order_id, edit_id))

    def put(self, edit, before, *, actor, correlation_id):
        interfere, self.before_put = self.before_put, None
        if interfere:
            interfere()
        key = edit.shop_id, edit.order_id
        stored = self.store.edits.get(key)
        if (stored and stored.version) != (before and before.version):
            return False
        if before:
            self.earlier[*key, before.edit_id] = before
        self.store.edits[key] = edit
        interfere, self.after_put = self.after_put, None
        if interfere:
            interfere()
            return False
        return True

    def withdraw(self, edit, *, actor, correlation_id):
        interfere, self.before_put = self.before_put, None
        if interfere:
            interfere()
        key = edit.shop_id, edit.order_id
        if self.store.edits[key].version != edit.version - 1:
            return False
        self.store.edits[key] = edit
        return True


class Desk:
    """A confirmed order and the service."""

    def __init__(self, *unknown):
        self.now = NOW
        self.store = FakeStore()
        self.edits = FakeEdits(self.store)
        self.writer = OrderWriter(self.store, lambda: self.now)
        self.service = EditService(self.store, self.edits, self.writer, FakeSkus(*unknown))
        order, details = placed()
        order = replace(
            order,
            status=OrderStatus.CONFIRMED,
            inventory_version=1,
            lines=tuple(replace(line, allocated=line.quantity) for line in order.lines),
        )
        self.writer.place(order, details, "key:a")
        self.id = order.order_id

    def quote(self, key=None, **body):
        body = body or {"lines": [{"line_id": "line_1", "quantity": 1}]}
        request = EditOrder.model_validate(body)
        return self.service.quote(SHOP, self.id, "key:a", request, key)[0]

    def confirm(self, edit_id):
        return self.service.confirm(SHOP, self.id, edit_id, "key:a")[0]

    def withdraw(self, edit_id):
        self.service.withdraw(SHOP, self.id, edit_id, "key:a")

    def state(self, edit_id):
        return self.service.edit(SHOP, self.id, edit_id)[0].state


@pytest.fixture
def desk():
    return Desk()


ADD = {"add": [{"sku": "CAP", "quantity": 1, "unit_price": money(5)}]}


def test_a_quote_writes_the_edit_alone(desk):
    writes = len(desk.store.writes)
    edit = desk.quote()
    assert (edit.created_at, edit.expires_at) == (NOW, NOW + QUOTE_LASTS)
    assert len(desk.store.writes) == writes
    assert desk.state(edit.edit_id) is QuoteState.OPEN


def test_one_edit_is_open_at_most_until_it_expires(desk):
    first = desk.quote()
    with pytest.raises(Conflict) as caught:
        desk.quote()
    assert caught.value.extensions["edit_id"] == first.edit_id
    assert caught.value.headers["Location"].endswith(f"/edits/{first.edit_id}")
    desk.now = first.expires_at
    second = desk.quote()
    assert second.version == 2
    assert desk.state(first.edit_id) is QuoteState.EXPIRED
    assert desk.state(second.edit_id) is QuoteState.OPEN


def test_of_two_racing_quotes_one_is_open(desk):
    desk.edits.before_put = desk.quote
    with pytest.raises(Conflict):
        desk.quote()
    assert len(desk.store.edits) == 1


def test_an_edit_that_reserves_lets_no_other_in(desk):
    edit = desk.quote(**ADD)
    assert desk.confirm(edit.edit_id).edit.state is EditState.RESERVING
    with pytest.raises(Conflict) as caught:
        desk.quote()
    assert caught.value.extensions["edit_id"] == edit.edit_id
    with pytest.raises(Conflict) as caught:
        desk.withdraw(edit.edit_id)
    assert caught.value.extensions["possible"] == ["confirmed", "declined"]


def test_an_edit_that_is_confirmed_while_another_is_quoted_is_not_lost(desk):
    """Seed 4 of the simulator: the order was read before, the edit after its confirmation."""
    edit = desk.quote(**ADD)
    desk.edits.before_read = lambda: desk.confirm(edit.edit_id)
    with pytest.raises(Conflict) as caught:
        desk.quote()
    assert caught.value.extensions["edit_state"] == "reserving"
    assert desk.state(edit.edit_id) is QuoteState.RESERVING


def test_of_two_who_confirm_at_once_neither_is_told_that_it_was_declined(desk):
    edit = desk.quote(**ADD)
    desk.edits.before_read = lambda: desk.confirm(edit.edit_id)
    assert desk.confirm(edit.edit_id).edit.state is EditState.RESERVING


def test_who_looks_at_an_edit_while_it_is_confirmed_is_not_told_that_it_was_declined(desk):
    edit = desk.quote(**ADD)
    desk.edits.before_read = lambda: desk.confirm(edit.edit_id)
    assert desk.state(edit.edit_id) is QuoteState.RESERVING


def test_an_edit_that_is_confirmed_while_it_is_withdrawn_is_being_reserved(desk):
    edit = desk.quote(**ADD)
    desk.edits.before_read = lambda: desk.confirm(edit.edit_id)
    with pytest.raises(Conflict) as caught:
        desk.withdraw(edit.edit_id)
    assert caught.value.extensions["edit_state"] == "reserving"


def test_the_same_request_gets_the_same_quote_whatever_became_of_it(desk):
    first = desk.quote("key-1")
    assert desk.quote("key-1") == first
    desk.confirm(first.edit_id)
    assert desk.quote("key-1").state is QuoteState.OPEN
    assert desk.quote("key-1").quote == first.quote
    later = desk.quote("key-2", **ADD)
    assert later.edit_id != first.edit_id
    assert desk.quote("key-1").quote == first.quote
    assert desk.state(first.edit_id) is QuoteState.CONFIRMED
    with pytest.raises(Unprocessable):
        desk.quote("key-1", **ADD)


def test_two_racing_requests_of_one_key_get_one_quote(desk):
    desk.edits.before_put = lambda: desk.quote("key-1")
    edit = desk.quote("key-1")
    assert desk.store.edits[SHOP, desk.id] == edit


def test_a_quote_stored_without_an_answer_is_not_quoted_over(desk):
    """Seed 201 of the simulator: the write was repeated, and someone withdrew it in between."""

    def withdraw_it():
        (edit,) = desk.store.edits.values()
        desk.withdraw(edit.edit_id)

    desk.edits.after_put = withdraw_it
    edit = desk.quote()
    assert desk.state(edit.edit_id) is QuoteState.WITHDRAWN
    assert not desk.edits.earlier


def test_a_quote_stored_without_an_answer_is_the_callers_own(desk):
    desk.edits.after_put = lambda: None
    assert desk.state(desk.quote().edit_id) is QuoteState.OPEN


def test_unknown_skus_are_not_quoted():
    desk = Desk("CAP", "TEE")
    more = {"lines": [{"line_id": "line_2", "quantity": 2}, {"line_id": "line_1", "quantity": 3}]}
    with pytest.raises(Unprocessable) as caught:
        desk.quote(**(ADD | more))
    assert [e.pointer for e in caught.value.errors] == ["/add/0/sku", "/lines/1/line_id"]
    assert desk.quote().quote.refund


def test_a_confirmation_twice_is_one(desk):
    edit = desk.quote(**ADD)
    once = desk.confirm(edit.edit_id)
    assert desk.confirm(edit.edit_id) == once
    assert desk.state(edit.edit_id) is QuoteState.RESERVING


def test_a_withdrawn_quote_is_over(desk):
    edit = desk.quote()
    desk.withdraw(edit.edit_id)
    desk.withdraw(edit.edit_id)
    assert desk.state(edit.edit_id) is QuoteState.WITHDRAWN
    with pytest.raises(Conflict):
        desk.confirm(edit.edit_id)
    assert desk.quote().edit_id != edit.edit_id


def test_of_confirmation_and_withdrawal_one_wins(desk):
    edit = desk.quote()
    desk.store.before_write = lambda: desk.withdraw(edit.edit_id)
    with pytest.raises(Conflict) as caught:
        desk.confirm(edit.edit_id)
    assert caught.value.extensions["edit_state"] == "withdrawn"
    second = desk.quote()
    desk.edits.before_put = lambda: desk.confirm(second.edit_id)
    with pytest.raises(Conflict) as caught:
        desk.withdraw(second.edit_id)
    assert caught.value.extensions["edit_state"] == "confirmed"


def test_an_expired_quote_need_not_be_withdrawn(desk):
    edit = desk.quote()
    desk.now += QUOTE_LASTS + timedelta(days=1)
    desk.withdraw(edit.edit_id)
    assert desk.state(edit.edit_id) is QuoteState.EXPIRED


def test_what_is_not_there_is_not_found(desk):
    with pytest.raises(NotFound):
        desk.confirm("edit_x")
    with pytest.raises(NotFound):
        desk.withdraw("edit_x")
    with pytest.raises(NotFound):
        desk.state("edit_x")
    edit = desk.quote()
    for shop, order in ((SHOP, "ord_x"), ("shop_x", desk.id)):
        with pytest.raises(NotFound):
            desk.service.edit(shop, order, edit.edit_id)
        with pytest.raises(NotFound):
            desk.service.confirm(shop, order, edit.edit_id, "key:a")


def test_who_is_overtaken_each_time_is_told_to_try_again(desk):
    desk.edits.put = lambda *_, **__: False
    with pytest.raises(ContentionError):
        desk.quote()
