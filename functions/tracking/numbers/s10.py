"""What the first two letters of a postal number say: the service indicators of UPU standard S10."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Final

_LETTERS: Final[Mapping[str, str]] = {
    "B": "domestic",
    "C": "parcel",
    "D": "domestic",
    "E": "ems",
    "H": "ecommerce_parcel",
    "L": "tracked_letter",
    "M": "m_bag",
    "N": "domestic",
    "P": "domestic",
    "R": "registered",
    "U": "untracked_letter",
    "V": "insured_letter",
    "Z": "domestic",
}
"""Of a letter with any other behind it, where the pair has no row of its own."""

_PAIRS: Final[Mapping[str, str]] = {
    "CV": "insured_parcel",
    "GA": "domestic",
    "GD": "domestic",
    **{f"A{letter}": "domestic" for letter in "VWXYZ"},
    **{f"Q{letter}": "business_reply" for letter in ascii_uppercase[: ascii_uppercase.index("N")]},
}


def service_of(number: str) -> str | None:
    """The service of an S10 number; None for indicators that are reserved.

    ``domestic`` is what a country's posts use among themselves, or two countries by agreement.
    """
    return _PAIRS.get(number[:2]) or _LETTERS.get(number[:1])
