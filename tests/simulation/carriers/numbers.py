"""Tracking numbers with right check digits, each once; one that two carriers might have given.

By the carriers' own rules, beside the table of formats that the rooms read them with: UPU
standard S10; DHL Express, UPS 1Z and USPS as jkeen/tracking_number_data has them.
"""

from collections.abc import Callable
from typing import Final

_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


def _s10(prefix: str, country: str, serial: int) -> str:
    digits = f"{40_000_000 + 137 * serial:08}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, _S10_WEIGHTS, strict=True)) % 11
    return f"{prefix}{digits}{ {10: 0, 11: 5}.get(rest, rest) }{country}"


def ems(serial: int) -> str:
    """An item of EMS: S10, its service beginning with E."""
    return _s10("EE", "CN", serial)


def dhl(serial: int) -> str:
    """A waybill of DHL Express: nine digits and their remainder by seven."""
    digits = 310_000_000 + 7919 * serial
    return f"{digits}{digits % 7}"


def ups(serial: int) -> str:
    """A package of UPS: digits in even places count twice, letters by their place."""
    body = f"12345E{300_000_000 + 31 * serial:09}"
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(value * (1 + place % 2) for place, value in enumerate(values))
    return f"1Z{body}{-total % 10}"


def usps(serial: int) -> str:
    """A package of USPS: from the right, digits in odd places count thrice."""
    body = f"9400100{20_000_000_000_000 + 53 * serial:014}"
    total = sum(int(c) * (1 if place % 2 else 3) for place, c in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def usps_or_ems(serial: int) -> str:
    """An American post's letter: USPS gave it, and every post of the UPU may be asked for it."""
    return _s10("RA", "US", serial)


def dhl_or_purolator(serial: int) -> str:
    """A piece of DHL's, or a parcel of Purolator's: nothing in the number tells."""
    return f"JVG{500_000_000 + 61 * serial:09}"


MAKERS: Final[dict[str, Callable[[int], str]]] = {
    "dhl": dhl,
    "ems": ems,
    "ups": ups,
    "usps": usps,
}
SHARED: Final[dict[frozenset[str], tuple[Callable[[int], str], tuple[str, ...]]]] = {
    frozenset({"easypost", "ems"}): (usps_or_ems, ("usps", "ems")),
    frozenset({"dhl", "easypost"}): (dhl_or_purolator, ("dhl", "purolator")),
}
"""By who is asked: a number that either might have given, and whose it may be."""
