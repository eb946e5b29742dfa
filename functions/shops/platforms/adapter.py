"""What every platform's module provides, and the platform-neutral order it makes.

An adapter is pure: headers and bytes in, values out. It never stores, logs or asks the time.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_NO_SECRET: Final = b"no platform secret is configured"


class PlatformPayloadError(Exception):
    """A platform's body is not what its documentation says; ``reason`` names no value of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Kind(StrEnum):
    """What a delivery is about."""

    ORDER = "order"
    COMPLIANCE = "compliance"
    """Requests about a person's data that a platform obliges its apps to honour."""
    IGNORED = "ignored"


@dataclass(frozen=True)
class Delivery:
    """What a webhook's headers say. Signatures cover bodies only: these are hints, not facts."""

    topic: str
    kind: Kind
    signature: str
    triggered_at: str
    """When the platform made the payload, RFC 3339 UTC; "" where it does not say."""


@dataclass(frozen=True)
class PlatformOrder:
    """An order as a platform shows it at one moment, in Waybill's terms.

    ``request`` is the body of POST /v1/orders, but for what platforms leave open: ``customer``,
    ``shipping_address`` and ``billing_address`` may be None, any field of an address may be None,
    and a line's ``sku`` may be "".
    """

    platform: str
    external_id: str
    number: str
    observed_at: str
    """The platform's own time of last change, RFC 3339 UTC: newer observations win."""
    placed_at: str
    cancelled_at: str | None
    cancel_reason: str | None
    """customer, fraud, inventory, declined, staff or other; None when it is not cancelled."""
    test: bool
    request: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]
    """Beside each line of ``request``: external_id, variant_id and current_quantity, which is
    what is left of it after the platform's own edits and refunds."""

    def document(self) -> dict[str, Any]:
        """The order as it is stored for other rooms."""
        return {
            "platform": self.platform,
            "external_id": self.external_id,
            "number": self.number,
            "observed_at": self.observed_at,
            "placed_at": self.placed_at,
            "cancelled_at": self.cancelled_at,
            "cancel_reason": self.cancel_reason,
            "test": self.test,
            "request": dict(self.request),
            "lines": [dict(line) for line in self.lines],
        }


@dataclass(frozen=True)
class Adapter:
    """One platform."""

    name: str
    read: Callable[[Mapping[str, str]], Delivery]
    """Reads a webhook's headers, whose names are in lower case."""
    sign: Callable[[str, bytes], str]
    """The signature that a secret gives a body."""
    parse: Callable[[bytes], PlatformOrder]
    """Reads an order's body; raises :class:`PlatformPayloadError`."""

    def verify(self, secrets: Sequence[str], body: bytes, signature: str) -> bool:
        """Whether one of the secrets signed these bytes; takes as long for none as for one."""
        given = signature.encode("utf-8", "replace")
        if not secrets:
            hmac.compare_digest(self.sign(_NO_SECRET.decode(), body).encode(), given)
            return False
        matches = [hmac.compare_digest(self.sign(s, body).encode(), given) for s in secrets]
        return any(matches)
