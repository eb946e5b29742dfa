"""What can be said of a parcel: statuses, what stands beside them, and scans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias

MAX_CODE: Final = 64
MAX_PLACE: Final = 80
MAX_TEXT: Final = 200


class Status(StrEnum):
    """Where a parcel stands; what follows from it is in :data:`STANDINGS`."""

    PENDING = "pending"
    """Registered; the carrier was not asked yet, or did not answer."""
    NOT_FOUND = "not_found"
    """The carrier answered that it has no record."""
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Nothing was heard for so long that the carrier is no longer asked."""


class Pace(StrEnum):
    """How often a carrier is asked about a parcel; projected into the index of active shipments."""

    NEW = "new"
    NEAR = "near"
    MOVING = "moving"
    WAITING = "waiting"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from a status, whoever looks at it; a row of :data:`STANDINGS`."""

    pace: Pace
    """How often a parcel is asked about; ENDED: it is no longer under way."""
    need: int
    """Of a shipment's parcels that are under way, that with the greatest is shown; where all have
    ended, of those."""
    is_milestone: bool = False
    """Somebody waits for a scan of it, or must do something about it."""
    is_there: bool = False
    """Nobody waits for a day of delivery any more: it is there, has ended, or comes back."""
    is_never_late: bool = False
    """The carrier has brought it, or brings it back: when it was expected matters no more."""


STANDINGS: Final[Mapping[Status, Standing]] = {
    Status.PENDING: Standing(Pace.NEW, 0),
    Status.NOT_FOUND: Standing(Pace.LOST, 10),
    Status.INFO_RECEIVED: Standing(Pace.MOVING, 20),
    Status.PICKED_UP: Standing(Pace.MOVING, 30),
    Status.IN_TRANSIT: Standing(Pace.MOVING, 40),
    Status.EXCEPTION: Standing(Pace.MOVING, 90, is_milestone=True),
    Status.OUT_FOR_DELIVERY: Standing(Pace.NEAR, 50, is_milestone=True),
    Status.DELIVERY_ATTEMPTED: Standing(Pace.NEAR, 70, is_milestone=True, is_never_late=True),
    Status.AVAILABLE_FOR_PICKUP: Standing(
        Pace.WAITING, 60, is_milestone=True, is_there=True, is_never_late=True
    ),
    Status.RETURNING: Standing(
        Pace.MOVING, 80, is_milestone=True, is_there=True, is_never_late=True
    ),
    # Cancelled parcels count only alone, and one that did not arrive keeps the shipment from
    # being delivered.
    Status.CANCELLED: Standing(Pace.ENDED, 0, is_there=True),
    Status.EXPIRED: Standing(Pace.ENDED, 20, is_there=True),
    Status.RETURNED: Standing(Pace.ENDED, 30, is_milestone=True, is_there=True),
    Status.DELIVERED: Standing(Pace.ENDED, 10, is_milestone=True, is_there=True),
}
"""The one table of statuses. Of two scans in one instant the later row counts, for it is further
along."""

ENDED: Final = frozenset(s for s, standing in STANDINGS.items() if standing.pace is Pace.ENDED)


class Fault(StrEnum):
    """Who something went wrong at; unknown is never guessed."""

    CARRIER = "carrier"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CUSTOMS = "customs"
    FORCE_MAJEURE = "force_majeure"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """Who must do something for the parcel to go on."""

    NONE = "none"
    RECIPIENT = "recipient"
    SENDER = "sender"


class Certainty(StrEnum):
    """How a scan's instant is known."""

    OFFSET = "offset"
    """The carrier gave local time and its offset."""
    UTC = "utc"
    """The carrier gave an instant; the local offset is not known."""
    PLACE = "place"
    """Local time; the offset is that of the place's time zone."""
    ASSUMED = "assumed"
    """Local time of nowhere; read as UTC."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a carrier's code means; a row of an adapter's STATUSES."""

    status: Status
    sub_status: str = ""
    fault: Fault = Fault.UNKNOWN
    action_required: Action = Action.NONE
    text: str = ""
    """The code's words in the carrier's own standard."""


Identity: TypeAlias = tuple[datetime, str, str]
"""Instant, code and place of a scan."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of a parcel; made by :func:`scan_of`."""

    at: datetime
    """Aware, UTC, whole milliseconds."""
    certainty: Certainty
    offset: int | None
    """Minutes east of Greenwich where it happened; None where that is not known."""
    code: str
    place: str = ""
    text: str = ""
    """The carrier's words, where they are not the standard's for this code."""

    @property
    def identity(self) -> Identity:
        """What stays the same when a carrier rewords a scan it told before."""
        return (self.at, self.code, self.place.casefold())


@dataclass(frozen=True)
class Estimate:
    """When a carrier expects to deliver: a window, or a day from midnight to midnight."""

    start: datetime
    """Aware, UTC."""
    end: datetime
    """Aware, UTC; not before ``start``, and the same where the carrier names an instant."""
    certainty: Certainty
    offset: int | None = None
    """Minutes east of Greenwich where it is delivered; None where that is not known."""


def scan_of(
    at: datetime,
    certainty: Certainty,
    code: str,
    *,
    offset: int | None = None,
    place: str = "",
    text: str = "",
) -> Scan:
    """A scan with its words cut to size and its instant to milliseconds.

    Raises ValueError for a naive datetime, and for a code that is no word.
    """
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    instant = at if at.tzinfo is UTC else at.astimezone(UTC)
    if finer := instant.microsecond % 1000:
        instant = instant.replace(microsecond=instant.microsecond - finer)
    code = one_line(code, MAX_CODE)
    if not code:
        raise ValueError("a scan has a code")
    return Scan(
        at=instant,
        certainty=certainty,
        offset=offset,
        code=code,
        place=one_line(place, MAX_PLACE),
        text=one_line(text, MAX_TEXT),
    )


def local_time(at: datetime, offset: int | None) -> str | None:
    """An instant with the offset of a place, in minutes east of Greenwich, if that is known."""
    if offset is None:
        return None
    return at.astimezone(timezone(timedelta(minutes=offset))).isoformat(timespec="seconds")


def one_line(text: str, length: int) -> str:
    """The beginning of a text as one line: no control character survives, nor half a surrogate."""
    return _one_line(text[: 4 * length], length)


@lru_cache(maxsize=8192)
def _one_line(text: str, length: int) -> str:
    """Remembered, because codes, places and words come again and again."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:length].rstrip()
