"""What EasyPost pushes: events, signed over their raw bytes; some tell a tracker as it is now.

An event is ``{"id": "evt_…", "description": "tracker.updated", "result": <the tracker>, …}``. Its
header ``X-Hmac-Signature`` is ``hmac-sha256-hex=`` and the HMAC of the body under the secret that
the webhook was given, in Unicode's form NFKD, as EasyPost's own libraries verify it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple
from unicodedata import normalize

from tracking.carriers.base import Answer, GarbledError, Response, fields_of, read_json, text_of
from tracking.carriers.easypost import NAMES, answer_of
from tracking.carriers.times import timestamp

HEADER: Final = "x-hmac-signature"
SECRETS: Final = ("webhook_secret", "former_webhook_secret")
"""Names of credentials: the webhook's secret, and the one before it, while that is changed."""

_PREFIX: Final = "hmac-sha256-hex="
_ABOUT_TRACKERS: Final = frozenset({"tracker.created", "tracker.updated"})
_MAX_ID: Final = 64


class Event(NamedTuple):
    """An event about a tracker."""

    id: str
    number: str
    """Upper case."""
    carrier: str
    """EasyPost's name of it."""
    as_of: datetime | None
    """When the tracker was as it is told; aware."""
    answer: Answer
    """The same that asking would have brought."""


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets has signed these bytes; takes as long whichever it is."""
    given = signature.strip().encode(errors="replace")
    expected = [_PREFIX.encode() + _digest(body, secret) for secret in secrets if secret]
    return any([hmac.compare_digest(each, given) for each in expected])  # noqa: C419 - all of them


def read_event(body: bytes) -> Event | None:
    """The event, or None where it is about something else.

    Raises :class:`~tracking.carriers.base.GarbledError` for what is no event or no tracker.
    """
    event = read_json(Response(200, "application/json", body))
    if not isinstance(event, dict) or not text_of(event.get("description")):
        raise GarbledError("not an event")
    if event["description"] not in _ABOUT_TRACKERS:
        return None
    tracker = fields_of(event.get("result"))
    number = text_of(tracker.get("tracking_code")).upper()
    as_of: datetime | None = None
    with suppress(ValueError):
        as_of = timestamp(text_of(tracker.get("updated_at"))).at
    return Event(
        id=text_of(event.get("id"))[:_MAX_ID],
        number=number,
        carrier=text_of(tracker.get("carrier")),
        as_of=as_of,
        answer=answer_of(number, tracker),
    )


def is_about(event: Event, carrier: str) -> bool:
    """Whether an event's tracker may be that of a parcel which is with this carrier.

    Of a parcel whose carrier EasyPost was left to find, it says whom it has found.
    """
    name = NAMES.get(carrier)
    return name is None or name.casefold() == event.carrier.casefold()


def _digest(body: bytes, secret: str) -> bytes:
    key = normalize("NFKD", secret).encode()
    return hmac.new(key, body, hashlib.sha256).hexdigest().encode()
