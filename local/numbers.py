"""Tracking numbers that nobody has, with right check digits: one maker for each carrier."""

from __future__ import annotations

import random
from collections.abc import Callable

from local.props import ems_number

_CHANCE = random.SystemRandom()
_LETTERS_FROM = 10


def _digits(many: int) -> str:
    return "".join(str(_CHANCE.randint(0, 9)) for _ in range(many))


def dhl_number() -> str:
    """Make up a DHL Express waybill: nine digits and their remainder by seven."""
    serial = f"{_CHANCE.randint(1, 9)}{_digits(8)}"
    return f"{serial}{int(serial) % 7}"


def ups_number() -> str:
    """Make up a UPS 1Z number: digits in even places count twice."""
    serial = f"12345E{_digits(9)}"
    values = [int(c) if c.isdigit() else (ord(c) - 63) % _LETTERS_FROM for c in serial]
    total = sum(value * (1 + place % 2) for place, value in enumerate(values))
    return f"1Z{serial}{-total % 10}"


def usps_number() -> str:
    """Make up a USPS package number of 22 digits: from the right, odd places count thrice."""
    serial = f"9400100{_digits(14)}"
    total = sum(int(c) * (3 if place % 2 == 0 else 1) for place, c in enumerate(reversed(serial)))
    return f"{serial}{-total % 10}"


MAKERS: dict[str, Callable[[], str]] = {
    "dhl": dhl_number,
    "easypost": usps_number,
    "ems": lambda: ems_number("EB", "JP"),
    "ups": ups_number,
}
"""What each carrier's parcels are called; EasyPost is asked about USPS's."""
