"""An SMS from a recipient: which words are commands, and that the newest one counts."""

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.feedback.inbound_sms import (
    COMMANDS,
    Command,
    InboundSms,
    UnreadableSmsError,
    read_sms,
    word_of,
)
from notify.feedback.opting import after, has_opted_out, is_news, without
from notify.people.contact import MAX_CONSENTS, MAX_HEARD, NOBODY
from notify.words.help import help_text
from notify.words.sms import count_parts, is_gsm

NUMBER = "+4915112345678"
PAYLOAD = {
    "originationNumber": NUMBER,
    "destinationNumber": "+12125550101",
    "messageKeyword": "KEYWORD_123456",
    "messageBody": "STOP",
    "inboundMessageId": "cae173d2-66b9-564c-8309-21f858e9fb84",
    "previousPublishedMessageId": "wJalrXUtnFEMI",
}
NOTICE = {
    "Type": "Notification",
    "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
    "TopicArn": "arn:aws:sns:region:account:topic",
    "Timestamp": "2026-11-22T09:00:00.000Z",
    "Message": json.dumps(PAYLOAD),
}


def notice(**changes):
    return NOTICE | {"Message": json.dumps(PAYLOAD | changes)}


def sms(number: int, word: str, at: int | None = None) -> InboundSms:
    seconds = number if at is None else at
    return InboundSms(f"m{number}", NUMBER, word, f"2026-11-22T09:00:{seconds:02}.000Z")


def test_a_payload_is_read():
    read = read_sms(NOTICE)
    assert read == InboundSms(
        PAYLOAD["inboundMessageId"], NUMBER, "stop", "2026-11-22T09:00:00.000Z"
    )
    assert read.command is Command.STOP
    assert NUMBER not in repr(read)


STOPS = (
    *("STOP", "STOPALL", "END", "CANCEL", "QUIT", "REMOVE", "UNSUBSCRIBE"),
    *("OPTOUT", "OPT-OUT", "ARRET", "TD"),
)


@pytest.mark.parametrize(
    ("word", "command"),
    [
        *((word, Command.STOP) for word in STOPS),
        *((word, Command.START) for word in ("START", "UNSTOP")),
        *((word, Command.HELP) for word in ("HELP", "INFO", "AIDE")),
    ],
)
@pytest.mark.parametrize(
    "form",
    ["{}", " {}\r\n", "{}.", "«{}»!!", '"{}"', "\u200b{}\ufeff", "- {} -", "{}\U0001f6d1\ufe0f"],
)
def test_a_word_is_a_command_in_whatever_case_and_with_whatever_around_it(word, command, form):
    for text in (word, word.lower(), word.title()):
        assert COMMANDS[word_of(form.format(text))] is command


def test_these_are_all_the_words():
    assert len(COMMANDS) == len(STOPS) + 5


@pytest.mark.parametrize("text", ["Arrêt", "ARRE\u0302T", "\uff33\uff34\uff2f\uff30"])  # wide STOP
def test_a_word_as_people_write_it(text):
    assert COMMANDS[word_of(text)] is Command.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Please stop",
        "stop it",
        "STOP STOP",
        "Don't stop!",
        "non-stop",
        "stopp",
        "unstopped",
        "When does it end?",
        "the end",
        "help me",
        "opt out",
        "1 stop",
        "",
        "?",
        "\u200b",
        "\U0001f6d1",
    ],
)
def test_a_sentence_that_has_the_word_in_it_is_no_command(text):
    assert word_of(text) not in COMMANDS
    assert read_sms(notice(messageBody=text)).word == ""
    assert read_sms(notice(messageBody=text)).command is None


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        NOTICE | {"Message": ""},
        NOTICE | {"Message": "not json"},
        NOTICE | {"Message": "[]"},
        NOTICE | {"Message": "null"},
        NOTICE | {"Message": "[" * 100_000},
        NOTICE | {"Message": None},
        NOTICE | {"Timestamp": "yesterday"},
        NOTICE | {"Timestamp": "2026-11-22T09:00:00"},
        NOTICE | {"Timestamp": None},
        notice(originationNumber=None),
        notice(originationNumber=""),
        notice(originationNumber=4915112345678),
        notice(originationNumber="12345"),
        notice(originationNumber="Waybill"),
        notice(messageBody=["STOP"]),
        notice(inboundMessageId={"a": 1}),
        notice(inboundMessageId="x" * 101),
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_what_is_no_payload_is_said_to_be_none_and_not_repeated(wrong):
    with pytest.raises(UnreadableSmsError) as caught:
        read_sms(wrong)
    assert str(caught.value) == ""
    assert caught.value.__cause__ is None


