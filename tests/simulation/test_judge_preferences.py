"""The judge sees who is told something after saying no, and who is told nothing without a no."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import CUSTOMER, KEY, Tale, breaks
from tests.simulation.judge.verdict import Call

PATH = f"/v1/customers/{CUSTOMER}/preferences"
NO_MAILS: dict[str, Any] = {"channels": {"email": False}}
LEFT_OUT: dict[str, Any] = {"reason": "opted_out", "attempt": "", "attempts": 0}


def confirmed(tale: Tale, number: int) -> Tale:
    """An order of one's own, confirmed."""
    tale.place(number)
    tale.allocate(number, invocation=number)
    tale.confirm(number)
    return tale


@pytest.fixture
def tale() -> Tale:
    """An order that is confirmed."""
    return confirmed(Tale().ready(), 1)


def test_nobody_is_left_out_without_having_said_no(tale: Tale) -> None:
    with breaks("lost message"):
        tale.write(tale.message(state="skipped", **LEFT_OUT))


def test_who_wants_no_mails_is_left_out(tale: Tale) -> None:
    tale.answers("PUT", PATH, 200, NO_MAILS, sent=NO_MAILS)
    tale.write(tale.message(state="skipped", **LEFT_OUT))


def test_who_may_have_said_no_may_be_left_out(tale: Tale) -> None:
    tale.judge.asked(0.0, "client", Call("PUT", PATH, NO_MAILS, {}, key=KEY))
    tale.write(tale.message(state="skipped", **LEFT_OUT))


def test_who_wants_no_sms_is_left_out_of_no_mail(tale: Tale) -> None:
    no_sms = {"channels": {"sms": False}}
    tale.answers("PUT", PATH, 200, no_sms, sent=no_sms)
    with breaks("lost message"):
        tale.write(tale.message(state="skipped", **LEFT_OUT))


def test_a_mail_of_an_order_after_the_no(tale: Tale) -> None:
    tale.answers("PUT", PATH, 200, NO_MAILS, sent=NO_MAILS)
    confirmed(tale, 2)
    tale.write(tale.message(number=2))
    with breaks("unwanted message"):
        tale.mailed(number=2)


def test_a_mail_may_cross_with_the_no(tale: Tale) -> None:
    tale.answers("PUT", PATH, 200, NO_MAILS, sent=NO_MAILS)
    tale.tell()


@pytest.mark.parametrize("yes", [{"channels": {"email": True}}, {"locale": "de"}])
def test_who_has_said_yes_again_is_told(tale: Tale, yes: dict[str, Any]) -> None:
    """What a call does not name is as it is by default."""
    tale.answers("PUT", PATH, 200, NO_MAILS, sent=NO_MAILS)
    tale.answers("PUT", PATH, 200, yes, sent=yes)
    confirmed(tale, 2).tell(number=2)
