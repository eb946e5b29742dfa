"""What SES and SNS take from the functions, and what people make of it that comes back to us."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.awsrequest import AWSResponse

from tests.simulation.aws.cloud import Request
from tests.simulation.delivery.shapes import moment
from tests.simulation.delivery.topics import Topics
from tests.simulation.judge import Judge, Violation
from tests.simulation.processes.host import Host
from tests.support import mail_events

_INBOUND_SMS: Final = "InboundSmsTopic"
_OWN_NUMBER: Final = "+491570000000"
_HEEDED: Final = {"Stop!": "STOP", "STOP": "STOP", "start": "START", "Help": "HELP"}
"""What somebody may write, and the word in it that counts."""
_MESSAGE_ID: Final = re.compile(rb"<MessageId>([^<]+)</MessageId>")


@dataclass(frozen=True)
class Mail:
    """A mail as SES took it."""

    identifier: str
    to: str
    tags: Mapping[str, str]
    configuration_set: str
    headers: Mapping[str, str]
    text: str
    at: float


class Post:
    """Tells the judge of what goes out; lets people answer, complain, or not be there at all."""

    def __init__(self, host: Host, judge: Judge, topics: Topics) -> None:
        self._host = host
        self._judge = judge
        self._topics = topics
        self._last: dict[str, Mail] = {}
        self._objections: dict[str, tuple[Mail, str, dict[str, Any]]] = {}
        """The last of each address, with its kind and all that is told of it."""
        self._received = 0

    def mailed(self, request: Request, response: AWSResponse) -> None:
        """SES takes a mail, and tells of that later."""
        document = request.document()
        (to,) = document["Destination"]["ToAddresses"]
        content = document["Content"]["Simple"]
        subject, text = content["Subject"]["Data"], content["Body"]["Text"]["Data"]
        tags = {tag["Name"]: tag["Value"] for tag in document.get("EmailTags", ())}
        identifier = json.loads(response.content)["MessageId"]
        self._host.tell(request.process.name, f"SES takes {tags.get('message_id')}: {subject}")
        now = self._host.now
        self._judge.mailed(now, to, subject, text, tags, identifier)
        headers = {header["Name"]: header["Value"] for header in content.get("Headers", ())}
        mail = Mail(identifier, to, tags, document["ConfigurationSetName"], headers, text, now)
        self._last[to] = mail
        self._happens(mail, "Send")

    def texted(self, request: Request, response: AWSResponse) -> None:
        """SNS takes an SMS."""
        form = request.form()
        found = _MESSAGE_ID.search(response.content)
        assert found is not None
        to, text = form["PhoneNumber"], form["Message"]
        self._host.tell(request.process.name, "SNS takes an SMS")
        self._judge.texted(self._host.now, to, text, found[1].decode())

    # --- what comes back ------------------------------------------------------------------------

    def last_to(self, address: str) -> Mail:
        """The last mail to an address, to which one must have been written."""
        if address not in self._last:
            raise Violation("lost message", "nobody has written to who waits for a mail", ())
        return self._last[address]

    def knows(self, address: str) -> bool:
        """Whether anybody has written to an address."""
        return address in self._last

    def objects(self, address: str, kind: str) -> None:
        """Let the last mail to an address come back, or be called spam: what SES calls that."""
        mail = self.last_to(address)
        self._host.tell("who reads mails", f"{kind} of {mail.tags['message_id']}")
        self._judge.objected(mail.tags, kind)
        at = moment(self._host.now, "milliseconds")
        told = {"timestamp": at, "feedbackId": f"{kind}-{mail.identifier}"}
        self._objections[address] = mail, kind, told
        self._happens(mail, kind, **told)

    def objects_once_more(self, address: str) -> None:
        """Let SNS deliver again what was last told of an address."""
        mail, kind, told = self._objections[address]
        self._happens(mail, kind, **told)

    def receives(self, number: str, text: str, *, times: int = 1, late: float = 0.0) -> None:
        """Let somebody send us an SMS; SNS may deliver it several ``times``.

        ``late``: so many seconds ago; somebody has thought better of it since.
        """
        self._received += 1
        if (word := _HEEDED.get(text)) and not late:
            self._judge.sent_word(number, word)
        self._host.tell("who reads SMS", f"sends {text!r}")
        payload = {
            "originationNumber": number,
            "destinationNumber": _OWN_NUMBER,
            "messageKeyword": "KEYWORD_1",
            "messageBody": text,
            "inboundMessageId": f"in-{self._received}",
            "previousPublishedMessageId": "",
        }
        for _ in range(times):
            self._topics.publish(_INBOUND_SMS, json.dumps(payload), self._host.now - late)

    def _happens(self, mail: Mail, kind: str, **told: Any) -> None:
        event = mail_events.document(kind, to=mail.to, tags=dict(mail.tags), **told)
        event["mail"] |= {
            "messageId": mail.identifier,
            "timestamp": moment(mail.at, "milliseconds"),
        }
        self._topics.happened_to_mail(mail.configuration_set, kind.lower(), event)
