"""Which addresses and numbers are written to."""

import pytest

from notify.ledger.messages import Reason, recipient_hash
from notify.people.recipients import email_recipient, sms_recipient


@pytest.mark.parametrize(
    "address", ["jane@mail.example", "a.b+c@sub.mail.example", " jane@mail.example "]
)
def test_an_address_is_used_as_it_is(address):
    assert email_recipient(address) == address.strip()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, Reason.NO_CONTACT),
        ("", Reason.NO_CONTACT),
        ("jane", Reason.INVALID_EMAIL),
        ("jane@localhost", Reason.INVALID_EMAIL),
        ("jane@mail.example\nBcc: all@victim.example", Reason.INVALID_EMAIL),
        ("jane@mail.example, all@victim.example", Reason.INVALID_EMAIL),
        ("Jane <jane@mail.example>", Reason.INVALID_EMAIL),
        ("jäne@mail.example", Reason.INVALID_EMAIL),
        ("j" * 65 + "@mail.example", Reason.INVALID_EMAIL),
        ("jane@" + "m" * 250 + ".example", Reason.INVALID_EMAIL),
    ],
)
def test_what_is_no_single_mailbox_is_not_written_to(address, reason):
    assert email_recipient(address) is reason


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 1511 2345678", "DE", "+4915112345678"),
        ("0151 12345678", "DE", "+4915112345678"),
        ("+44 7911 123456", "DE", "+447911123456"),
        ("(415) 867-5309", "US", "+14158675309"),
        ("+4915112345678", None, "+4915112345678"),
        ("+4915112345678", "XX", "+4915112345678"),
    ],
)
def test_a_number_is_read_in_the_country_of_delivery(text, country, number):
    assert sms_recipient(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        (None, "DE", Reason.NO_CONTACT),
        ("", "DE", Reason.NO_CONTACT),
        ("call me", "DE", Reason.INVALID_PHONE),
        ("12", "DE", Reason.INVALID_PHONE),
        ("0151 12345678", None, Reason.INVALID_PHONE),
        ("0151 12345678", "XX", Reason.INVALID_PHONE),
        ("+999 1234567", "DE", Reason.INVALID_PHONE),
        ("1" * 300, "DE", Reason.INVALID_PHONE),
        ("+4915112345678 ext. 5", "DE", Reason.INVALID_PHONE),
        ("+1 415 555 0123", "US", Reason.RESERVED_PHONE),
        ("07700 900123", "GB", Reason.RESERVED_PHONE),
        ("0171 3920012", "DE", Reason.RESERVED_PHONE),
        ("0176 04069042", "DE", Reason.RESERVED_PHONE),
        ("030 901820", "DE", Reason.NOT_A_MOBILE),
        ("0900 1123456", "DE", Reason.NOT_A_MOBILE),
    ],
)
def test_a_number_that_takes_no_sms_is_a_reason(text, country, reason):
    assert sms_recipient(text, country) is reason


def test_a_recipient_is_known_by_a_hash_within_its_shop():
    known = recipient_hash("shop_1", "Jane@mail.example")
    assert known == recipient_hash("shop_1", "jane@MAIL.example")
    assert known != recipient_hash("shop_2", "jane@mail.example")
    assert "jane" not in known
