"""The judge sees what is wrong with messages, and lets pass what is right."""

from contextlib import nullcontext

import pytest

from tests.simulation.judge.fabricated import (
    NOON,
    PHONE,
    SHOP,
    Tale,
    breaks,
    order_id,
    shipment_id,
)
from tests.simulation.judge.fabricated_stock import Written
from tests.simulation.judge.messages import MessageRules
from tests.simulation.judge.world import World

ROOM = ("OrdersTable", [(f"{SHOP}#{order_id(1)}", "order")])


@pytest.fixture
def tale() -> Tale:
    """An order that is confirmed."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    return tale


@pytest.fixture
def parcel(tale: Tale) -> Tale:
    """And its shipment, out for delivery."""
    tale.write(tale.shipment())
    tale.write(tale.scanned("100u\tEDG", status="out_for_delivery"))
    return tale


def test_a_message_is_claimed_accepted_and_written_down(tale: Tale) -> None:
    tale.tell()
    with breaks("ledger of messages"):
        tale.write(tale.becomes("sent"))  # the answer was lost, and the write made again


def test_a_mail_without_a_row(tale: Tale) -> None:
    with breaks("unledgered message"):
        tale.mailed()


def test_a_mail_accepted_twice(tale: Tale) -> None:
    tale.write(tale.message())
    tale.mailed()
    with breaks("told twice"):
        tale.mailed(message_id="ses-2")


def test_a_mail_after_its_row_was_settled(tale: Tale) -> None:
    tale.tell()
    with breaks("told twice"):
        tale.mailed(message_id="ses-2")


def test_one_message_under_two_rows(tale: Tale) -> None:
    tale.tell()
    tale.write(tale.message(name="twin"))
    with breaks("told twice"):
        tale.mailed("twin", message_id="ses-2")


def test_a_mail_to_somebody_else(tale: Tale) -> None:
    tale.write(tale.message())
    with breaks("recipient"):
        tale.mailed(to="yan@customer.example")


def test_a_mail_about_another_order(tale: Tale) -> None:
    tale.write(tale.message())
    with breaks("recipient"):
        tale.mailed(subject="Your order NO-2 is confirmed")


@pytest.mark.parametrize(
    "text",
    [
        "Order NO-2\n- 2 x TEE\nTotal: 1.00 EUR",
        "Order NO-1\n- 2 x CAP\nTotal: 1.00 EUR",
        "Order NO-1\n- 2 x TEE\nTotal: 2.00 EUR",
        "Order NO-1\n- 2 x TEE",
        "Order NO-1\n- 2 x TEE\nTotal: 1.00 EUR\nhttps://x.example/track/trk_10",
    ],
    ids=["number", "goods", "total", "no total", "link"],
)
def test_a_mail_says_what_is_not_its_orders(tale: Tale, text: str) -> None:
    tale.write(tale.message())
    with breaks("wording"):
        tale.mailed(text=text)


def test_a_mail_greets_somebody_else() -> None:
    tale = Tale().ready()
    tale.known()
    table, details = tale.details(1, {"TEE": 2})
    details["customer"]["name"] = "Zoë Canary"
    tale.write((table, details))
    tale.write(tale.order(1, {"TEE": 2}))
    tale.allocate()
    tale.confirm()
    tale.write(tale.message())
    right = "Hello Zoë Canary,\nOrder NO-1\n- 2 x TEE\nTotal: 1,00 EUR"
    with breaks("wording"):
        tale.mailed(text=right.replace("Zoë", "Yan"))
    tale.mailed(text=right)


@pytest.mark.parametrize("token", ["", "https://x.example/track/trk_99"])
def test_a_mail_of_a_shipment_leads_to_its_page(parcel: Tale, token: str) -> None:
    parcel.write(parcel.message("shipment_dispatched", subject_id=shipment_id(1)))
    with breaks("wording"):
        parcel.mailed("shipment_dispatched", text=f"Order NO-1\n- 2 x TEE\n{token}")
    parcel.mailed("shipment_dispatched")


@pytest.mark.parametrize("reason", ["invalid_email", "opted_out", "unsubscribed", "suppressed"])
def test_a_message_is_left_out_for_what_nobody_gave_cause_for(tale: Tale, reason: str) -> None:
    with breaks("lost message"):
        tale.write(tale.message(state="skipped", reason=reason))


def test_a_mail_is_given_up_for_good(tale: Tale) -> None:
    tale.write(tale.message())
    with breaks("lost message"):
        tale.write(tale.becomes("failed", reason="refused"))


def test_sent_without_a_provider(tale: Tale) -> None:
    tale.write(tale.message())
    with breaks("ledger of messages"):
        tale.write(tale.becomes("sent", provider_id="ses-1"))


def test_failed_though_the_provider_took_it(tale: Tale) -> None:
    tale.write(tale.message())
    tale.mailed()
    with breaks("ledger of messages"):
        tale.write(tale.becomes("waiting", reason="unavailable"))


LONG_AGO = "1970-01-01T00:00:00.000Z"


def test_refused_for_now_and_told_later(tale: Tale) -> None:
    tale.write(tale.message())
    tale.write(tale.becomes("waiting", reason="unavailable", due_at=LONG_AGO))
    tale.write(tale.becomes("sending", attempt="att_2"))
    tale.mailed()
    tale.write(tale.becomes("sent", provider_id="ses-1"))


def test_told_before_its_time(tale: Tale) -> None:
    tale.write(tale.message())
    tale.write(tale.becomes("waiting", reason="unavailable", due_at="2026-11-02T09:09:00.000Z"))
    with breaks("ledger of messages"):
        tale.write(tale.becomes("sending", attempt="att_2"))


def test_a_mail_of_which_nobody_knows_is_told_again_once_it_is_known_to_nobody(
    tale: Tale,
) -> None:
    tale.write(tale.message())
    tale.mailed()
    tale.judge.interrupted("notify", 1, "killed")
    doubt = {"reason": "interrupted", "due_at": LONG_AGO}
    tale.write(tale.becomes("unknown", updated_at="1969-12-31T23:50:00.000Z", **doubt))
    tale.write(tale.becomes("sending", attempt="att_2"))
    tale.mailed(message_id="ses-2")
    with breaks("told twice"):
        tale.mailed(message_id="ses-3")


@pytest.mark.parametrize(
    ("channel", "since"),
    [("email", "1969-12-31T23:51:00.000Z"), ("sms", "1969-12-31T23:00:00.000Z")],
)
def test_what_may_have_been_sent_is_told_again_too_soon_or_by_sms(
    parcel: Tale, channel: str, since: str
) -> None:
    about = {"channel": channel, "subject_id": shipment_id(1)}
    parcel.write(parcel.message("out_for_delivery", name="one", **about))
    parcel.judge.interrupted("notify", 1, "killed")
    doubt = {"reason": "interrupted", "due_at": LONG_AGO, "updated_at": since}
    parcel.write(parcel.becomes("unknown", "one", **doubt))
    with breaks("told twice"):
        parcel.write(parcel.becomes("sending", "one", attempt="att_2"))


def test_an_attempt_that_is_used_again(tale: Tale) -> None:
    tale.write(tale.message())
    tale.write(tale.becomes("waiting", reason="unavailable", due_at=LONG_AGO))
    with breaks("ledger of messages"):
        tale.write(tale.becomes("sending"))


def test_what_was_sent_is_sent_for_good(tale: Tale) -> None:
    tale.tell()
    with breaks("ledger of messages"):
        tale.write(tale.becomes("failed"))


def test_unknown_only_where_an_answer_was_lost(tale: Tale) -> None:
    tale.write(tale.message())
    tale.judge.interrupted("notify", 1, "an answer was lost")
    tale.write(tale.becomes("unknown", reason="no_answer"))
    tale.write(tale.message("order_confirmed", name="other"), invocation=2)
    with breaks("ledger of messages"):
        tale.write(tale.becomes("unknown", "other", reason="no_answer"), invocation=2)


def test_an_attempt_settled_by_somebody_else(tale: Tale) -> None:
    tale.write(tale.message())
    tale.mailed()
    with breaks("ledger of messages"):
        tale.write(tale.becomes("sent", provider_id="ses-1"), invocation=2)


def test_an_attempt_given_up_by_somebody_else_is_settled_all_the_same(tale: Tale) -> None:
    tale.write(tale.message())
    tale.write(tale.becomes("unknown", reason="interrupted"), invocation=2)
    tale.mailed()
    tale.write(tale.becomes("sent", provider_id="ses-1", reason=None))


def test_feedback_settles_what_another_attempt_had_sent(tale: Tale) -> None:
    tale.write(tale.message())
    tale.mailed()
    told = tale.becomes("sent", provider_id="ses-1")
    tale.write(told, invocation=2, who="NotifyMailFeedback/1")


def test_feedback_of_a_mail_that_nobody_took(tale: Tale) -> None:
    tale.write(tale.message())
    with breaks("ledger of messages"):
        told = tale.becomes("sent", provider_id="ses-1")
        tale.write(told, invocation=2, who="NotifyMailFeedback/1")


def test_feedback_gives_no_attempt_of_another_up(tale: Tale) -> None:
    tale.write(tale.message())
    with breaks("ledger of messages"):
        told = tale.becomes("waiting", reason="unavailable")
        tale.write(told, invocation=2, who="NotifyMailFeedback/1")


def test_a_message_whose_fact_never_was(tale: Tale) -> None:
    with breaks("groundless message"):
        tale.write(tale.message("order_cancelled"))


def test_yesterdays_truth(tale: Tale) -> None:
    tale.judge.read(0.0, "notify", 1, *ROOM)
    tale.write(
        tale.changed(status="cancelled", lines=tale.lines(cancelled=2), cancel_reason="staff",
                     cancelled_at="", demand=True)
    )  # fmt: skip
    tale.write(tale.message())  # it was the truth when it was looked at
    tale.judge.read(0.0, "notify", 2, *ROOM)
    with breaks("stale message"):
        tale.write(tale.message(name="late"), invocation=2)


def test_on_its_way_after_it_was_delivered(parcel: Tale) -> None:
    parcel.write(parcel.scanned("100u\tEDG", "200u\tEMI", status="delivered"))
    key = (f"{SHOP}#{shipment_id(1)[:16]}", f"shipment#{shipment_id(1)[:18]}")
    parcel.judge.read(0.0, "notify", 1, "ShipmentsTable", [key])
    with breaks("stale message"):
        parcel.write(parcel.message("shipment_dispatched", subject_id=shipment_id(1)))


def test_left_out_though_it_is_true(tale: Tale) -> None:
    tale.judge.read(0.0, "notify", 1, *ROOM)
    with breaks("lost message"):
        tale.write(tale.message(state="skipped", reason="stale"))


def test_what_was_left_out_gives_its_row_to_another_that_waits(parcel: Tale) -> None:
    """Seed 9: nobody had claimed it, and nobody settles it."""
    about = {"channel": "sms", "subject_id": shipment_id(1), "name": "arrival"}
    parcel.write(parcel.message("out_for_delivery", "skipped", reason="budget", **about))
    parcel.write(parcel.becomes("waiting", "arrival", event="delivered", reason="gathering"))


def test_no_contact_though_there_is_one(tale: Tale) -> None:
    with breaks("lost message"):
        tale.write(tale.message(state="skipped", reason="no_contact"))


@pytest.mark.parametrize(("cancelled", "is_right"), [(0, False), (1, False), (2, True)])
def test_prepared_is_what_was_wanted_and_has_not_left(cancelled: int, is_right: bool) -> None:
    """Seed 112: what had left was a cancelled line's; the rest was confirmed later."""
    tale, world = Tale().ready(), World()
    lines = {"TEE": 2, "MUG": 1}
    _, order = tale.order(1, lines)
    first = order["lines"][0] | {"fulfilled": 2, "cancelled": cancelled}
    order |= {"status": "confirmed", "lines": [first, *order["lines"][1:]]}
    key = (order["pk"], order["sk"])
    world.write(0.0, "orders", 1, [Written("OrdersTable", key, None, order)])
    rules = MessageRules(world)
    table, row = tale.message()
    claimed = world.write(0.0, "notify", 1, [Written(table, (row["pk"], row["sk"]), None, row)])
    with nullcontext() if is_right else breaks("stale message"):
        rules.check(claimed)


