"""Which events a change of an order is."""

from dataclasses import replace
from datetime import timedelta

from orders.cancelling import cancel_units
from orders.edits.edit import NewLine
from orders.events import events_of, facts
from orders.items import order_item
from orders.lifecycle import with_hold, without_edit
from orders.news import ShipmentNews, StockDecision
from orders.order import (
    CancelReason,
    EditState,
    HoldKind,
    OrderEdit,
    OrderStatus,
    Payments,
    ReturnState,
    Stamp,
)
from orders.returns.items import return_item
from orders.returns.rma import OrderReturn, ReturnLine
from tests.unit.orders.edit_builders import confirmed, decided, quoted, wish
from tests.unit.orders.edits_under_way import reserving
from tests.unit.orders.orders_builders import (
    ADDRESS,
    NOW,
    SHOP,
    cancel,
    confirm_draft,
    decide_stock,
    lines,
    order,
    placed,
    ship,
)
from waybill.batch import Change
from waybill.catalogue import CATALOGUE
from waybill.events import EventName

STAMP = Stamp(NOW, "key:abc", "req-1")


def change(old, new):
    image = order_item(new, STAMP, demand_changed=False)
    return Change(
        record_id="1",
        key={"pk": image["pk"], "sk": image["sk"]},
        old=order_item(old, STAMP, demand_changed=False) if old else None,
        new=image,
    )


def names(old, new):
    return [event.name for event in events_of(change(old, new))]


def test_a_placed_order_is_told_without_anything_personal():
    order, details = placed(external_id="1001")
    (event,) = events_of(change(None, order))
    assert event.name is EventName.ORDER_PLACED
    assert (event.shop_id, event.key, event.version) == (SHOP, order.order_id, 1)
    assert (event.actor, event.correlation_id) == ("key:abc", "req-1")
    assert event.occurred_at == "2026-03-04T05:06:07.089Z"
    assert event.data == {
        "order_id": order.order_id,
        "number": order.number,
        "status": "pending",
        "channel": "api",
        "currency": "EUR",
        "total": details.totals.total,
        "lines": [
            {"line_id": "line_1", "sku": "TEE", "quantity": 2},
            {"line_id": "line_2", "sku": "MUG", "quantity": 1},
        ],
    }
    for personal in (details.customer.email, details.customer.name, ADDRESS["line1"]):
        assert str(personal) not in event.detail()


def test_a_draft_is_nobodys_news_until_it_is_placed():
    draft = order(OrderStatus.DRAFT)
    assert names(None, draft) == []
    assert names(draft, cancel(draft, CancelReason.OTHER, NOW)) == []
    assert names(draft, confirm_draft(draft, NOW)) == [EventName.ORDER_PLACED]


def test_an_ordinary_life_is_four_events():
    history = [order(lines=lines(2))]
    history.append(
        decide_stock(history[-1], StockDecision(1, "allocated", {"line_1": {"allocated": 2}}), NOW)
    )
    history.append(ship(history[-1], ShipmentNews("shp_a", 1, {"line_1": 2})))
    history.append(ship(history[-1], ShipmentNews("shp_a", 2, {"line_1": 2}, delivered=True)))
    told = [
        (name, data)
        for old, new in zip([None, *history], history, strict=False)
        for name, data in facts(old, new)
    ]
    assert [name for name, _ in told] == [
        EventName.ORDER_PLACED,
        EventName.ORDER_CONFIRMED,
        EventName.ORDER_FULFILLED,
        EventName.ORDER_COMPLETED,
    ]
    assert told[1][1] == {"inventory_status": "allocated", "fulfillment_status": "unfulfilled"}
    assert told[2][1] == {"fulfillment_status": "fulfilled"}


def test_a_hold_is_told_once_with_all_that_is_open():
    free = order()
    held = with_hold(free, HoldKind.OTHER, NOW, hold_id="hold_1")
    twice = with_hold(held, HoldKind.INVENTORY_OUT_OF_STOCK, NOW, hold_id="hold_2")
    assert [data["holds"] for _, data in facts(free, held)] == [["OTHER"]]
    assert [data["holds"] for _, data in facts(held, twice)] == [
        ["INVENTORY_OUT_OF_STOCK", "OTHER"]
    ]
    assert [name for name, _ in facts(twice, held)] == [EventName.ORDER_HOLD_RELEASED]
    assert list(facts(held, replace(held, updated_at=NOW + timedelta(1)))) == []


