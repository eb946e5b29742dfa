"""The judge sees whether shops are told what concerns them: all of it, once, and nobody else."""

import pytest

from tests.simulation.judge.fabricated import MAIL, SHOP, breaks, order_id
from tests.simulation.judge.fabricated_alerts import (
    ADDRESS,
    FILE,
    HOLD,
    alert,
    alerted,
    claims,
    gathers,
    held,
    holds,
    mailed,
    note,
    shop,
)
from tests.simulation.judge.fabricated_facts import FactTale
from tests.simulation.judge.verdict import Item


@pytest.fixture
def tale() -> FactTale:
    """A shop with an address, and an order of it that is held."""
    return alerted()


def test_what_concerns_a_shop_is_gathered_and_told(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    mailed(tale)
    tale.write(
        alert(held(), state="sent", version=3, attempt="att_1", attempts=1, provider_id="ses-1")
    )
    assert tale.judge.coverage()["facts told to shops"] == 1


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [held(1, "HIGH_RISK_OF_FRAUD"), held() | {"number": "NO-2"}, held(2)],
    ids=["hold", "number", "order"],
)
def test_of_an_order_that_was_never_held_so(tale: FactTale, entry: Item) -> None:
    tale.write(note(tale, subject=entry["order_id"]))
    with breaks("groundless message"):
        tale.write(alert(entry))


@pytest.mark.parametrize(("spent", "is_right"), [(5, True), (4, False)])
def test_of_a_budget_that_is_not_spent(tale: FactTale, spent: int, *, is_right: bool) -> None:
    subject = f"{order_id(1)}#sms#2026-11-02"
    pk, sk = f"{SHOP}#{order_id(1)}", "spent#2026-11-02#sms"
    tale.write(("NotificationsTable", {"pk": pk, "sk": sk, "spent": spent}))
    about = {"subject": subject, "order_id": FILE, "pk": f"{SHOP}#{FILE}"}
    tale.write(note(tale, "budget_spent", **about))
    entry = {"number": "NO-1", "channel": "sms", "limit": 5, "day": "2026-11-02"}
    more = {"event": "budget_spent", "subject_id": subject}
    told = alert(entry, updated_at="2026-11-02T09:00:00.000Z", **more)
    if is_right:
        tale.write(told)
        return
    with breaks("groundless message"):
        tale.write(told)


# --- what is gathered ---------------------------------------------------------------------------


def test_told_though_no_row_says_so(tale: FactTale) -> None:
    with breaks("alerts"):
        tale.write(alert(held()))


def test_one_fact_in_two_alerts(tale: FactTale) -> None:
    gathers(tale)
    tale.write(note(tale, alert="second", version=2))
    with breaks("told twice"):
        tale.write(alert(held(), name="second"))


def test_what_happens_twice_may_be_told_twice(tale: FactTale) -> None:
    gathers(tale)
    holds(tale, HOLD, HOLD | {"id": "hold_2"})
    tale.write(note(tale, alert="second", name="again"))
    tale.write(alert(held(), name="second"))


def test_a_fact_moves_on_from_an_alert_that_was_closed_as_it_was_noted(tale: FactTale) -> None:
    """Seed 63: a process that was held between the clock and its write."""
    gathers(tale)
    claims(tale)
    holds(tale, HOLD, HOLD | {"id": "hold_2"})
    tale.write(note(tale, name="late"))
    tale.write(note(tale, name="late", alert="second", version=2))
    tale.write(alert(held(), name="second"))


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_what_was_gathered_is_forgotten(tale: FactTale, state: str) -> None:
    gathers(tale)
    holds(tale, HOLD, {"kind": "AWAITING_PAYMENT", "id": "hold_2"})
    other = held(1, "AWAITING_PAYMENT", "OTHER")
    tale.write(note(tale, name="second"))
    tale.write(alert(held(), other, version=2))
    with breaks("alerts"):
        tale.write(alert(held(), state=state, version=3, attempt="att_1"))


def test_added_with_the_claim(tale: FactTale) -> None:
    gathers(tale)
    holds(tale, HOLD, {"kind": "AWAITING_PAYMENT", "id": "hold_2"})
    tale.write(note(tale, name="second"))
    with breaks("alerts"):
        claims(tale, held(), held(1, "AWAITING_PAYMENT", "OTHER"))


def test_miscounted(tale: FactTale) -> None:
    tale.write(note(tale))
    with breaks("alerts"):
        tale.write(alert(held(), gathered=2))


