"""The judge sees who is told something after saying no, and who is told nothing without a no."""

from contextlib import nullcontext
from typing import Any

import pytest

from tests.simulation.judge.fabricated import (
    CUSTOMER,
    KEY,
    NOON,
    PHONE,
    SHOP,
    Tale,
    breaks,
    order_id,
    shipment_id,
)
from tests.simulation.judge.preferences import PreferenceRules
from tests.simulation.judge.verdict import Call

PATH = f"/v1/customers/{CUSTOMER}/preferences"
NO_MAILS: dict[str, Any] = {"channels": {"email": False}}
NO_NEWS: dict[str, Any] = {"topics": {"orders": False}}
LINK = "/unsubscribe/shop.customer.orders.signature"
TAGS = {"shop_id": SHOP, "order_id": order_id(1), "message_id": "told"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HELP = "Waybill: news of your orders. STOP ends them."
MIDNIGHT = 0.0
LATER = 7
"""An invocation that begins after what was said before it."""


def looks(tale: Tale, invocation: int = LATER) -> None:
    """An invocation begins, and reads the order."""
    key = (f"{SHOP}#{order_id(1)}", "order")
    tale.judge.read(0.0, f"process {invocation}", invocation, "OrdersTable", [key])


def says(tale: Tale, preferences: dict[str, Any]) -> None:
    """Preferences are set."""
    tale.answers("PUT", PATH, 200, preferences, sent=preferences)


def left_out(tale: Tale, reason: str = "opted_out", invocation: int = LATER, **row: Any) -> None:
    """An invocation leaves a message out."""
    row |= {"reason": reason, "attempt": "", "attempts": 0}
    tale.write(tale.message(state="skipped", **row), invocation=invocation)


def sends(tale: Tale, invocation: int = LATER) -> None:
    """An invocation sends a mail."""
    tale.write(tale.message(), invocation=invocation)
    tale.mailed()


def mailed_with_link(tale: Tale) -> None:
    """SES takes a mail by whose link its reader may unsubscribe."""
    told = f"Order NO-1\n- 2 x TEE\nTotal: 1.00 EUR\nhttps://shop.example{LINK}"
    tale.write(tale.message(name="first"))
    tale.mailed("first", text=told, message_id="ses-0")


def texts(tale: Tale, invocation: int = LATER) -> None:
    """An invocation sends an SMS of a parcel that is out for delivery."""
    about = tale.message("out_for_delivery", channel="sms", subject_id=shipment_id(1))
    tale.write(about, invocation=invocation)
    tale.judge.texted(NOON, PHONE, "Order NO-1", "sns-1")


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
    """The same, out for delivery."""
    tale.write(tale.shipment())
    tale.write(tale.scanned("100u\tEDG", status="out_for_delivery"))
    return tale


# --- who is left out ----------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["opted_out", "unsubscribed", "suppressed"])
def test_nobody_is_left_out_without_having_said_no(tale: Tale, reason: str) -> None:
    with breaks("lost message"):
        left_out(tale, reason)


@pytest.mark.parametrize(("said", "reason"), [(NO_MAILS, "opted_out"), (NO_NEWS, "unsubscribed")])
def test_who_has_said_no_is_left_out(tale: Tale, said: dict[str, Any], reason: str) -> None:
    says(tale, said)
    left_out(tale, reason)


@pytest.mark.parametrize("said", [NO_NEWS, {"channels": {"sms": False}}])
def test_a_no_to_something_else_is_none(tale: Tale, said: dict[str, Any]) -> None:
    says(tale, said)
    with breaks("lost message"):
        left_out(tale)


def test_who_may_have_said_no_may_be_left_out(tale: Tale) -> None:
    tale.judge.asked(0.0, "client", Call("PUT", PATH, NO_MAILS, {}, key=KEY))
    left_out(tale)


@pytest.mark.parametrize("yes", [{"channels": {"email": True}}, {"locale": "de"}])
def test_who_has_said_yes_again_is_not_left_out(tale: Tale, yes: dict[str, Any]) -> None:
    """What a call does not name is as it is by default."""
    says(tale, NO_MAILS)
    says(tale, yes)
    looks(tale)
    with breaks("lost message"):
        left_out(tale)


def test_who_looked_before_the_yes_may_leave_out(tale: Tale) -> None:
    says(tale, NO_MAILS)
    looks(tale)
    tale.receive(1)
    says(tale, {"channels": {"email": True}})
    left_out(tale)


def test_whose_mail_came_back_is_left_out_until_that_is_lifted(tale: Tale) -> None:
    tale.judge.objected(TAGS, "Bounce")
    left_out(tale, "suppressed", name="first")
    tale.answers("DELETE", f"/v1/customers/{CUSTOMER}/suppression", 204)
    looks(tale)
    with breaks("lost message"):
        left_out(tale, "suppressed", name="second")


# --- who is told --------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [NO_MAILS, NO_NEWS])
def test_a_mail_by_who_looked_after_the_no(tale: Tale, said: dict[str, Any]) -> None:
    says(tale, said)
    looks(tale)
    with breaks("unwanted message"):
        sends(tale)


def test_a_mail_may_cross_with_the_no(tale: Tale) -> None:
    looks(tale)
    tale.receive(1)
    says(tale, NO_MAILS)
    sends(tale)


def test_who_has_said_yes_again_is_told(tale: Tale) -> None:
    says(tale, NO_MAILS)
    says(tale, {})
    looks(tale)
    sends(tale)


def test_a_mail_to_who_has_clicked_on_a_link(tale: Tale) -> None:
    mailed_with_link(tale)
    tale.answers("POST", LINK, 200, key=None)
    looks(tale)
    with breaks("unwanted message"):
        sends(tale)


def test_who_clicks_again_to_come_back_is_told(tale: Tale) -> None:
    mailed_with_link(tale)
    tale.answers("POST", LINK, 200, sent="List-Unsubscribe=One-Click", headers=FORM, key=None)
    tale.answers("POST", LINK, 200, sent="action=resubscribe", headers=FORM, key=None)
    looks(tale)
    with breaks("lost message"):
        left_out(tale, "unsubscribed")


def test_a_link_that_no_mail_had_is_nobodys_no(tale: Tale) -> None:
    tale.answers("POST", LINK, 404, key=None)
    looks(tale)
    sends(tale)


def test_a_mail_to_whose_mail_came_back(tale: Tale) -> None:
    tale.judge.objected(TAGS, "Bounce")
    tale.judge.heard()
    looks(tale)
    with breaks("unwanted message"):
        sends(tale)


def test_what_is_on_its_way_to_us_forbids_nothing_yet(tale: Tale) -> None:
    tale.judge.objected(TAGS, "Bounce")
    looks(tale)
    sends(tale)


def test_what_concerns_a_shop_is_told_whatever_its_customer_wants(tale: Tale) -> None:
    world = tale.judge.world
    rules = PreferenceRules(world)
    rules.send((CUSTOMER, "email"), wanted=False)
    rules.arrive()
    _, row = tale.message()
    rules.check(row | {"audience": "shop"}, world.number)
    with breaks("unwanted message"):
        rules.check(row, world.number)


# --- by SMS -------------------------------------------------------------------------------------


def test_an_sms_to_who_has_sent_stop(parcel: Tale) -> None:
    parcel.judge.sent_word(PHONE, "STOP")
    parcel.judge.heard()
    looks(parcel)
    with breaks("unwanted message"):
        texts(parcel)


def test_who_sends_start_hears_more(parcel: Tale) -> None:
    for word in ("STOP", "START"):
        parcel.judge.sent_word(PHONE, word)
    parcel.judge.heard()
    looks(parcel)
    texts(parcel)


def test_a_number_is_the_same_however_it_is_written(parcel: Tale) -> None:
    parcel.judge.sent_word("+49 1512 345 6789", "STOP")
    parcel.judge.heard()
    left_out(parcel, channel="sms", name="sms")


def test_who_has_said_stop_gets_no_help(tale: Tale) -> None:
    for word in ("STOP", "HELP"):
        tale.judge.sent_word(PHONE, word)
    with breaks("told twice"):
        tale.judge.texted(MIDNIGHT, PHONE, HELP, "sns-1")


def test_stop_is_a_no_to_sms_alone(tale: Tale) -> None:
    tale.judge.sent_word(PHONE, "STOP")
    tale.judge.heard()
    looks(tale)
    sends(tale)


def test_help_is_answered_once_at_any_hour(tale: Tale) -> None:
    tale.judge.sent_word(PHONE, "HELP")
    tale.judge.texted(MIDNIGHT, PHONE, HELP, "sns-1")
    with breaks("told twice"):
        tale.judge.texted(MIDNIGHT, PHONE, HELP, "sns-2")


def test_a_help_that_nobody_answers() -> None:
    tale = Tale()
    tale.settle()
    tale.judge.sent_word(PHONE, "HELP")
    with breaks("lost message"):
        tale.settle()


def test_news_is_no_answer_to_help(parcel: Tale) -> None:
    parcel.judge.sent_word(PHONE, "HELP")
    texts(parcel)
    parcel.judge.texted(MIDNIGHT, PHONE, HELP, "sns-2")


# --- what became of mails -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome", "is_right"),
    [
        ("Bounce", "bounced", True),
        ("Complaint", "complained", True),
        ("Complaint", "bounced", False),
        ("Bounce", None, False),
    ],
)
def test_a_row_says_that_its_mail_came_back(
    tale: Tale, kind: str, outcome: str | None, *, is_right: bool
) -> None:
    tale.tell()
    tale.judge.objected(TAGS | {"message_id": "order_confirmed"}, kind)
    tale.write(tale.becomes("sent", outcome=outcome))
    on_record(tale, suppression={"cause": "bounce"})
    with nullcontext() if is_right else breaks("ledger of messages"):
        tale.settle()


