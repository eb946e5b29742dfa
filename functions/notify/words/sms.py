"""How long an SMS is. Every part is paid for, and one letter outside GSM-7 halves what fits.

Source: 3GPP TS 23.038 (the default alphabet and its extension), TS 23.040 (concatenation).
"""

import unicodedata
from collections.abc import Callable
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")  # an escape and a letter: two septets
_PLAIN: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2013\u2014", "-")
    | {"\u00d7": "x"}
)
MAX_PARTS: Final = 4
"""Of one message: what a wording may ask for at most."""
SINGLE_SEPTETS: Final = 160
_PART_SEPTETS: Final = 153
_SINGLE_UNITS: Final = 70
_PART_UNITS: Final = 67


class TextTooLongError(ValueError):
    """A wording that does not fit one part even without the shop's name and the link."""


def is_gsm(text: str) -> bool:
    """Say whether every character is in GSM-7."""
    return set(text) <= _BASIC | _EXTENDED


def septets(text: str) -> int:
    """Measure the length of GSM-7 text."""
    return len(text) + sum(character in _EXTENDED for character in text)


def count_parts(text: str) -> int:
    """How many SMS a text is billed as: 160 or 153 septets a part, else 70 or 67 UTF-16 units."""
    if is_gsm(text):
        sizes = [2 if character in _EXTENDED else 1 for character in text]
        single, part = SINGLE_SEPTETS, _PART_SEPTETS
    else:
        sizes = [len(character.encode("utf-16-le")) // 2 for character in text]
        single, part = _SINGLE_UNITS, _PART_UNITS
    if sum(sizes) <= single:
        return 1
    parts, free = 1, part
    for size in sizes:  # neither an escape nor a surrogate pair is cut in two
        if size > free:
            parts, free = parts + 1, part
        free -= size
    return parts


def to_gsm(text: str) -> str:
    """Return the nearest GSM-7 text: missing accents are dropped, unknown letters left out."""
    return "".join(map(_nearest, text.translate(_PLAIN)))


def _nearest(character: str) -> str:
    if is_gsm(character):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(part for part in plain if is_gsm(part))


def needs_ucs2(wording: str) -> bool:
    """Say whether a wording's own words are outside GSM-7; quotes and dashes are made plain."""
    return bool(outside_gsm(wording))


def outside_gsm(wording: str) -> str:
    """Return the first character for which a wording needs UCS-2; "" where it does not."""
    return next((letter for letter in wording.translate(_PLAIN) if not is_gsm(letter)), "")


def encoding(text: str) -> str:
    """Name the alphabet that a text is sent in: ``GSM-7`` or ``UCS-2``."""
    return "GSM-7" if is_gsm(text) else "UCS-2"


def fit(
    compose: Callable[[str, str], str], name: str, link: str, *, parts: int = 1, ucs2: bool = False
) -> str:
    """``compose(name, link)`` with as much of the name as fits, then without the link.

    ``parts`` are what the text may take. Only a wording whose own words need it is sent in UCS-2;
    else names and titles are written with the nearest letters of GSM-7, so that none of them makes
    a message dearer. Raises :class:`TextTooLongError` when the wording alone is longer.
    """
    write = _joined if ucs2 else to_gsm
    for kept_link in (link, ""):
        kept = write(name)
        while True:
            text = write(compose(kept, kept_link))
            if count_parts(text) <= parts:
                return text
            if not kept:
                break
            kept = kept[: max(0, len(kept) - max(1, _excess(text, parts)))].rstrip()
    raise TextTooLongError(f"{count_parts(text)} parts")


def _excess(text: str, parts: int) -> int:
    """How many characters too long a text is, or less: never more are taken off than need be."""
    if is_gsm(text):
        room = SINGLE_SEPTETS if parts == 1 else parts * _PART_SEPTETS
        return (septets(text) - room) // 2
    room = _SINGLE_UNITS if parts == 1 else parts * _PART_UNITS
    return (len(text.encode("utf-16-le")) // 2 - room) // 2


def _joined(text: str) -> str:
    """Leave out the joiner that a shortened name may end with."""
    return text.rstrip("\u200d\ufe0f")