def test_more_than_an_alert_lists(tale: FactTale) -> None:
    for number in range(2, 103):
        tale.place(number)
        holds(tale, HOLD, number=number)
        tale.write(note(tale, name=f"note {number}", subject=order_id(number)))
    entries = [held(number) for number in range(2, 103)]
    tale.write(alert(*entries[:100]))
    with breaks("alerts"):
        tale.write(alert(*entries, version=2))


def test_an_alert_of_nothing(tale: FactTale) -> None:
    table, row = alert(held())
    del row["entries"], row["gathered"]
    with breaks("alerts"):
        tale.write((table, row))


def test_a_customers_message_is_no_fact_of_an_alert(tale: FactTale) -> None:
    table, row = note(tale)
    del row["file"]
    with breaks("alerts"):
        tale.write((table, row))


# --- to whom ------------------------------------------------------------------------------------


def test_an_alert_to_somebody_else(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    with breaks("recipient"):
        mailed(tale, to=MAIL)


def test_an_alert_that_leaves_an_order_out(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    with breaks("wording"):
        mailed(tale, "- NO-2")


def test_an_alert_that_names_a_customer(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    with breaks("secrecy"):
        mailed(tale, f"- NO-1 of {MAIL}")


def test_an_alert_accepted_twice(tale: FactTale) -> None:
    gathers(tale)
    claims(tale)
    mailed(tale)
    with breaks("told twice"):
        mailed(tale, message_id="ses-2")


@pytest.mark.parametrize(("since", "is_right"), [("23:50", True), ("23:51", False)])
def test_an_alert_of_which_nobody_knows_is_told_again_after_ten_minutes(
    tale: FactTale, since: str, *, is_right: bool
) -> None:
    gathers(tale)
    claims(tale)
    mailed(tale)
    tale.judge.interrupted("notify", 1, "killed")
    doubt = {"reason": "interrupted", "updated_at": f"1969-12-31T{since}:00.000Z"}
    tale.write(alert(held(), state="unknown", version=3, attempt="att_1", **doubt))
    if not is_right:
        with breaks("told twice"):
            claims(tale, version=4, attempt="att_2")
        return
    claims(tale, version=4, attempt="att_2")
    mailed(tale, message_id="ses-2")


def test_no_contact_though_the_shop_has_an_address(tale: FactTale) -> None:
    with breaks("lost message"):
        tale.write(note(tale, state="skipped", reason="no_contact"))


def test_no_contact_where_the_shop_has_none(tale: FactTale) -> None:
    tale.write(("ShopsTable", shop()))
    tale.write(note(tale, state="skipped", reason="no_contact"))


def test_an_alert_left_out(tale: FactTale) -> None:
    gathers(tale)
    with breaks("lost message"):
        tale.write(alert(held(), state="skipped", version=2, reason="stale"))


# --- the end ------------------------------------------------------------------------------------


@pytest.fixture
def ended() -> FactTale:
    """Everything but the alert has come to its end."""
    tale = FactTale().ready()
    tale.write(("ShopsTable", shop(alert_email=ADDRESS)))
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.tell()
    holds(tale, HOLD)
    return tale


def _sent(tale: FactTale, *entries: Item) -> None:
    tale.write(alert(*entries))
    claims(tale, *entries)
    mailed(tale, "- NO-1 NO-2")
    end = {"state": "sent", "version": 3, "attempt": "att_1", "provider_id": "ses-1"}
    table, row = alert(*entries, **end)
    del row["due_at"]
    tale.write((table, row))


def test_every_fact_is_in_its_alert(ended: FactTale) -> None:
    with breaks("lost message"):
        ended.settle()
    ended.write(note(ended))
    with breaks("lost message"):
        ended.settle()
    _sent(ended, held())
    ended.settle()


def test_a_fact_that_its_alert_does_not_have(ended: FactTale) -> None:
    level = ended.level(on_hand=-3, available=-3)
    ended.write(level, ended.movement(-3, kind="adjusted"))
    ended.write(note(ended, "stock_alert", name="stock", subject="TEE@hq"))
    ended.write(note(ended))
    _sent(ended, held())
    with breaks("lost message"):
        ended.settle()


def test_a_second_hold_that_nobody_is_told_of(ended: FactTale) -> None:
    ended.write(note(ended))
    _sent(ended, held())
    holds(ended, HOLD, HOLD | {"id": "hold_2"})
    with breaks("lost message"):
        ended.settle()


def test_an_alert_that_waits_for_ever(ended: FactTale) -> None:
    gathers(ended)
    with breaks("unsettled message"):
        ended.settle()
