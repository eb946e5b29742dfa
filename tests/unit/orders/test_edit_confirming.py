"""An edit is confirmed: it takes effect, or what it adds is reserved first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.details import Details
from orders.edits.confirming import confirm
from orders.edits.edit import NewLine, QuoteState
from orders.news import ShipmentNews
from orders.order import (
    CancelReason,
    EditState,
    OrderEdit,
    OrderStatus,
)
from orders.records import Happening
from orders.status import statuses
from tests.unit.orders.edit_builders import (
    EDIT_ID,
    confirmed,
    decided,
    edit_of,
    quoted,
    wish,
)
from tests.unit.orders.edits_under_way import CAP, LATER, going, reserving, wants
from tests.unit.orders.orders_builders import NOW, cancel, placed, ship, with_line
from waybill.problems import Conflict


def test_what_only_takes_away_is_applied_at_once():
    order, details = going()
    edit = quoted(order, details, wish(line_1=1))
    change = confirmed(order, details, edit, LATER)
    assert change.order.lines[0].cancelled == 1
    assert change.order.current_total == order.current_total - edit.quote.refund
    assert change.order.edit == OrderEdit(EDIT_ID, EditState.CONFIRMED)
    assert [(t.what, t.data["removed"]) for t in change.told] == [
        (Happening.EDIT_CONFIRMED, {"line_1": 1})
    ]
    assert (edit_of(change).state, edit_of(change).version) == (QuoteState.CONFIRMED, 2)
    assert not any(isinstance(record, Details) for record in change.records)


def test_what_is_added_is_only_reserved_for_and_nothing_is_released():
    order, _, asking, edit = reserving(wish(CAP, line_1=1, shipping=300))
    assert asking.agreed_lines == order.lines
    assert (asking.total, asking.removed) == (order.total, order.removed)
    assert statuses(asking) == statuses(order)
    assert wants(asking) == {"line_1": 2, "line_2": 1, "line_3": 2}
    assert asking.edit == OrderEdit(EDIT_ID, EditState.RESERVING, since=order.version + 1)
    assert edit.state is QuoteState.RESERVING
    assert ship(asking, ShipmentNews("shp_a", 1, {})).lines[2].fulfilled == 0


def test_a_swap_within_a_sku_reserves_nothing_and_keeps_what_is_held():
    order, details = going()
    dearer = NewLine("TEE", 2, 2500)
    change = confirmed(order, details, quoted(order, details, wish(dearer, line_1=0)))
    assert change.order.edit == OrderEdit(EDIT_ID, EditState.CONFIRMED, charged_at=NOW)
    assert wants(change.order) == {"line_2": 1, "line_3": 2}
    assert [line.allocated for line in change.order.lines] == [0, 1, 2]
    assert statuses(change.order).inventory == "allocated"


def test_what_an_edit_takes_of_a_sku_counts_for_what_it_adds_of_it():
    order, details, asking, edit = reserving(wish(NewLine("TEE", 3, 2500), line_1=1))
    assert wants(asking) == {"line_1": 2, "line_2": 1, "line_3": 2}
    change = decided(asking, details, edit)
    assert wants(change.order) == {"line_1": 1, "line_2": 1, "line_3": 3}
    assert [line.allocated for line in change.order.lines] == [1, 1, 3]
    assert change.order.current_total == order.current_total + 3 * 2500 - 1999


def test_an_order_that_waits_in_vain_waits_for_other_things_at_once():
    order, details = placed()
    order = replace(order, inventory_version=1)
    change = confirmed(order, details, quoted(order, details, wish(CAP, line_1=0)))
    assert change.order.edit.state is EditState.CONFIRMED
    assert wants(change.order) == {"line_2": 1, "line_3": 2}


def test_an_order_that_nobody_has_decided_reserves_first():
    order, details = placed()
    change = confirmed(order, details, quoted(order, details, wish(CAP, line_1=0)))
    assert change.order.edit.state is EditState.RESERVING


def test_an_order_that_does_not_ask_for_stock_does_not_wait_for_it():
    order, details = going(status=OrderStatus.PENDING, asks_stock=False)
    change = confirmed(order, details, quoted(order, details, wish(CAP)))
    assert change.order.edit.state is EditState.CONFIRMED


def test_a_quote_that_would_be_another_one_by_now_is_refused_with_the_new_numbers():
    order, details = going()
    edit = quoted(order, details, wish(line_1=0))
    since = replace(with_line(order, 0, cancelled=1), removed=1999)
    with pytest.raises(Conflict) as caught:
        confirm(since, edit, lambda: details, NOW)
    assert caught.value.extensions["refund"] == {"amount": 1999, "currency": "EUR"}
    assert caught.value.extensions["previous_total"]["amount"] == since.current_total


def test_a_quote_that_would_change_nothing_by_now_is_refused_as_the_order_has_changed():
    """Seed 27 of the simulator: what the edit takes away was cancelled meanwhile."""
    order, details = going()
    edit = quoted(order, details, wish(line_1=1))
    since = replace(with_line(order, 0, cancelled=1), removed=1999)
    with pytest.raises(Conflict, match="the order has changed since") as caught:
        confirm(since, edit, lambda: details, NOW)
    assert caught.value.extensions["edit_state"] == "open"
    assert not caught.value.errors


def test_a_quote_lasts_for_a_day():
    order, details = going()
    edit = quoted(order, details, wish(line_1=1))
    moment = timedelta(milliseconds=1)
    assert confirm(order, edit, lambda: details, edit.expires_at - moment)
    with pytest.raises(Conflict) as caught:
        confirm(order, edit, lambda: details, edit.expires_at)
    assert caught.value.extensions["edit_state"] == "expired"


@pytest.mark.parametrize("state", [QuoteState.WITHDRAWN, QuoteState.DECLINED])
def test_what_is_over_is_not_confirmed(state):
    order, details = going()
    edit = quoted(order, details, wish(line_1=1), state=state)
    with pytest.raises(Conflict) as caught:
        confirm(order, edit, lambda: details, NOW)
    assert caught.value.extensions["edit_state"] == state.value


def test_a_second_confirmation_changes_nothing():
    _, details, asking, edit = reserving(wish(CAP))
    assert confirm(asking, edit, lambda: details, NOW) is None
    change = decided(asking, details, edit)
    assert confirm(change.order, edit_of(change), lambda: details, NOW) is None


def test_two_edits_are_never_reserved_at_once():
    order, details = going()
    edit = quoted(order, details, wish(line_1=1))
    other = OrderEdit("edit_other", EditState.RESERVING, since=2)
    with pytest.raises(Conflict) as caught:
        confirm(replace(order, edit=other), edit, lambda: details, NOW)
    assert caught.value.extensions["edit_id"] == "edit_other"


def test_an_order_that_ended_is_not_edited():
    order, details = going()
    edit = quoted(order, details, wish(line_1=1))
    gone = cancel(order, CancelReason.CUSTOMER)
    with pytest.raises(Conflict) as caught:
        confirm(gone, edit, lambda: details, NOW)
    assert caught.value.extensions["order_status"] == "cancelled"