# --- what is on record ----------------------------------------------------------------------------


def on_record(tale: Tale, **contact: Any) -> None:
    """What is stored of the customer."""
    known = {"pk": f"{SHOP}#{CUSTOMER}", "sk": "contact", "version": 1}
    tale.write(("NotificationsTable", known | contact))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (NO_MAILS, {"channels": {"email": False}}),
        (NO_NEWS, {"topics": {"orders": False}}),
        ({}, {"channels": {"email": True}}),
        ({}, {}),
    ],
)
def test_what_was_said_is_on_record(
    tale: Tale, said: dict[str, Any], known: dict[str, Any]
) -> None:
    tale.tell()
    says(tale, said)
    on_record(tale, **known)
    tale.settle()


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (NO_MAILS, {}),
        (NO_NEWS, {"channels": {"email": False}}),
        ({}, {"channels": {"email": False}}),
        ({}, {"topics": {"deliveries": False}}),
    ],
)
def test_what_was_said_and_is_not_on_record(
    tale: Tale, said: dict[str, Any], known: dict[str, Any]
) -> None:
    tale.tell()
    says(tale, said)
    on_record(tale, **known)
    with breaks("unheard"):
        tale.settle()


def test_a_no_of_which_nothing_is_known(tale: Tale) -> None:
    tale.tell()
    says(tale, NO_MAILS)
    with breaks("unheard"):
        tale.settle()


@pytest.mark.parametrize("lifted", [False, True])
def test_an_address_that_sends_mail_back_is_suppressed_until_that_is_lifted(
    tale: Tale, *, lifted: bool
) -> None:
    tale.tell()
    tale.judge.objected(TAGS | {"message_id": "order_confirmed"}, "Bounce")
    tale.write(tale.becomes("sent", outcome="bounced"))
    if lifted:
        tale.judge.heard()
        tale.answers("DELETE", f"/v1/customers/{CUSTOMER}/suppression", 204)
    on_record(tale)
    with nullcontext() if lifted else breaks("unheard"):
        tale.settle()
