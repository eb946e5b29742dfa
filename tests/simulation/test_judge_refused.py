"""The judge sees that what has happened is refused, and lets pass what cannot be."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import KEY, breaks, order_id
from tests.simulation.judge.fabricated_facts import ONE, FactTale
from tests.simulation.judge.verdict import Call

PAY = f"{ONE}/payments"
SHIP: dict[str, Any] = {"order_id": order_id(1), "parcels": [{"tracking_number": "100u"}]}


@pytest.fixture
def tale() -> FactTale:
    """An order of two TEE that was cancelled."""
    tale = FactTale().ready()
    tale.place()
    tale.asks("POST", "/cancel", {"reason": "staff"})
    tale.write(
        tale.changed(
            demand=True, status="cancelled", cancelled_at="2026-11-02T09:01:00.000Z",
            cancel_reason="staff", lines=tale.lines(cancelled=2), removed=100,
        )
    )  # fmt: skip
    return tale


def money(amount: int, **more: Any) -> dict[str, Any]:
    """A payment that is told."""
    return {"kind": "captured", "amount": {"amount": amount, "currency": "EUR"}} | more


def test_money_that_came_late_is_refused(tale: FactTale) -> None:
    with breaks("facts"):
        tale.answers("POST", PAY, 409, sent=money(100))


def test_money_under_a_reference_of_another_amount(tale: FactTale) -> None:
    tale.asks("POST", "/payments", money(100, reference="pi"))
    tale.answers("POST", PAY, 409, sent=money(101, reference="pi"))


def test_money_that_cannot_go_back(tale: FactTale) -> None:
    tale.answers("POST", PAY, 409, sent=money(100) | {"kind": "refunded"})


def test_a_parcel_that_left_is_refused(tale: FactTale) -> None:
    with breaks("facts"):
        tale.answers("POST", "/v1/shipments", 409, sent=SHIP)


def test_more_than_was_sold_cannot_leave(tale: FactTale) -> None:
    lines = [{"line_id": "line_1", "quantity": 3}]
    tale.answers("POST", "/v1/shipments", 409, sent=SHIP | {"lines": lines})


def test_a_second_parcel_may_be_one_too_many(tale: FactTale) -> None:
    tale.write(tale.shipment())
    tale.answers("POST", "/v1/shipments", 409, sent=SHIP)


def test_a_draft_has_not_left() -> None:
    tale = FactTale().ready()
    tale.place(status="draft", demand_changed=False)
    call = Call("POST", "/v1/shipments", SHIP, {}, key=KEY)
    tale.judge.asked(0.0, "client", call)
    tale.judge.answered(0.0, "client", call, 409, {}, None)