def test_without_an_id_of_its_own_it_goes_by_that_of_sns():
    payload = {"originationNumber": NUMBER, "messageBody": "STOP"}
    read = read_sms(NOTICE | {"Message": json.dumps(payload)})
    assert read.id == NOTICE["MessageId"]


def test_the_number_is_as_it_is_when_we_send():
    assert read_sms(notice(originationNumber="+49 (1511) 2345678")).number == NUMBER


def heed(contact, *told):
    for each in told:
        contact = after(contact, each)
    return contact


def test_stop_and_start_leave_a_note():
    contact = heed(NOBODY, sms(1, "stop"))
    assert has_opted_out(contact)
    contact = heed(contact, sms(2, "unstop"))
    assert not has_opted_out(contact)
    assert [(c.what, c.given, c.source, c.text) for c in contact.consents] == [
        ("sms", False, "sms", "stop"),
        ("sms", True, "sms", "unstop"),
    ]


def test_help_and_other_words_change_nothing_but_that_they_were_heard():
    contact = heed(NOBODY, sms(1, "help"))
    assert contact.heard == ("m1",)
    assert (contact.channels, contact.consents) == ({}, ())
    assert heed(NOBODY, sms(1, "")) == NOBODY
    assert is_news(without(contact, sms(1, "help")), sms(1, "help"))


def test_in_whatever_order_the_newest_word_counts():
    told = [sms(1, "stop"), sms(2, "start"), sms(3, "help"), sms(4, "end"), sms(5, "unstop")]
    for number in range(1, 6):
        for order in permutations(told[:number]):
            last = max(each.at for each in told[:number] if each.command is not Command.HELP)
            [word] = [each for each in told if each.at == last]
            assert has_opted_out(heed(NOBODY, *order)) == (word.command is Command.STOP)


def test_of_one_instant_stop_counts():
    told = [sms(1, "stop", at=7), sms(2, "start", at=7)]
    for order in permutations(told):
        assert has_opted_out(heed(NOBODY, *order))


def test_an_id_that_comes_again_changes_nothing():
    contact = heed(NOBODY, sms(1, "stop"), sms(2, "start"))
    assert heed(contact, sms(1, "stop", at=50)) == contact


def test_however_many_sms_a_number_has_sent_its_newest_is_not_answered_again():
    told = [sms(number, "help") for number in range(2 * MAX_HEARD)]
    for number, newest in enumerate(told):
        assert not is_news(heed(NOBODY, *told[: number + 1]), newest)


MESSAGES = st.lists(
    st.tuples(st.sampled_from(["stop", "start", "help", "td"]), st.integers(0, 59)), max_size=40
)


@given(MESSAGES, st.randoms())
def test_delivered_again_and_out_of_order_it_is_the_same(messages, chance):
    told = [sms(number, word, at) for number, (word, at) in enumerate(messages)]
    delivered = [*told, *told]
    chance.shuffle(delivered)
    inorder, shuffled = heed(NOBODY, *told), heed(NOBODY, *delivered)
    assert has_opted_out(inorder) == has_opted_out(shuffled)
    assert len(shuffled.heard) <= MAX_HEARD
    assert len(shuffled.consents) <= MAX_CONSENTS


@pytest.mark.parametrize(
    ("number", "locale", "language"),
    [
        ("+4915112345678", None, "de"),
        ("+436641234567", None, "de"),
        ("+14155550123", None, "en"),
        ("+420601123456", None, "en"),  # Czech, and no Liechtenstein's +423
        ("+4915112345678", "en-GB", "en"),
        ("+447911123456", "de", "de"),
        ("+33612345678", "fr", "en"),
    ],
)
def test_help_is_one_part_in_a_language_that_is_read(number, locale, language):
    for name in ("Waybill", "W" * 11, "Tee & Bücher ¤ [x] " * 20):
        text = help_text(name, number, locale).text
        assert is_gsm(text)
        assert count_parts(text) == 1
        assert "STOP" in text
        assert ("Wir schreiben" in text) == (language == "de")
    assert help_text("Waybill", number, locale).text.startswith("Waybill: ")
