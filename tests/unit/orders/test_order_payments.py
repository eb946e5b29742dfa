"""Payment facts: counted once, bounded, and what they leave to collect and to refund."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Lock

import pytest

from orders.news import Observation, StockDecision
from orders.order import OrderStatus, PaymentKind, PaymentRule, Payments, ShopRules
from orders.payments.facts import MAX_FACTS, Balance, balance, is_after_end, merged
from orders.payments.models import RecordPayment
from orders.presenting import present
from orders.service import later_payments
from tests.unit.orders.orders_builders import SHOP, decide_stock, money, observe, order
from tests.unit.orders.returns_builders import Story
from waybill.amounts import MAX_AMOUNT
from waybill.observability import metrics
from waybill.problems import Conflict, NotFound, Unprocessable

TOTAL = 4997


def test_a_payment_is_counted_and_kept_as_a_fact():
    story = Story()
    fact = story.pay(1000, reference="pi_1")
    assert story.order.payments == Payments(captured=1000)
    assert (story.order.payment_facts, story.order.version) == (1, 2)
    assert story.store.facts() == [fact]
    assert (fact.payment.amount, fact.payment.reference, fact.actor) == (1000, "pi_1", "key:a")
    assert fact.at == story.order.updated_at


def test_what_is_left_follows_the_facts():
    story = Story()
    assert balance(story.order) == Balance(to_collect=TOTAL, to_refund=0)
    story.pay(1000)
    assert balance(story.order) == Balance(to_collect=TOTAL - 1000, to_refund=0)
    story.pay(TOTAL)
    assert balance(story.order) == Balance(to_collect=0, to_refund=1000)
    story.pay(1000, "refunded")
    assert balance(story.order) == Balance(0, 0)
    assert story.order.removed == 0


def test_goodwill_is_never_collected_again():
    story = Story()
    story.pay(TOTAL)
    story.pay(500, "refunded")
    assert (story.order.removed, story.order.current_total) == (500, TOTAL - 500)
    assert balance(story.order) == Balance(0, 0)


def test_a_refund_counts_first_against_what_is_due():
    story = Story()
    story.pay(TOTAL)
    story.cancel(line_2=1)
    assert balance(story.order) == Balance(0, 999)
    story.pay(1200, "refunded")
    assert (story.order.removed, balance(story.order)) == (999 + 201, Balance(0, 0))


def test_cancelling_after_goodwill_takes_no_more_than_all():
    story = Story()
    story.pay(TOTAL)
    story.pay(4500, "refunded")
    story.cancel(line_1=2)
    assert story.order.removed == TOTAL
    assert balance(story.order) == Balance(0, TOTAL - 4500)


@pytest.mark.parametrize(
    ("kind", "before", "left"),
    [("refunded", "captured", "refundable"), ("voided", "authorized", "voidable")],
)
def test_no_more_goes_back_than_there_is(kind, before, left):
    story = Story()
    story.pay(100, before)
    story.pay(60, kind)
    with pytest.raises(Conflict) as refused:
        story.pay(41, kind)
    assert refused.value.extensions[left] == money(40)
    assert refused.value.extensions["order_status"] == "pending"
    assert refused.value.extensions["payments"][before] == 100
    assert story.order.payment_facts == 2
    story.pay(40, kind)
    assert getattr(story.order.payments, kind) == 100


def test_amounts_of_another_currency_nothing_or_beyond_all_bounds_are_refused():
    story = Story()
    told = RecordPayment.model_validate({"kind": "captured", "amount": money(0, "USD")})
    with pytest.raises(Unprocessable) as refused:
        story.payments.record(SHOP, story.id, "key:a", told, None)
    assert [error.pointer for error in refused.value.errors] == [
        "/amount/currency",
        "/amount/amount",
    ]
    story.pay(MAX_AMOUNT)
    with pytest.raises(Unprocessable) as refused:
        story.pay(1)
    assert refused.value.errors[0].pointer == "/amount/amount"


def test_an_order_lists_a_bounded_number_of_facts():
    story = Story()
    story.put(payment_facts=MAX_FACTS - 1)
    story.pay(1)
    with pytest.raises(Conflict):
        story.pay(1)


def test_there_is_no_payment_of_no_order():
    story = Story()
    told = RecordPayment.model_validate({"kind": "captured", "amount": money(1)})
    with pytest.raises(NotFound):
        story.payments.record(SHOP, "ord_none", "key:a", told, None)


def test_a_key_is_one_payment_and_another_body_under_it_is_refused():
    story = Story()
    first = story.pay(100, reference="a", key="k")
    assert story.pay(100, reference="a", key="k") == first
    for other in ({"amount": 101}, {"kind": "authorized"}, {"reference": "b"}):
        with pytest.raises(Unprocessable):
            story.pay(**{"amount": 100, "reference": "a", "key": "k"} | other)
    assert story.order.payments == Payments(captured=100)
    assert story.pay(100, reference="a", key="k2") != first


def test_a_reference_is_one_payment_of_its_kind():
    story = Story()
    first = story.pay(100, reference="pi_1")
    assert story.pay(100, reference="pi_1") == first
    with pytest.raises(Conflict) as refused:
        story.pay(101, reference="pi_1")
    assert "Idempotency-Key" in refused.value.detail
    story.pay(50, "refunded", reference="pi_1")
    assert story.order.payments == Payments(captured=100, refunded=50)


def test_what_an_order_was_placed_with_is_not_counted_again():
    paid = {"kind": "captured", "amount": money(4997), "reference": "pi_1"}
    story = Story(payments=[paid])
    again = story.pay(4997, reference="pi_1")
    assert (again.payment.amount, story.order.version) == (4997, 1)
    with pytest.raises(Conflict):
        story.pay(1, reference="pi_1")
    story.pay(1)
    assert story.order.payments.captured == 4998


def test_without_key_and_reference_each_is_a_payment():
    story = Story()
    assert story.pay(1).payment_id != story.pay(1).payment_id
    assert story.order.payments.captured == 2


def test_100_payments_with_one_key_at_once_are_one_fact():
    story = Story()
    everybody, lock = Barrier(100), Lock()
    whole_save, whole_read = story.store.save, story.store.order
    first = set()

    def read(*args):
        found = whole_read(*args)
        if len(first) < 100:
            with lock:
                first.add(len(first))
            everybody.wait()
        return found

    def save(*args, **named):
        with lock:
            return whole_save(*args, **named)

    story.store.order, story.store.save = read, save
    with ThreadPoolExecutor(100) as pool:
        facts = set(pool.map(lambda _: story.pay(10, key="k").payment_id, range(100)))
    assert len(facts) == 1
    assert len(story.store.facts()) == 1
    assert (story.order.payments.captured, story.order.payment_facts) == (10, 1)


@pytest.mark.parametrize("rule", [PaymentRule.AUTHORIZED, PaymentRule.PAID])
def test_a_payment_that_meets_the_rule_confirms_the_order(rule):
    story = Story(ShopRules(payment=rule))
    units = {"line_1": {"allocated": 2}, "line_2": {"allocated": 1}}
    found = decide_stock(story.order, StockDecision(1, "allocated", units))
    story.store.by_id[SHOP, story.id] = found
    kind = "captured" if rule is PaymentRule.PAID else "authorized"
    story.pay(TOTAL - 1, kind)
    assert story.order.status is OrderStatus.PENDING
    story.pay(TOTAL if kind == "authorized" else 1, kind)
    assert story.order.status is OrderStatus.CONFIRMED


def test_a_draft_is_paid_and_stays_a_draft():
    story = Story(draft=True)
    story.pay(TOTAL)
    assert (story.order.status, story.order.payments.captured) == (OrderStatus.DRAFT, TOTAL)


@pytest.mark.parametrize(
    ("status", "kind", "counted"),
    [
        (OrderStatus.CANCELLED, "captured", 1),
        (OrderStatus.EXPIRED, "authorized", 1),
        (OrderStatus.COMPLETED, "captured", 0),
        (OrderStatus.PENDING, "captured", 0),
    ],
)
def test_money_for_an_order_that_is_gone_is_kept_shown_and_counted(status, kind, counted):
    story = Story()
    story.put(status=status, removed=story.order.total)
    metrics.clear_metrics()
    story.pay(70, kind, key="k")
    story.pay(70, kind, key="k")
    told = metrics.metric_set.get("PaymentsAfterEnd", {"Value": []})["Value"]
    metrics.clear_metrics()
    assert sum(told) == counted
    assert balance(story.order).to_refund == (70 if kind == "captured" else 0)
    assert not is_after_end(story.order, PaymentKind.REFUNDED)


def test_the_orders_answer_lists_the_payments_it_was_placed_with_and_the_later_ones():
    paid = {"kind": "authorized", "amount": money(10), "reference": "pi_1"}
    story = Story(payments=[paid])
    assert later_payments(story.orders.catalogue, story.order) == []
    fact = story.pay(7)
    order, details = story.orders.order(SHOP, story.id)
    told = present(order, details, later_payments(story.orders.catalogue, order)).model_dump(
        mode="json"
    )
    assert [(p["id"], p["kind"], p["amount"]["amount"]) for p in told["payments"]] == [
        (None, "authorized", 10),
        (fact.payment_id, "captured", 7),
    ]
    assert told["payments"][1]["recorded_at"] == "2026-03-04T05:06:09.089Z"
    assert told["current_total"] == money(TOTAL)
    assert told["balance"] == {"to_collect": money(TOTAL - 7), "to_refund": money(0)}


def test_an_order_without_later_payments_costs_no_query():
    story = Story()
    story.store.payments = None  # a call would fail
    assert later_payments(story.orders.catalogue, story.order) == []


def test_what_is_told_here_outlives_an_older_view_of_the_platform():
    known = order(payments=Payments(captured=100, refunded=30), payment_facts=1)
    seen = Observation(1, Payments(captured=100, authorized=5))
    assert observe(known, seen).payments == Payments(authorized=5, captured=100, refunded=30)
    assert observe(replace(known, payment_facts=0), seen).payments == seen.payments
    assert merged(Payments(1, 2, 3, 4), Payments(4, 3, 2, 1)) == Payments(4, 3, 3, 4)
