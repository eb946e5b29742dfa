"""How an SMS is counted, and made to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.words.sms import TextTooLongError, count_parts, fit, is_gsm, septets, to_gsm


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the escape does not fit at the end of a part
        ("\u2019" + "a" * 69, 1),
        ("\u2019" + "a" * 70, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),  # 33 to a part: a pair is not cut
    ],
)
def test_parts_as_they_are_billed(text, parts):
    assert count_parts(text) == parts


@given(st.text())
def test_gsm_text_is_always_found(text):
    found = to_gsm(text)
    assert is_gsm(found)
    assert to_gsm(found) == found
    if is_gsm(text) and "`" not in text:
        assert found == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\u2019tis \u201cfine\u201d \u2013 ça va…", '\'tis "fine" - ca va...'),
        ("Łódź\u00a0\u2167", "odz VIII"),
        ("a 😀я b", "a  b"),
    ],
)
def test_the_nearest_letters(text, found):
    assert to_gsm(text) == found


@given(st.text(max_size=300), st.text(max_size=300))
def test_what_is_made_to_fit_fits(name, link):
    text = fit(lambda shown, url: f"{shown}: order is on its way {url}", name, link)
    assert count_parts(text) == 1
    assert septets(text) <= 160


def test_the_name_gives_way_before_the_link():
    text = fit(lambda name, link: f"{name}: {link}", "N" * 100, "l" * 140)
    assert text == "N" * 18 + ": " + "l" * 140
    assert fit(lambda name, link: f"{name}: {link}", "N" * 10, "l" * 200) == "N" * 10 + ": "


def test_a_wording_that_cannot_fit_is_an_error():
    with pytest.raises(TextTooLongError):
        fit(lambda name, link: "w" * 161 + name + link, "", "")
