"""SES's events in the shapes that its developer guide documents, with a mail's own values."""

import copy
import json
from typing import Any

SENT_AT = "2026-11-22T09:00:00.250Z"
TOLD_AT = "2026-11-22T09:00:03.500Z"
SES_ID = "010201935a1b2c3d-61b59c11-9236-4d12-8f96-7be8a0000000-000000"
ADDRESS = "jane.canary@mail.example"
TAGS = {"shop_id": "shop_1", "order_id": "ord_1", "message_id": "msg_1"}

_TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "Send": ("send", {}),
    "Reject": ("reject", {"reason": "Bad content"}),
    "Rendering Failure": (
        "failure",
        {
            "errorMessage": "Attribute 'attributeName' is not present in the rendering data.",
            "templateName": "MyTemplate",
        },
    ),
    "DeliveryDelay": (
        "deliveryDelay",
        {
            "timestamp": TOLD_AT,
            "delayType": "TransientCommunicationFailure",
            "expirationTime": "2026-11-22T23:00:00.914Z",
            "delayedRecipients": [
                {
                    "emailAddress": ADDRESS,
                    "status": "4.4.1",
                    "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
                }
            ],
        },
    ),
    "Bounce": (
        "bounce",
        {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {
                    "emailAddress": ADDRESS,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": f"smtp; 550 5.1.1 <{ADDRESS}>: user unknown",
                }
            ],
            "timestamp": TOLD_AT,
            "feedbackId": "010201935a1b2c3d-bounce-000000",
            "reportingMTA": "dsn; mta.example.com",
        },
    ),
    "Complaint": (
        "complaint",
        {
            "complainedRecipients": [{"emailAddress": ADDRESS}],
            "timestamp": TOLD_AT,
            "feedbackId": "010201935a1b2c3d-complaint-000000",
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": "abuse",
            "complaintSubType": None,
            "arrivalDate": TOLD_AT,
        },
    ),
}


def document(
    kind: str, *, to: str = ADDRESS, tags: dict[str, str] | None = None, **told: Any
) -> dict[str, Any]:
    """An event of a kind; ``told`` replaces members of the object that belongs to it."""
    name, body = copy.deepcopy(_TOLD.get(kind, (kind.lower(), {})))
    for recipients in ("bouncedRecipients", "complainedRecipients", "delayedRecipients"):
        for recipient in body.get(recipients, ()):
            recipient["emailAddress"] = to
    sender = "Mugs & More <orders@waybill.example>"
    return {
        "eventType": kind,
        "mail": {
            "timestamp": SENT_AT,
            "source": sender,
            "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/orders@waybill.example",
            "sendingAccountId": "123456789012",
            "messageId": SES_ID,
            "destination": [to],
            "headersTruncated": False,
            "headers": [{"name": "From", "value": sender}, {"name": "To", "value": to}],
            "commonHeaders": {"from": [sender], "to": [to], "messageId": SES_ID},
            "tags": {
                "ses:operation": ["SendEmail"],
                "ses:configuration-set": ["mail"],
                "ses:from-domain": ["waybill.example"],
                **{key: [value] for key, value in (TAGS if tags is None else tags).items()},
            },
        },
        name: body | told,
    }


def text(kind: str, **changes: Any) -> str:
    """The event as SNS carries it."""
    return json.dumps(document(kind, **changes))


def notification(message: str, identifier: str = "sns-1") -> dict[str, Any]:
    """What Lambda gets of a topic."""
    topic = "arn:aws:sns:us-east-1:123456789012:feedback"
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"{topic}:1",
                "Sns": {
                    "Type": "Notification",
                    "MessageId": identifier,
                    "TopicArn": topic,
                    "Subject": "Amazon SES Email Event Notification",
                    "Message": message,
                    "Timestamp": TOLD_AT,
                },
            }
        ]
    }
