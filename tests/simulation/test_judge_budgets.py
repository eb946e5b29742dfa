"""The judge sees whether a message is held back, or dropped, for a budget that is spent."""

from contextlib import nullcontext
from typing import Final

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks, order_id, shipment_id

TODAY: Final = "2026-11-02"
NOW: Final = f"{TODAY}T09:00:00.000Z"


@pytest.fixture
def tale() -> Tale:
    """A shipment that is out for delivery, of which mail and SMS begin to tell."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.scanned("100u\tEDG", status="out_for_delivery"))
    about = {"subject_id": shipment_id(1)}
    tale.write(tale.message("shipment_dispatched", name="email", **about))
    tale.write(tale.message("out_for_delivery", name="sms", channel="sms", **about))
    return tale


def spends(tale: Tale, channel: str, units: int, day: str = TODAY) -> None:
    """So much is spent of the order's budget."""
    pk, sk = f"{SHOP}#{order_id(1)}", f"spent#{day}#{channel}"
    tale.write(("NotificationsTable", {"pk": pk, "sk": sk, "spent": units}))


@pytest.mark.parametrize(
    ("channel", "units", "is_right"),
    [("email", 20, True), ("email", 19, False), ("sms", 5, True), ("sms", 4, False)],
)
def test_held_back_only_where_the_budget_is_spent(
    tale: Tale, channel: str, units: int, *, is_right: bool
) -> None:
    spends(tale, channel, units)
    state = "waiting" if channel == "email" else "skipped"
    with nullcontext() if is_right else breaks("lost message"):
        tale.write(tale.becomes(state, channel, reason="budget", updated_at=NOW))


@pytest.mark.parametrize(("day", "is_right"), [("2026-11-01", True), ("2026-10-31", False)])
def test_what_midnight_came_between(tale: Tale, day: str, *, is_right: bool) -> None:
    spends(tale, "sms", 5, day)
    with nullcontext() if is_right else breaks("lost message"):
        tale.write(tale.becomes("skipped", "sms", reason="budget", updated_at=NOW))


def test_a_budget_of_which_nothing_is_spent(tale: Tale) -> None:
    with breaks("lost message"):
        tale.write(tale.becomes("skipped", "sms", reason="budget", updated_at=NOW))


def test_dropped_for_no_budget_when_it_was_about_to_be_sent(tale: Tale) -> None:
    spends(tale, "sms", 5)
    with breaks("lost message"):
        tale.write(tale.becomes("skipped", "sms", reason="opted_out", updated_at=NOW))


def test_dropped_though_the_provider_took_it(tale: Tale) -> None:
    spends(tale, "email", 20)
    text = "Order NO-1\n- 2 x TEE\nhttps://x.example/track/trk_10"
    tale.mailed("email", text=text)
    with breaks("ledger of messages"):
        tale.write(tale.becomes("skipped", "email", reason="budget", updated_at=NOW))
