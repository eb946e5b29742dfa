"""Confirming: at once or reserved first; committed as quoted, or declined and nothing changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.details import Details
from orders.edits.confirming import CHANGED, SHORT, confirm, standing
from orders.edits.edit import Edit, NewLine, QuoteState
from orders.items import may_be_undecided, order_item, read_order
from orders.lifecycle import demand, expire, pay_by
from orders.news import ShipmentNews
from orders.order import (
    AllocationRule,
    CancelReason,
    EditState,
    OrderEdit,
    OrderStatus,
    PaymentRule,
    Payments,
    ShopRules,
    ShortageRule,
    Stamp,
)
from orders.records import Happening
from orders.schedule.asking import is_undecided, noting_when_asked
from orders.status import statuses
from tests.unit.orders.edit_builders import (
    EDIT_ID,
    confirmed,
    decided,
    details_of_change,
    edit_of,
    quoted,
    wish,
)
from tests.unit.orders.orders_builders import NOW, cancel, placed, ship, with_line
from waybill.problems import Conflict

CAP = NewLine("CAP", 2, 450)
LATER = NOW + timedelta(hours=1)


def going(**changes):
    """A confirmed order of 2 TEE and 1 MUG that holds them, and what it was sold for."""
    order, details = placed()
    order = replace(order, status=OrderStatus.CONFIRMED, inventory_version=1, version=4)
    order = with_line(with_line(order, 0, allocated=2), 1, allocated=1)
    return replace(order, **changes), details


def reserving(wanted, **changes):
    order, details = going(**changes)
    edit = quoted(order, details, wanted)
    change = confirmed(order, details, edit)
    return order, details, change.order, edit_of(change)


def wants(order):
    """Units that inventory is to hold, by line id."""
    return {line_id: units for line_id, _, units, _, _ in demand(order)}


def as_before(after, before):
    """Whether an order is what it was, but for the edit and what is known of stock."""
    known = {"edit": before.edit, "inventory_version": before.inventory_version}
    return replace(after, **known, lines=before.lines) == before and [
        replace(line, allocated=0, backordered=0) for line in after.lines
    ] == [replace(line, allocated=0, backordered=0) for line in before.lines]


# --- confirming ----------------------------------------------------------------------------------


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


# --- the decision --------------------------------------------------------------------------------


def test_a_decision_that_has_it_all_commits():
    order, details, asking, edit = reserving(wish(CAP, line_1=1, shipping=300))
    change = decided(asking, details, edit)
    after, sold = change.order, details_of_change(change, details)
    assert after.current_total - order.current_total == edit.quote.charge - edit.quote.refund
    assert wants(after) == {"line_1": 1, "line_2": 1, "line_3": 2}
    assert all(line.edit_id is None for line in after.lines)
    assert {line.line_id for line in sold.lines} == {line.line_id for line in after.lines}
    assert sold.totals.total == after.total
    assert edit_of(change).state is QuoteState.CONFIRMED
    assert [told.what for told in change.told] == [Happening.EDIT_CONFIRMED]
    assert after.edit.state is EditState.CONFIRMED
    assert not is_undecided(after)


def test_units_that_are_owed_are_as_good_as_reserved():
    _, details, asking, edit = reserving(wish(CAP))
    change = decided(
        asking, details, edit, "backordered", line_1=(2, 0), line_2=(1, 0), line_3=(1, 1)
    )
    assert change.order.edit.state is EditState.CONFIRMED


@pytest.mark.parametrize("decision", ["out_of_stock", "partially_allocated"])
def test_a_short_edit_is_declined_and_changes_nothing(decision):
    order, details, asking, edit = reserving(wish(CAP, line_1=1))
    change = decided(asking, details, edit, decision, line_1=(2, 0), line_2=(1, 0), line_3=(1, 0))
    assert as_before(change.order, order)
    assert change.order.lines == order.lines
    assert wants(change.order) == wants(order)
    assert (change.order.edit.state, change.order.edit.reason) == (EditState.DECLINED, SHORT)
    assert (edit_of(change).state, edit_of(change).reason) == (QuoteState.DECLINED, SHORT)
    assert [told.what for told in change.told] == [Happening.EDIT_DECLINED]


@pytest.mark.parametrize("on_shortage", ShortageRule)
def test_a_short_edit_neither_holds_nor_cancels_the_order(on_shortage):
    order, details, asking, edit = reserving(
        wish(CAP),
        status=OrderStatus.PENDING,
        inventory_version=0,
        rules=ShopRules(on_shortage=on_shortage),
    )
    change = decided(asking, details, edit, "out_of_stock", line_3=(0, 0))
    assert (change.order.status, change.order.holds) == (OrderStatus.PENDING, ())
    assert demand(change.order) == demand(order)


def test_a_decision_made_before_says_nothing_of_the_edit():
    """Not even where an earlier edit, which was declined, had a line of that name."""
    _, details, asking, edit = reserving(wish(CAP))
    late = decided(asking, details, edit, order_version=asking.edit.since - 1)
    assert late.order.edit == asking.edit
    assert late.order.lines[2].edit_id == EDIT_ID
    assert not late.records
    assert decided(late.order, details, edit, version=10).order.edit.state is EditState.CONFIRMED


def test_a_repeated_decision_changes_nothing():
    _, details, asking, edit = reserving(wish(CAP))
    after = decided(asking, details, edit).order
    with pytest.raises(AssertionError):  # there is no change
        decided(after, details, edit)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda order: ship(order, ShipmentNews("shp_a", 1, {"line_1": 2})),
        lambda order: replace(with_line(order, 0, cancelled=1), removed=1999),
        lambda order: ship(order, ShipmentNews("shp_a", 1, {"line_1": 2, "line_2": 1})),
    ],
)
def test_what_no_longer_fits_is_declined(meanwhile):
    _, details, asking, edit = reserving(wish(CAP, line_1=0))
    asking = meanwhile(asking)
    change = decided(asking, details, edit)
    assert (change.order.edit.state, change.order.edit.reason) == (EditState.DECLINED, CHANGED)
    assert change.order.current_total == asking.current_total
    assert change.order.lines == tuple(
        replace(line, allocated=line.wanted) for line in asking.agreed_lines
    )


def test_what_changed_elsewhere_is_no_hindrance():
    _, details, asking, edit = reserving(wish(CAP, line_1=1))
    asking = replace(with_line(asking, 1, cancelled=1), removed=999)
    after = decided(asking, details, edit).order
    assert after.edit.state is EditState.CONFIRMED
    assert after.current_total - asking.current_total == edit.quote.charge - edit.quote.refund


def test_a_declined_edit_holds_the_completion_up_no_longer():
    _, details, asking, edit = reserving(wish(CAP))
    news = ShipmentNews("shp_a", 1, {"line_1": 2, "line_2": 1}, delivered=True)
    asking = ship(asking, news)
    assert asking.status is OrderStatus.CONFIRMED
    change = decided(asking, details, edit, "out_of_stock", line_1=(2, 0), line_2=(1, 0))
    assert change.order.status is OrderStatus.COMPLETED


def test_an_edit_that_takes_the_last_open_units_completes_the_order():
    order, details = going()
    sent = ship(order, ShipmentNews("shp_a", 1, {"line_1": 2}, delivered=True))
    change = confirmed(sent, details, quoted(sent, details, wish(line_2=0)))
    assert change.order.status is OrderStatus.COMPLETED


def test_a_parcel_of_what_is_not_agreed_yet_is_matched_once_it_is():
    _, details, asking, edit = reserving(wish(CAP))
    early = ship(asking, ShipmentNews("shp_a", 1, {"line_3": 2}))
    assert early.shipments["shp_a"].unmatched
    after = decided(early, details, edit).order
    assert not after.shipments["shp_a"].unmatched
    assert after.lines[2].fulfilled == 2


def test_a_cancelled_order_gives_up_its_edit():
    order, details, asking, edit = reserving(wish(CAP))
    gone = cancel(asking, CancelReason.CUSTOMER)
    assert (gone.edit.state, demand(gone)) == (EditState.DECLINED, frozenset())
    assert len(gone.lines) == len(order.lines)
    assert standing(edit, gone, NOW).state is QuoteState.DECLINED
    assert standing(edit, gone, NOW).reason == gone.edit.reason
    late = decided(gone, details, edit, line_3=(2, 0))
    assert (late.order.status, len(late.order.lines)) == (OrderStatus.CANCELLED, 2)


def test_an_order_that_expires_gives_up_its_edit():
    rules = ShopRules(payment=PaymentRule.PAID, payment_minutes=30)
    _, _, asking, edit = reserving(wish(CAP), status=OrderStatus.PENDING, rules=rules)
    change = expire(asking, NOW + timedelta(minutes=30))
    assert change is not None
    assert demand(change.order) == frozenset()
    assert standing(edit, change.order, NOW).state is QuoteState.DECLINED


def test_a_dearer_order_has_time_to_pay_from_its_edit_on():
    rules = ShopRules(payment=PaymentRule.PAID, payment_minutes=30)
    order, details = going(status=OrderStatus.PENDING, rules=rules)
    order = replace(order, payments=Payments(captured=order.total))
    assert pay_by(order) is None
    edit = quoted(order, details, wish(shipping=500))
    dearer = confirmed(order, details, edit, LATER).order
    assert pay_by(dearer) == LATER + timedelta(minutes=30)
    sold = details_of_change(confirmed(order, details, edit), details)
    asking = confirmed(dearer, sold, quoted(dearer, sold, wish(CAP, line_1=1))).order
    assert asking.edit.state is EditState.RESERVING
    assert pay_by(asking) == LATER + timedelta(minutes=30)


def test_a_partial_order_is_edited_by_the_same_rules():
    _, details, asking, edit = reserving(wish(CAP), allocation=AllocationRule.PARTIAL)
    short = {"line_1": (1, 0), "line_2": (1, 0), "line_3": (2, 0)}
    after = decided(asking, details, edit, "partially_allocated", **short).order
    assert after.edit.state is EditState.CONFIRMED


def test_an_edit_whose_record_is_gone_is_declined():
    order, details, asking, _ = reserving(wish(CAP))
    change = decided(asking, details, None)
    assert as_before(change.order, order)
    assert change.order.edit.state is EditState.DECLINED


# --- what is stored ------------------------------------------------------------------------------


def test_an_order_that_reserves_for_an_edit_is_undecided_and_read_back_whole():
    order, _, asking, _ = reserving(wish(CAP))
    assert is_undecided(asking)
    assert not is_undecided(order)
    item = order_item(asking, Stamp(NOW, "key:a", "req-1"), demand_changed=True)
    assert may_be_undecided(item)
    assert read_order(item) == asking
    done = replace(asking, edit=OrderEdit(EDIT_ID, EditState.CONFIRMED, charged_at=LATER))
    item = order_item(done, Stamp(NOW, "key:a", "req-1"), demand_changed=True)
    assert not may_be_undecided(item)
    assert read_order(item) == done


def test_an_order_asks_anew_when_an_edit_adds_to_it():
    order, details = going()
    asking = confirmed(order, details, quoted(order, details, wish(CAP))).order
    assert noting_when_asked(order, asking, LATER).asked_at == LATER
    assert noting_when_asked(asking, asking, LATER).asked_at is None


def test_an_edit_is_an_edit_of_its_order_alone():
    order, details = going()
    edit = quoted(order, details, wish(CAP), state=QuoteState.RESERVING)
    other = replace(order, edit=OrderEdit("edit_other", EditState.RESERVING))
    assert isinstance(edit, Edit)
    assert standing(edit, other, NOW).state is QuoteState.DECLINED