def test_an_order_first_seen_held_is_placed_and_held():
    held = with_hold(order(), HoldKind.OTHER, NOW, hold_id="hold_1")
    assert names(None, held) == [EventName.ORDER_PLACED, EventName.ORDER_HELD]


def test_a_cancellation_carries_its_reason():
    one = order()
    ((name, data),) = facts(one, cancel(one, CancelReason.FRAUD, NOW))
    assert (name, data) == (EventName.ORDER_CANCELLED, {"reason": "fraud"})


def test_one_change_may_be_two_events():
    digital = order(lines=lines(1, requires_shipping=False))
    after = decide_stock(digital, StockDecision(1, "allocated", {"line_1": {"allocated": 1}}), NOW)
    assert after is not None
    assert names(digital, after) == [EventName.ORDER_CONFIRMED, EventName.ORDER_COMPLETED]


def test_details_and_removals_are_no_events():
    image = order_item(order(), STAMP, demand_changed=True)
    key = {"pk": image["pk"], "sk": "details"}
    assert list(events_of(Change("1", key, None, {"version": 1}))) == []
    assert list(events_of(Change("1", {"pk": image["pk"], "sk": "order"}, image, None))) == []


def return_changes():
    """The changes of two returns' lives, as the stream has them."""
    asked = OrderReturn("ret_1", SHOP, "ord_1", 2, ReturnState.REQUESTED, (), NOW, NOW, note="loud")
    line = ReturnLine("line_1", 3, note="loud")
    lives = [
        (ReturnState.REQUESTED, line),
        (ReturnState.APPROVED, line),
        (ReturnState.APPROVED, replace(line, restocked={"hq": 1}, damaged=1)),
        (ReturnState.APPROVED, replace(line, restocked={"hq": 1}, damaged=1, refunded=2)),
        (
            ReturnState.REFUNDED,
            replace(line, restocked={"hq": 1}, damaged=1, refunded=2, cancelled=1),
        ),
    ]
    life = [replace(asked, state=state, lines=(part,), refunded=9) for state, part in lives]
    steps = list(zip([None, *life], life, strict=False))
    return [
        return_change(old, new)
        for old, new in [*steps, (life[0], replace(life[0], state=ReturnState.DECLINED))]
    ]


def return_change(old, new):
    image = return_item(order(), new, STAMP)
    before = return_item(order(), old, STAMP) if old else None
    return Change("1", {"pk": image["pk"], "sk": image["sk"]}, before, image)


def test_each_step_of_a_return_is_told_once_with_all_it_now_is():
    told = [event for one in return_changes() for event in events_of(one)]
    assert [event.name for event in told] == [
        EventName.RETURN_REQUESTED,
        EventName.RETURN_APPROVED,
        EventName.RETURN_RECEIVED,
        EventName.RETURN_REFUNDED,
        EventName.RETURN_CANCELLED,
        EventName.RETURN_DECLINED,
    ]
    assert {(event.key, event.version, event.shop_id) for event in told} == {("ret_1", 2, SHOP)}
    assert told[4].data == {
        "return_id": "ret_1",
        "order_id": "ord_1",
        "number": order().number,
        "status": "refunded",
        "lines": [
            {
                "line_id": "line_1",
                "quantity": 3,
                "reason": "unknown",
                "cancelled": 1,
                "restocked": {"hq": 1},
                "damaged": 1,
                "refunded": 2,
            }
        ],
        "refunded": 9,
        "currency": "EUR",
    }
    assert "loud" not in str([event.data for event in told])


def test_a_return_that_stands_as_before_is_no_news():
    ((_, last), *_) = [(None, one) for one in return_changes()]
    same = Change("1", last.key, last.new, last.new)
    assert list(events_of(same)) == []


def test_a_payment_is_told_with_all_sums():
    one = order(payments=Payments(captured=10), payment_facts=1)
    paid = replace(one, payments=Payments(captured=10, refunded=4), payment_facts=2)
    ((name, data),) = facts(one, paid)
    assert name is EventName.ORDER_PAYMENT_RECORDED
    assert data == {
        "kind": "refunded",
        "amount": 4,
        "currency": "EUR",
        "payments": {"authorized": 0, "captured": 10, "refunded": 4, "voided": 0},
        "payment_status": "partially_refunded",
    }


