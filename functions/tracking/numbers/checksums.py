"""Check digits of tracking numbers, each by its published rule.

Every function takes serial and check character as text, and returns True when they agree.
"""

from collections.abc import Sequence
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


def mod10(serial: str, check: str, *, evens: int, odds: int) -> bool:
    """Weights ``evens`` and ``odds`` by position from 0; a letter counts (code - 3) mod 10.

    UPS 1Z weighs 1 and 2; USPS, SSCC and Canada Post 3 and 1 (GS1); FedEx Ground 1 and 3.
    """
    total = sum(
        _digit(character) * (odds if position % 2 else evens)
        for position, character in enumerate(serial)
    )
    return -total % 10 == int(check)


def weighted(serial: str, check: str, *, weights: Sequence[int]) -> bool:
    """FedEx Express: a weighted sum mod 11, then mod 10; weights repeat over the serial."""
    total = sum(
        int(digit) * weights[position % len(weights)] for position, digit in enumerate(serial)
    )
    return total % 11 % 10 == int(check)


def mod7(serial: str, check: str) -> bool:
    """DHL Express: the serial as a number, mod 7."""
    return int(serial) % 7 == int(check)


def luhn(serial: str, check: str) -> bool:
    """ISO/IEC 7812: every second digit from the right is doubled, its digits added."""
    total = sum(
        sum(divmod(int(digit) * (1 if position % 2 else 2), 10))
        for position, digit in enumerate(reversed(serial))
    )
    return -total % 10 == int(check)


def mod37_36(serial: str, check: str) -> bool:
    """ISO 7064 MOD 37,36, as DPD uses it."""
    remainder = 36
    for character in serial:
        remainder = (remainder + _ALPHABET.index(character)) % 36 or 36
        remainder = remainder * 2 % 37
    return _ALPHABET[(37 - remainder) % 36] == check


def s10(serial: str, check: str) -> bool:
    """UPU standard S10: weights 8 6 4 2 3 5 9 7; 11 minus the sum mod 11, 10 as 0, 11 as 5."""
    total = sum(int(d) * weight for d, weight in zip(serial, _S10_WEIGHTS, strict=True))
    digit = 11 - total % 11
    return {10: 0, 11: 5}.get(digit, digit) == int(check)


def _digit(character: str) -> int:
    return int(character) if character.isdigit() else (ord(character) - 3) % 10
