"""Text as it is accepted from outside: any script, emoji and right-to-left marks, no controls."""

import unicodedata


def is_control(character: str, allowed: str = "") -> bool:
    """Return True for a control character or half of a surrogate pair (categories Cc, Cs)."""
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed


def one_line(text: str) -> str:
    """The text, for pydantic's AfterValidator; raises ValueError for any control character."""
    if any(is_control(character) for character in text):
        raise ValueError("control characters are not allowed")
    return text


def some_lines(text: str) -> str:
    """As :func:`one_line`, but line breaks and tabs are allowed."""
    if any(is_control(character, "\n\r\t") for character in text):
        raise ValueError("control characters are not allowed")
    return text
