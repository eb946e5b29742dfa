"""Reads what SES publishes of a mail: events in the JSON of its event publishing. Pure.

"Contents of event data that Amazon SES publishes to Amazon SNS" (SES developer guide). A mail is
found by the tags it was sent with; SES gives each back as a list of values.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from notify.people.contact import Cause
from waybill.clock import from_text, to_text

_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")  # as SES takes them; none can break a key
_ID: Final = re.compile(r"[\x21-\x7e]{1,256}")
_CODE: Final = re.compile(r"[A-Za-z-]{1,60}")
_ADDRESS: Final = re.compile(r"[\x21-\x7e]{1,64}@[\x21-\x7e]{1,255}")
_LASTING: Final = "Permanent"
_NOT_SPAM: Final = "not-spam"
"""A complaint that takes one back: the mail had been marked as spam by mistake."""


class MailEventKind(StrEnum):
    """What happened to a mail, in SES's words."""

    SEND = "Send"
    """SES has accepted it."""
    REJECT = "Reject"
    """SES found a virus in it and sends it to nobody."""
    RENDERING_FAILURE = "Rendering Failure"
    """Only of SES's own templates."""
    DELAY = "DeliveryDelay"
    """The mailbox takes nothing for now; SES goes on trying."""
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"


class Dropped(StrEnum):
    """Why an event is of no use to us, however often it is delivered."""

    MALFORMED = "malformed"
    """Not JSON, or without what SES documents; its greeting to a new topic is plain text."""
    UNKNOWN_KIND = "unknown_kind"
    FOREIGN = "foreign"
    """Of a mail that does not have our tags."""
    NOT_SPAM = "not_spam"


@dataclass(frozen=True)
class Objection:
    """What speaks against an address: a mail to it came back, or was called spam."""

    id: str
    """SES's: the same however often the event is delivered."""
    cause: Cause
    """What the address would be suppressed for."""
    code: str
    """SES's sub type, or the kind of a complaint; "" where it names none."""
    at: str | None
    """RFC 3339, UTC; None where SES told no readable time."""
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class MailEvent:
    """Something that happened to a mail of ours."""

    kind: MailEventKind
    shop_id: str
    order_id: str
    message_id: str
    provider_id: str
    """SES's own id of the mail."""
    sent_at: str | None
    objection: Objection | None = None
    """Of a bounce or a complaint."""


def read_event(text: str) -> MailEvent | Dropped:
    """Read an event, or say why it is dropped; never raises."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Dropped.MALFORMED
    if not isinstance(document, dict):
        return Dropped.MALFORMED
    kind = document.get("eventType")
    if not isinstance(kind, str):
        return Dropped.MALFORMED
    if kind not in set(MailEventKind):
        return Dropped.UNKNOWN_KIND
    return _event(MailEventKind(kind), document)


def _event(kind: MailEventKind, document: Mapping[str, Any]) -> MailEvent | Dropped:
    mail = _object(document, "mail")
    tags = _object(mail, "tags")
    shop_id, order_id = _tag(tags, "shop_id"), _tag(tags, "order_id")
    message_id = _tag(tags, "message_id")
    if not (shop_id and order_id and message_id):
        return Dropped.FOREIGN
    provider_id = _matching(_ID, mail.get("messageId"))
    if not provider_id:
        return Dropped.MALFORMED
    objection: Objection | Dropped | None = None
    if kind is MailEventKind.BOUNCE:
        objection = _bounce(_object(document, "bounce"), mail)
    elif kind is MailEventKind.COMPLAINT:
        objection = _spam(_object(document, "complaint"), mail)
    if isinstance(objection, Dropped):
        return objection
    return MailEvent(
        kind=kind,
        shop_id=shop_id,
        order_id=order_id,
        message_id=message_id,
        provider_id=provider_id,
        sent_at=_instant(mail.get("timestamp")),
        objection=objection,
    )


def _bounce(bounce: Mapping[str, Any], mail: Mapping[str, Any]) -> Objection | Dropped:
    """Read a bounce: Permanent, Transient, or Undetermined, which may pass as well."""
    lasting = bounce.get("bounceType") == _LASTING
    return _objection(
        bounce,
        mail,
        cause=Cause.BOUNCE if lasting else Cause.BOUNCES,
        code=_matching(_CODE, bounce.get("bounceSubType")),
        recipients="bouncedRecipients",
    )


def _spam(complaint: Mapping[str, Any], mail: Mapping[str, Any]) -> Objection | Dropped:
    kind = _matching(_CODE, complaint.get("complaintFeedbackType"))
    if kind == _NOT_SPAM:
        return Dropped.NOT_SPAM
    return _objection(
        complaint,
        mail,
        cause=Cause.COMPLAINT,
        code=kind or _matching(_CODE, complaint.get("complaintSubType")),
        recipients="complainedRecipients",
    )


def _objection(
    told: Mapping[str, Any], mail: Mapping[str, Any], *, cause: Cause, code: str, recipients: str
) -> Objection | Dropped:
    """Gather what bounces and complaints have in common.

    A mail that was forwarded bounces at an address we never wrote to, so the one that we did write
    to counts beside those named.
    """
    identifier = _matching(_ID, told.get("feedbackId"))
    named = [entry.get("emailAddress") for entry in _objects(told.get(recipients))]
    destination = mail.get("destination")
    sole = destination if isinstance(destination, list) and len(destination) == 1 else []
    addresses = dict.fromkeys(filter(None, (_matching(_ADDRESS, one) for one in named + sole)))
    if not identifier or not addresses:
        return Dropped.MALFORMED
    return Objection(identifier, cause, code, _instant(told.get("timestamp")), tuple(addresses))


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def _tag(tags: Mapping[str, Any], name: str) -> str:
    match tags.get(name):
        case [value]:
            return _matching(_TAG, value)
    return ""


def _matching(form: re.Pattern[str], value: Any) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _instant(value: Any) -> str | None:
    try:
        return to_text(from_text(value)) if isinstance(value, str) else None
    except ValueError:
        return None
