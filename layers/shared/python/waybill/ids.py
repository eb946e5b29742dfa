"""Prefixed, opaque identifiers: random, or derived so that a retry names the same thing."""

import hashlib
import secrets
from datetime import datetime
from typing import Final

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS: Final = 130  # 26 characters of 5 bits: over 128 bits of entropy, no padding


def _base32(value: int, length: int) -> str:
    return "".join(_CROCKFORD[(value >> 5 * shift) & 31] for shift in reversed(range(length)))


def random_id(prefix: str, length: int = 26) -> str:
    """A fresh identifier, for example ``shop_`` and 26 random characters."""
    return f"{prefix}_{_base32(secrets.randbits(5 * length), length)}"


def sortable_id(prefix: str, instant: datetime) -> str:
    """A fresh identifier whose text order is time order, to the millisecond.

    Ten characters of milliseconds since 1970, then 80 random bits.
    """
    milliseconds = int(instant.timestamp() * 1000)
    return f"{prefix}_{_base32(milliseconds, 10)}{_base32(secrets.randbits(80), 16)}"


def derived_id(prefix: str, *parts: str) -> str:
    """The identifier these parts always give: the base of idempotent creation.

    Parts are length-prefixed before hashing, so ("a", "bc") and ("ab", "c") differ.
    """
    digest = hashlib.sha256(
        b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    )
    return f"{prefix}_{_base32(int.from_bytes(digest.digest(), 'big') >> (256 - _BITS), 26)}"


def sortable_code(number: int, length: int) -> str:
    """``length`` characters that sort as the numbers below 32**length do."""
    return _base32(number, length)


def short_code(identifier: str) -> str:
    """Ten characters of an identifier that people can read out, such as ``7K3M9-QX2AT``."""
    tail = identifier.rpartition("_")[2][:10].upper()
    return f"{tail[:5]}-{tail[5:]}"


def random_secret(size: int = 32) -> str:
    """A URL-safe secret of ``size`` random bytes."""
    return secrets.token_urlsafe(size)
