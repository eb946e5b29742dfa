"""What becomes of an edit that waits for stock, and how such an order is stored."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.edits.confirming import CHANGED, SHORT, standing
from orders.edits.edit import Edit, QuoteState
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
from tests.unit.orders.edit_builders import (
    EDIT_ID,
    confirmed,
    decided,
    details_of_change,
    edit_of,
    quoted,
    wish,
)
from tests.unit.orders.edits_under_way import CAP, LATER, as_before, going, reserving, wants
from tests.unit.orders.orders_builders import NOW, cancel, ship, with_line

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
