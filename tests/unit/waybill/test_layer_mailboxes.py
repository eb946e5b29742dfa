"""Which addresses are one plain mailbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from waybill.mailboxes import Mailbox

ACCEPTED = TypeAdapter(Mailbox)


@pytest.mark.parametrize(
    "address",
    [
        "ana@shop.example",
        "a.b+alerts@sub.mail.example",
        "o'neil_1@a-b.example",
        "!#$%&'*/=?^`{|}~-@x.example",
        "j" * 64 + "@mail.example",
        "ANA@Shop.Example",
        "a@" + ".".join(["m" * 63] * 3) + "." + "m" * 60,
    ],
)
def test_a_mailbox_is_kept_as_it_is_written(address):
    assert ACCEPTED.validate_python(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "ana", "@shop.example", "ana@", "ana@@shop.example", "ana@localhost"),
        *(" ana@shop.example", "ana@shop.example ", "ana@shop.example\n", "ana @shop.example"),
        *("ana@shop.example,eve@x.example", "ana@shop.example;eve@x.example"),
        *("ana@shop.example\nBcc: eve@x.example", "ana@shop.example\r\n", "a\x00@shop.example"),
        *("Ana <ana@shop.example>", "<ana@shop.example>", '"ana"@shop.example', "ana(x)@a.example"),
        *("änä@shop.example", "ana@shöp.example", "\u0430na@shop.example", "a\u200b@shop.example"),
        *(".ana@shop.example", "ana.@shop.example", "a..b@shop.example"),
        *("ana@.example", "ana@shop..example", "ana@shop.example.", "ana@-shop.example"),
        *("ana@shop-.example", "ana@[127.0.0.1]", "ana@" + "m" * 64 + ".example"),
        "j" * 65 + "@mail.example",
        "a@" + ".".join(["m" * 63] * 3) + "." + "m" * 61,
    ],
)
def test_what_is_no_single_plain_mailbox_is_refused(address):
    with pytest.raises(ValidationError) as refused:
        ACCEPTED.validate_python(address)
    assert "x.example" not in refused.value.errors()[0]["msg"]


def test_who_gets_it_wrong_is_told_what_is_right():
    with pytest.raises(ValidationError, match="not one plain e-mail address, such as ana@shop"):
        ACCEPTED.validate_python("Ana <ana@mail.example>")


@given(st.text(), st.sampled_from(["\r\n", ",", ";", " ", "<", ">", '"', "\t", "\0", "@"]))
def test_nothing_gets_a_second_address_or_a_header_into_one(text, separator):
    with pytest.raises(ValidationError):
        ACCEPTED.validate_python(f"ana@shop.example{separator}{text}")
