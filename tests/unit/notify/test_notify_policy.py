"""The policy: what an order's life brings, and what is no longer said when it is no longer true."""

import pytest

from notify.policy.rules import AllBut, Audience, Channel, Once, fact_of, is_stale
from notify.policy.table import RULES, rules_for
from tests.unit.notify.notify_world import (
    CONFIRMED,
    CREATED,
    a_world,
    order_event,
    ordinary_life,
    shipment_event,
)
from waybill.events import EventName

OF_CUSTOMERS = [rule for rule in RULES if rule.audience is Audience.CUSTOMER]
STATUSES = [
    "pending",
    "not_found",
    "info_received",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
    "delivered",
    "exception",
    "returning",
    "returned",
    "cancelled",
    "expired",
]


def test_an_ordinary_life_is_three_mails_and_one_sms():
    world = a_world()
    for event in ordinary_life(world):
        world.notifier.handle(event)
    assert [mail.subject for _, mail in world.mail.taken] == [
        "Ihre Bestellung 1001 ist bestätigt",
        "Ihre Bestellung 1001 ist unterwegs",
        "Zugestellt: Ihre Bestellung 1001",
    ]
    assert len(world.sms.taken) == 1
    assert set(world.states().values()) == {"sent"}


def test_most_statuses_wake_nobody_and_read_nothing():
    silent = {"pending", "not_found", "info_received", "picked_up", "in_transit"}
    silent |= {"returning", "returned", "cancelled", "expired"}
    assert silent == {
        status
        for status in STATUSES
        if not rules_for(EventName.SHIPMENT_STATUS_CHANGED, {"status": status})
    }
    world = a_world()
    for status in silent:
        world.notifier.handle(shipment_event(status))
    assert world.reads == 0
    assert not world.ledger.rows


def test_every_rule_names_statuses_that_exist():
    order_statuses = {"draft", "pending", "confirmed", "completed", "cancelled", "expired"}
    for rule in OF_CUSTOMERS:
        assert rule.status is None or rule.status in STATUSES
        of_shipment = rule.event.value.startswith("Shipment")
        known = set(STATUSES) if of_shipment else order_statuses
        named = rule.true_while or frozenset()
        assert (named.statuses if isinstance(named, AllBut) else named) <= known
        assert rule.status is None or not is_stale(rule, rule.status, {})


def test_rules_share_a_row_only_where_they_share_a_budget():
    slots = [(rule.slot, rule.channel) for rule in OF_CUSTOMERS if not rule.budget]
    assert len(slots) == len(set(slots))


def test_a_fact_tells_occasions_apart_only_where_the_policy_says_so():
    by_once = {rule.once: rule for rule in RULES}
    assert fact_of(by_once[Once.SUBJECT], 7, {"sub_status": "x"}) == ""
    assert fact_of(by_once[Once.VERSION], 7, {}) == "7"
    assert fact_of(by_once[Once.SUB_STATUS], 7, {"sub_status": "address"}) == "address"
    assert fact_of(by_once[Once.SUB_STATUS], 7, {"sub_status": None}) == ""


def test_late_news_is_not_told():
    world = a_world()
    late = world.moves_to("out_for_delivery")
    delivered = world.moves_to("delivered")
    for event in (delivered, late, CREATED):
        world.notifier.handle(event)
    assert [mail.subject for _, mail in world.mail.taken] == ["Zugestellt: Ihre Bestellung 1001"]
    assert world.states("sms") == {"delivered": "sent", "out_for_delivery": "skipped:stale"}
    assert world.states() == {
        "delivered": "sent",
        "out_for_delivery": "skipped:stale",
        "shipment_dispatched": "skipped:stale",
    }


def test_delivered_is_told_even_when_the_shipment_has_moved_on():
    world = a_world()
    delivered = world.moves_to("delivered")
    world.moves_to("returning")
    world.notifier.handle(delivered)
    assert world.states() == {"delivered": "sent"}


def test_delivered_is_an_sms_only_where_no_other_told_of_the_arrival():
    world = a_world()
    for status in ("out_for_delivery", "delivered", "delivered"):
        world.notifier.handle(world.moves_to(status))
    assert world.states("sms") == {"out_for_delivery": "sent"}
    surprised = a_world()
    for _ in range(2):
        surprised.notifier.handle(surprised.moves_to("delivered"))
    assert surprised.states("sms") == {"delivered": "sent"}
    assert surprised.sms.asked == 1


