"""Integers of minor units: nothing is ever a float. Pure; for the model, see waybill.money."""

import re
from collections.abc import Sequence
from typing import Final

# ISO 4217 (amendment 176): currencies whose minor unit is not 1/100.
_EXPONENTS: Final = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
MAX_AMOUNT: Final = 10**15
_DECIMAL: Final = re.compile(r"([+-]?)([0-9]{1,16})(?:\.([0-9]{0,20}))?")


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit (ISO 4217): JPY 0, EUR 2, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def minor_units(text: str, currency: str) -> int:
    """Minor units of a plain decimal string, such as "-19.99": digits and at most one point.

    Raises ValueError where it is no number, does not fit exactly or exceeds ``MAX_AMOUNT``.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise ValueError(f"not an amount of {currency}")
    sign, whole, fraction = match.groups(default="")
    places = exponent(currency)
    if fraction[places:].strip("0"):
        raise ValueError(f"finer than the minor unit of {currency}")
    amount = int(whole + fraction[:places].ljust(places, "0"))
    if amount > MAX_AMOUNT:
        raise ValueError(f"more than {MAX_AMOUNT} minor units")
    return -amount if sign == "-" else amount


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over weights by largest remainder, so that no unit is lost.

    Ties go to the earlier part. With no weight at all everything lands on the first part.
    """
    total = sum(weights)
    if total == 0:
        return [amount if index == 0 else 0 for index in range(len(weights))]
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda index: (-(amount * weights[index] % total), index)
    )
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts
