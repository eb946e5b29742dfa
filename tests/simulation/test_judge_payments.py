"""The judge counts each payment once, and lets nobody expire who has paid or has time left."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import KEY, breaks
from tests.simulation.judge.fabricated_facts import LATER, ONE, PAID, FactTale
from tests.simulation.judge.verdict import Call

DONE: dict[str, Any] = {"pay_by": None}
ENDED = {"status": "expired", "removed": 100, "updated_at": LATER, "actor": "schedule"}


@pytest.fixture
def tale() -> FactTale:
    """An order of two TEE that is to be paid within three minutes."""
    tale = FactTale().ready()
    tale.place(**PAID)
    return tale


@pytest.fixture
def paid(tale: FactTale) -> FactTale:
    tale.paid("one", "captured", 100, **DONE)
    return tale


def test_an_order_is_paid_and_money_goes_back(paid: FactTale) -> None:
    paid.paid("two", "refunded", 30, removed=30)
    paid.paid("three", "captured", 5)  # too much: it is due to go back, and no goodwill
    paid.paid("four", "refunded", 10, removed=35)
    paid.judge._payments.settle(0.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"payments": {"captured": 200}},
        {"payments": {"captured": 100, "authorized": 100}},
        {"payment_facts": 2},
        {"removed": 1},
        {"total": 99},
    ],
)
def test_a_payment_that_does_something_else(tale: FactTale, wrong: dict[str, Any]) -> None:
    with breaks("order's life"):
        tale.paid("one", "captured", 100, **DONE | wrong)


def test_goodwill_that_is_collected_again(paid: FactTale) -> None:
    with breaks("order's life"):
        paid.paid("two", "refunded", 30)


def test_a_payment_that_is_written_again(paid: FactTale) -> None:
    with breaks("payments"):
        paid.paid("one", "captured", 100)


def test_a_payment_that_nobody_told_of(paid: FactTale) -> None:
    sums = {"payments": {"captured": 200}, "payment_facts": 2}
    with breaks("idempotency"):
        paid.write(paid.changed(**sums), paid.payment("two", "captured", 100))


def test_a_payment_beside_its_order(paid: FactTale) -> None:
    with breaks("payments"):
        paid.write(paid.payment("two", "captured", 100))


@pytest.mark.parametrize(("kind", "amount"), [("refunded", 101), ("voided", 1)])
def test_more_goes_back_than_came(paid: FactTale, kind: str, amount: int) -> None:
    with breaks("payments"):
        paid.paid("two", kind, amount)


def test_sums_that_no_payment_explains(tale: FactTale) -> None:
    tale.judge._payments.settle(0.0)
    tale.judge.world.order(tale.stored("order")["shop_id"], tale.stored("order")["order_id"])[
        "payments"
    ] = {"captured": 1}
    with breaks("payments"):
        tale.judge._payments.settle(0.0)


def test_the_time_to_pay_is_up(tale: FactTale) -> None:
    tale.write(tale.changed(demand=True, **ENDED | DONE))


@pytest.mark.parametrize(
    "wrong", [{"updated_at": "2026-11-02T09:02:59.999Z"}, {"updated_at": "2026-11-02T09:00:00Z"}]
)
def test_who_has_time_left_does_not_expire(tale: FactTale, wrong: dict[str, Any]) -> None:
    with breaks("expiry"):
        tale.write(tale.changed(demand=True, **ENDED | DONE | wrong))


def test_who_has_paid_does_not_expire(paid: FactTale) -> None:
    with breaks("expiry"):
        paid.write(paid.changed(demand=True, **ENDED))


def test_who_pays_whenever_does_not_expire() -> None:
    tale = FactTale().ready()
    tale.place(payment_rule="paid")
    with breaks("expiry"):
        tale.write(tale.changed(demand=True, **ENDED))


def test_an_expiry_that_leaves_something_to_pay(tale: FactTale) -> None:
    with breaks("order's life"):
        tale.write(tale.changed(demand=True, **ENDED | DONE | {"removed": 99}))


def test_a_deadline_that_is_not_what_it_must_be(tale: FactTale) -> None:
    with breaks("expiry"):
        tale.paid("one", "captured", 100)
    with breaks("expiry"):
        tale.paid("two", "authorized", 100, pay_by="2026-11-02T09:04:00.000Z")


def test_who_has_not_paid_is_not_left_for_ever(tale: FactTale) -> None:
    with breaks("expiry"):
        tale.judge._payments.settle(4e9)


# --- what is answered -----------------------------------------------------------------------------

HALF: dict[str, Any] = {"kind": "captured", "amount": {"amount": 50, "currency": "EUR"}}
NONE_DUE: dict[str, Any] = {"to_collect": {"amount": 0}, "to_refund": {"amount": 0}}


def shows(tale: FactTale, *payments: dict[str, Any]) -> None:
    """The paid order is answered with these payments."""
    told = {"payment_status": "paid", "balance": NONE_DUE, "payments": list(payments)}
    tale.answers("GET", ONE, 200, tale.shown(**told), etag='"2"')


def test_an_order_is_shown_with_its_payments(paid: FactTale) -> None:
    shows(paid, HALF, HALF)


@pytest.mark.parametrize(
    "payments", [(), (HALF,), (HALF, HALF, HALF), (HALF, {**HALF, "kind": "authorized"})]
)
def test_an_order_is_shown_with_other_payments(
    paid: FactTale, payments: tuple[dict[str, Any], ...]
) -> None:
    with breaks("answer"):
        shows(paid, *payments)


def test_a_payment_that_came_while_the_order_was_read_may_be_listed(tale: FactTale) -> None:
    call = Call("GET", ONE, key=KEY)
    tale.judge.asked(0.0, "reader", call)
    unpaid = tale.shown(payments=[HALF, HALF])
    tale.paid("one", "captured", 100, **DONE)
    tale.judge.answered(0.0, "reader", call, 200, {"ETag": '"1"'}, unpaid)
