"""AWS's other services as clients of botocore's shape: they take what they are given."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.simulation.delivery.shapes import moment
from tests.stateful.delivery import Delivery
from tests.support import mail_events
from tests.support.http import OPERATOR_SECRET

Document = dict[str, Any]

_SES_ID: Final = "010201935a1b2c3d-{:08}-000000"


class Mail(NamedTuple):
    """A mail that SES took."""

    to: str
    subject: str
    text: str
    tags: Mapping[str, str]
    headers: Mapping[str, str]


class Sms(NamedTuple):
    """An SMS that SNS took."""

    to: str
    text: str


@dataclass
class Services:
    """SES, SNS, EventBridge, SQS and Secrets Manager of one deployment."""

    delivery: Delivery
    queue_of: Mapping[str, str]
    """Logical ids by URL."""
    clock: Callable[[], float]
    mails: list[Mail] = field(default_factory=list)
    texts: list[Sms] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what was sent."""
        self.mails.clear()
        self.texts.clear()

    def close(self) -> None:
        """Connections: there are none."""

    def send_email(self, **request: Any) -> Document:
        """SES takes a mail, and tells so by its topic."""
        (to,) = request["Destination"]["ToAddresses"]
        content = request["Content"]["Simple"]
        tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ())}
        headers = {each["Name"]: each["Value"] for each in content.get("Headers", ())}
        subject, text = content["Subject"]["Data"], content["Body"]["Text"]["Data"]
        self.mails.append(Mail(to, subject, text, tags, headers))
        identifier = _SES_ID.format(len(self.mails))
        event = mail_events.document("Send", to=to, tags=tags)
        event["mail"] |= {
            "messageId": identifier,
            "timestamp": moment(self.clock(), "milliseconds"),
        }
        self.delivery.mailed(request["ConfigurationSetName"], "send", event)
        return {"MessageId": identifier}

    def publish(self, **request: Any) -> Document:
        """SNS takes an SMS."""
        self.texts.append(Sms(request["PhoneNumber"], request["Message"]))
        return {"MessageId": f"sms-{len(self.texts)}"}

    def put_events(self, **request: Any) -> Document:
        """EventBridge takes events."""
        for entry in request["Entries"]:
            self.delivery.put(entry)
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "id"} for _ in request["Entries"]]}

    def send_message_batch(self, **request: Any) -> Document:
        """SQS takes messages."""
        for entry in request["Entries"]:
            queue = self.queue_of[request["QueueUrl"]]
            self.delivery.send(queue, entry["MessageBody"], entry.get("MessageGroupId"))
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]]}

    def get_secret_value(self, **_: Any) -> Document:
        """Secrets Manager knows the operator's."""
        return {"SecretString": OPERATOR_SECRET}

    def bounced(self, mail: Mail, feedback: str) -> None:
        """A mailbox refused a mail for good."""
        told = {"feedbackId": feedback, "timestamp": moment(self.clock(), "milliseconds")}
        event = mail_events.document("Bounce", to=mail.to, tags=dict(mail.tags), **told)
        self.delivery.mailed("MailConfigurationSet", "bounce", json.loads(json.dumps(event)))
