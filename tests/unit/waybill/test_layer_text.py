"""waybill.text: what is accepted, and what is not."""

import pytest

from waybill.text import is_control, one_line, some_lines


@pytest.mark.parametrize("text", ["", "Ana", "عائشة", "日本 🚚", "a\u200fb", "tab-less"])
def test_any_script_is_accepted(text):
    assert one_line(text) == text
    assert some_lines(text) == text


@pytest.mark.parametrize("text", ["a\r\nBcc: x", "\x00", "\x7f", "\x1b[0m", "\u0085", "\ud800"])
def test_control_characters_are_refused_in_a_line(text):
    with pytest.raises(ValueError, match="control"):
        one_line(text)


def test_a_note_may_have_lines_but_no_other_control():
    assert some_lines("a\r\n\tb") == "a\r\n\tb"
    with pytest.raises(ValueError, match="control"):
        some_lines("a\x00")
    assert is_control("\n")
    assert not is_control("\n", "\n")
