"""Whether mail may still be sent to an address, and what has been told against it. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from notify.feedback.mail_events import Objection
from notify.people.contact import MAX_TRANSIENT, Cause, Suppression

_GRAVITY: Final = (Cause.BOUNCES, Cause.BOUNCE, Cause.COMPLAINT)


@dataclass(frozen=True)
class Standing:
    """That part of a contact which feedback writes; without an item, nothing was ever told."""

    version: int = 0
    """The contact's; 0: nothing is stored."""
    suppression: Suppression | None = None
    transient: tuple[str, ...] = ()
    """Ids of the feedback that told of bounces which might pass."""
    lifted_at: str = ""
    """When a suppression was last lifted; what was told before that counts no more."""


def after(standing: Standing, objection: Objection, now: str) -> Standing:
    """Return the standing as feedback leaves it; equal to ``standing`` where it is no news.

    Feedback is delivered more than once, and in any order. A graver cause replaces a lighter one,
    so that who lifts a suppression knows of the complaint.
    """
    at = objection.at or now
    known = standing.suppression
    if at <= standing.lifted_at:
        return standing
    if known and _GRAVITY.index(known.cause) >= _GRAVITY.index(objection.cause):
        return standing
    if objection.cause is not Cause.BOUNCES:
        return replace(standing, suppression=Suppression(objection.cause, at, objection.code))
    if objection.id in standing.transient:
        return standing
    transient = (*standing.transient, objection.id)
    enough = len(transient) >= MAX_TRANSIENT
    return replace(
        standing,
        transient=transient,
        suppression=Suppression(Cause.BOUNCES, at, objection.code) if enough else None,
    )


def lifted(standing: Standing, now: str) -> Standing:
    """Return the standing once mail may be sent again: counting begins anew."""
    if standing.suppression is None:
        return standing
    return replace(standing, suppression=None, transient=(), lifted_at=now)
