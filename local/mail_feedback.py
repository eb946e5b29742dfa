"""What SES publishes of a mail that it has accepted: that it did, and what its simulator says.

Mails to SES's mailbox simulator bounce or are called spam on AWS as well; a label after "+" tells
one of its addresses from another ("Using the mailbox simulator", SES developer guide).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

_SIMULATOR: Final = "simulator.amazonses.com"


def events(mail: Mapping[str, Any], message_id: str, at: str) -> list[Json]:
    """Return the events of a mail, in the order in which they happen.

    ``mail`` is the request of SES v2's SendEmail, ``at`` an instant as SES writes it.
    """
    to = list(mail.get("Destination", {}).get("ToAddresses", []))
    told = [_said(address, message_id, at) for address in to]
    happened = [("Send", "send", {}), *(one for one in told if one)]
    return [
        {"eventType": kind, "mail": _mail(mail, to, message_id, at), name: body}
        for kind, name, body in happened
    ]


def _said(address: str, message_id: str, at: str) -> tuple[str, str, Json] | None:
    """What one of the simulator's mailboxes makes of a mail."""
    local, _, domain = address.lower().rpartition("@")
    common = {"timestamp": at, "feedbackId": f"feedback-{message_id.partition('@')[0]}"}
    match local.partition("+")[0] if domain == _SIMULATOR else "":
        case "bounce":
            return "Bounce", "bounce", _bounce("Permanent", address, "5.1.1") | common
        case "ooto":
            return "Bounce", "bounce", _bounce("Transient", address, "4.0.0") | common
        case "complaint":
            spam = {
                "complainedRecipients": [{"emailAddress": address}],
                "complaintFeedbackType": "abuse",
                "complaintSubType": None,
                "userAgent": "Amazon SES Mailbox Simulator",
                "arrivalDate": at,
            }
            return "Complaint", "complaint", spam | common
    return None


def _bounce(kind: str, address: str, status: str) -> Json:
    recipient = {"emailAddress": address, "action": "failed", "status": status}
    return {
        "bounceType": kind,
        "bounceSubType": "General",
        "bouncedRecipients": [recipient],
        "reportingMTA": f"dsn; {_SIMULATOR}",
    }


def _mail(mail: Mapping[str, Any], to: list[str], message_id: str, at: str) -> Json:
    tags = {tag["Name"]: [tag["Value"]] for tag in mail.get("EmailTags", [])}
    return {
        "timestamp": at,
        "source": mail.get("FromEmailAddress", ""),
        "messageId": message_id,
        "destination": to,
        "tags": tags | {"ses:configuration-set": [mail.get("ConfigurationSetName", "")]},
    }