# --- SMS ----------------------------------------------------------------------------------------


def _sms(tale: Tale, event: str) -> None:
    tale.write(tale.message(event, channel="sms", subject_id=shipment_id(1)))
    tale.judge.texted(NOON, PHONE, "Order NO-1 is there", f"sns-{event}")
    tale.write(tale.becomes("sent", event, provider_id=f"sns-{event}"))


def test_one_sms_of_an_arrival(parcel: Tale) -> None:
    _sms(parcel, "out_for_delivery")
    parcel.write(parcel.scanned("100u\tEDG", "200u\tEMI", status="delivered"))
    with breaks("told twice"):
        _sms(parcel, "delivered")


def test_each_attempt_of_a_delivery_is_told(parcel: Tale) -> None:
    parcel.write(parcel.scanned("100u\tEDG", "200u\tEMH", status="delivery_attempted"))
    _sms(parcel, "delivery_attempted")
    with breaks("told twice"):
        parcel.write(
            parcel.message("delivery_attempted", channel="sms", subject_id=shipment_id(1), name="2")
        )
        parcel.judge.texted(NOON, PHONE, "Order NO-1", "sns-2")


def test_an_sms_no_row_explains(parcel: Tale) -> None:
    with breaks("told twice"):
        parcel.judge.texted(NOON, PHONE, "Order NO-1", "sns-1")