def told_of_edit(before, after):
    """What the bus is told of an edit that took effect."""
    ((name, data),) = facts(before, after)
    assert name is EventName.ORDER_EDITED
    return {key: data[key] for key in ("charge", "refund", "added", "removed")}


def test_an_edit_that_takes_away_tells_what_is_given_back_and_nothing_cancelled_before():
    order, details = placed()
    some = cancel_units(order, {"line_1": 1}, CancelReason.CUSTOMER, NOW, lambda: details).order
    change = confirmed(some, details, quoted(some, details, wish(line_1=0)))
    assert told_of_edit(some, change.order) == {
        "charge": 0,
        "refund": 1999,
        "added": [],
        "removed": [{"line_id": "line_1", "sku": "TEE", "quantity": 1}],
    }


def test_an_edit_that_exchanges_tells_the_difference_once_it_is_certain():
    _, details, asking, edit = reserving(wish(NewLine("CAP", 2, 1200), line_1=1))
    assert told_of_edit(asking, decided(asking, details, edit).order) == {
        "charge": 2 * 1200 - 1999,
        "refund": 0,
        "added": [{"line_id": "line_3", "sku": "CAP", "quantity": 2}],
        "removed": [{"line_id": "line_1", "sku": "TEE", "quantity": 1}],
    }


def test_every_event_carries_what_the_catalogue_says():
    free = order(lines=lines(2, allocated=2), inventory_version=1)
    held = with_hold(free, HoldKind.OTHER, NOW, hold_id="hold_1")
    going = replace(free, status=OrderStatus.CONFIRMED)
    shipped = ship(going, ShipmentNews("shp_a", 1, {"line_1": 2}))
    done = ship(shipped, ShipmentNews("shp_a", 2, {"line_1": 2}, delivered=True))
    gone = cancel(free, CancelReason.OTHER, NOW)
    paid = replace(free, payments=Payments(captured=1), payment_facts=1)
    steps = [(None, free), (free, held), (held, going), (going, shipped), (shipped, done)]
    reserving = replace(going, edit=OrderEdit("edit_1", EditState.RESERVING, since=4))
    steps.append((reserving, replace(going, edit=OrderEdit("edit_1", EditState.CONFIRMED))))
    steps.append((reserving, without_edit(reserving, "short")))
    late = replace(free, status=OrderStatus.EXPIRED)
    steps.append((free, late))
    changes = [change(old, new) for old, new in [*steps, (free, gone), (free, paid)]]
    changes += return_changes()
    told = {event.name: set(event.data) for one in changes for event in events_of(one)}
    image = order_item(free, STAMP, demand_changed=False, amended=["note"])
    (amended,) = events_of(Change("1", {"pk": image["pk"], "sk": image["sk"]}, image, image))
    told[amended.name] = set(amended.data)
    assert told == {
        name: set(spec.fields) for name, spec in CATALOGUE.items() if spec.room == "orders"
    }


def test_a_released_hold_and_what_is_still_open_are_told():
    one = with_hold(order(), HoldKind.OTHER, NOW, hold_id="hold_1")
    both = with_hold(one, HoldKind.AWAITING_PAYMENT, NOW, hold_id="hold_2")
    (event,) = events_of(change(both, one))
    assert event.name is EventName.ORDER_HOLD_RELEASED
    assert (event.data["released"], event.data["holds"]) == (["AWAITING_PAYMENT"], ["OTHER"])
    assert set(event.data) == set(CATALOGUE[event.name].fields)
    assert names(one, cancel(one, CancelReason.STAFF)) == [EventName.ORDER_CANCELLED]


def test_an_expiry_is_told():
    waiting = with_hold(order(), HoldKind.OTHER, NOW, hold_id="hold_1")
    expired = replace(waiting, status=OrderStatus.EXPIRED, holds=())
    assert names(waiting, expired) == [EventName.ORDER_EXPIRED]
    assert names(expired, expired) == []


def test_an_amended_draft_is_nobodys_news():
    draft = order(OrderStatus.DRAFT)
    image = order_item(draft, STAMP, demand_changed=False, amended=["note"])
    told = Change("1", {"pk": image["pk"], "sk": image["sk"]}, image, image)
    assert list(events_of(told)) == []