def test_no_row_is_written_for_the_sms_of_last_resort_where_there_is_no_phone():
    world = a_world()
    del world.details["customer"]["phone"]
    world.notifier.handle(world.moves_to("delivered"))
    assert world.states("email") == {"delivered": "sent"}
    assert world.states("sms") == {}


def test_a_confirmation_that_comes_after_the_cancellation_is_not_told():
    world = a_world()
    assert world.order
    world.order["status"] = "cancelled"
    world.notifier.handle(order_event(EventName.ORDER_CANCELLED, 3, reason="customer"))
    world.notifier.handle(CONFIRMED)
    assert world.states() == {"order_cancelled": "sent", "order_confirmed": "skipped:stale"}


def test_a_confirmation_after_the_goods_went_out_is_not_told():
    world = a_world()
    late = order_event(
        EventName.ORDER_CONFIRMED, inventory_status="allocated", fulfillment_status="fulfilled"
    )
    world.notifier.handle(late)
    assert world.states() == {"order_confirmed": "skipped:stale"}


def test_pickup_spends_the_same_sms_as_out_for_delivery_and_says_why_it_is_silent():
    world = a_world()
    world.notifier.handle(world.moves_to("out_for_delivery"))
    pickup = world.moves_to("available_for_pickup")
    for _ in range(3):
        world.notifier.handle(pickup)
    assert len(world.sms.taken) == 1
    assert len(world.mail.taken) == 1
    assert world.states("sms") == {
        "out_for_delivery": "sent",
        "available_for_pickup": "skipped:budget",
    }


def test_pickup_without_a_delivery_round_has_its_sms():
    world = a_world()
    world.notifier.handle(world.moves_to("available_for_pickup"))
    assert len(world.sms.taken) == 1
    assert world.states("sms") == {"available_for_pickup": "sent"}


def test_each_failed_attempt_is_told_once():
    world = a_world()
    for _ in range(2):
        world.notifier.handle(world.moves_to("out_for_delivery"))
        attempted = world.moves_to("delivery_attempted")
        world.notifier.handle(attempted)
        world.notifier.handle(attempted)
    assert len(world.mail.taken) == 2
    assert len(world.sms.taken) == 3  # one for the shipment, one for each failed attempt


def test_an_exception_is_told_only_when_the_recipient_can_help():
    world = a_world()
    world.notifier.handle(world.moves_to("exception", action_required="none", sub_status="delay"))
    assert not world.ledger.rows
    world.moves_to("in_transit")
    asks = world.moves_to("exception", action_required="recipient", sub_status="address")
    world.notifier.handle(asks)
    world.moves_to("in_transit")
    again = world.moves_to("exception", action_required="recipient", sub_status="address")
    world.notifier.handle(again)
    assert len(world.mail.taken) == 1
    assert world.sms.asked == 0
    assert world.states() == {"action_required": "sent"}


def test_a_held_order_concerns_the_shop_which_has_no_address_yet():
    world = a_world()
    held = order_event(EventName.ORDER_HELD, holds=["INVENTORY_OUT_OF_STOCK"])
    world.notifier.handle(held)
    world.notifier.handle(held)
    [row] = world.ledger.rows.values()
    assert (row.event, row.audience, row.channel) == ("order_held", Audience.SHOP, Channel.EMAIL)
    assert world.states() == {"order_held": "skipped:no_contact"}
    assert world.mail.asked == 0


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ({"email": None}, {"out_for_delivery": "sent", "delivered": "skipped:no_contact"}),
        ({"email": "a@b@c"}, {"out_for_delivery": "sent", "delivered": "skipped:invalid_email"}),
        ({"phone": None}, {"out_for_delivery": "skipped:no_contact", "delivered": "sent"}),
        ({"phone": "12"}, {"out_for_delivery": "skipped:invalid_phone", "delivered": "sent"}),
    ],
)
def test_a_missing_or_wrong_contact_is_a_reason_and_stops_nothing_else(contact, expected):
    world = a_world(**contact)
    world.notifier.handle(world.moves_to("out_for_delivery"))
    world.notifier.handle(world.moves_to("delivered"))
    assert world.states() == expected


def test_an_order_whose_details_were_erased_has_no_contact():
    world = a_world(details=None)
    world.notifier.handle(CONFIRMED)
    assert world.states() == {"order_confirmed": "skipped:no_contact"}
