"""Why a carrier was not asked, or gave no answer; in words that the API shows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tracking.carriers.base import (
    CarrierError,
    FailingError,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)


class Reason(StrEnum):
    """Why nothing was heard; none of these says anything of a parcel."""

    UNREACHABLE = "unreachable"
    """Not reached, or no answer in time."""
    FAILING = "failing"
    """It answered 5xx; not asked: it keeps failing, and is left alone for a while."""
    RATE_LIMITED = "rate_limited"
    """It answered 429; not asked: it wants to rest."""
    CREDENTIALS_REFUSED = "credentials_refused"
    UNREADABLE = "unreadable"
    """Its answer says nothing of this number that can be read."""
    NO_TOKEN = "no_token"  # noqa: S105 - a reason
    """Not asked: others are getting its access token, and it takes too long."""
    OUT_OF_TIME = "out_of_time"
    """Not asked: the request has too little time left."""
    TOO_SOON = "too_soon"
    """Not asked: the last question is not long enough ago."""
    BUDGET_SPENT = "budget_spent"
    """Not asked: today's requests to the carrier are spent."""
    CAP_SPENT = "cap_spent"
    """Not asked: today's questions about the shipment are spent."""
    NOT_SET_UP = "not_set_up"
    """Not asked: the operator has no account with the carrier."""
    ENDED = "ended"
    """Not asked: nothing more is expected of the parcel."""


_OF_ERRORS: Final[Mapping[type[CarrierError], Reason]] = {
    UnreachableError: Reason.UNREACHABLE,
    FailingError: Reason.FAILING,
    RateLimitedError: Reason.RATE_LIMITED,
    RefusedError: Reason.CREDENTIALS_REFUSED,
}


def reason_of(error: CarrierError) -> Reason:
    """The reason an error of a carrier stands for; what nobody can read, if it is no other."""
    return _OF_ERRORS.get(type(error), Reason.UNREADABLE)