def test_an_sms_to_somebody_else(parcel: Tale) -> None:
    parcel.write(parcel.message("out_for_delivery", channel="sms", subject_id=shipment_id(1)))
    with breaks("told twice"):
        parcel.judge.texted(NOON, "+4915199999999", "Order NO-1", "sns-1")


def test_an_sms_that_leads_to_another_parcel(parcel: Tale) -> None:
    parcel.write(parcel.message("out_for_delivery", channel="sms", subject_id=shipment_id(1)))
    with breaks("recipient"):
        parcel.judge.texted(NOON, PHONE, "Order NO-1 https://x.example/track/trk_99", "sns-1")
    parcel.judge.texted(NOON, PHONE, "Order NO-1 https://x.example/track/trk_10", "sns-1")


def test_two_sms_of_an_order_in_either_order(parcel: Tale) -> None:
    parcel.write(parcel.message("out_for_delivery", channel="sms", subject_id=shipment_id(1)))
    parcel.write(parcel.scanned("100u\tEDG", "200u\tEMH", status="delivery_attempted"))
    parcel.write(parcel.message("delivery_attempted", channel="sms", subject_id=shipment_id(1)))
    for name in ("sns-1", "sns-2"):
        parcel.judge.texted(NOON, PHONE, "Order NO-1", name)
    parcel.write(parcel.becomes("sent", "delivery_attempted", provider_id="sns-1"))
    parcel.write(parcel.becomes("sent", "out_for_delivery", provider_id="sns-2"))
