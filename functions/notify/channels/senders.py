"""The channels: SES for mail, SNS for SMS. Each is asked once and says one of three things.

It took the message (its id is returned); it took nothing (:class:`RefusedError`); nobody knows
(:class:`NoAnswerError`). Neither service has an idempotency token, so the third is never followed
by a second request.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import formataddr
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from notify.sending.ports import NoAnswerError, RefusedError
from notify.words.content import Mail, Sms
from notify.words.text import one_line

_SERVER_ERROR: Final = 500
_MAX_SENDER_NAME: Final = 40
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")  # SES v2, MessageTag

# Faults of this very message or recipient, which no repetition mends. MessageRejected is not
# among them: SES also says so of a sender that is yet to be verified.
_SES_LASTING: Final = frozenset({"BadRequestException"})
_SNS_LASTING: Final = frozenset({"InvalidParameter", "ParameterValueInvalid"})


class SesMailSender:
    """Mail through SES v2, as simple content: SES builds the MIME message and its headers."""

    def __init__(self, client: Any, *, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, mail: Mail, to: str, tags: Mapping[str, str]) -> str:
        """Send one mail and return SES's message id; raises RefusedError or NoAnswerError."""
        request: dict[str, Any] = {
            "FromEmailAddress": self._from(mail.sender_name),
            "Destination": {"ToAddresses": [to]},
            "Content": {
                "Simple": {
                    "Subject": _content(mail.subject),
                    "Body": {"Html": _content(mail.html), "Text": _content(mail.text)},
                }
            },
            "EmailTags": _email_tags(tags),
        }
        if mail.headers:
            request["Content"]["Simple"]["Headers"] = [
                {"Name": name, "Value": value} for name, value in mail.headers.items()
            ]
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        return _ask(self._client, lambda: self._client.send_email(**request), _SES_LASTING)

    def _from(self, name: str) -> str:
        return formataddr((one_line(name, _MAX_SENDER_NAME), self._sender))


class SnsSmsSender:
    """SMS through SNS, as transactional messages."""

    def __init__(self, client: Any, *, sender_id: str, max_price: str = "") -> None:
        """``max_price``: what a message may cost, in US dollars; above it SNS sends nothing."""
        self._client = client
        self._attributes = {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
        }
        if max_price:
            self._attributes["AWS.SNS.SMS.MaxPrice"] = {
                "DataType": "Number",
                "StringValue": max_price,
            }
        if sender_id:
            self._attributes["AWS.SNS.SMS.SenderID"] = {
                "DataType": "String",
                "StringValue": sender_id,
            }

    def send(self, sms: Sms, to: str) -> str:
        """Send one SMS and return SNS's message id; raises RefusedError or NoAnswerError."""
        return _ask(
            self._client,
            lambda: self._client.publish(
                PhoneNumber=to, Message=sms.text, MessageAttributes=self._attributes
            ),
            _SNS_LASTING,
        )


def _ask(client: Any, call: Callable[[], Mapping[str, Any]], lasting: frozenset[str]) -> str:
    """One request, on a connection of its own.

    A connection kept alive may have died while Lambda had the process frozen; a request sent into
    it is lost without an answer, and this one may not be repeated.
    """
    try:
        return str(call()["MessageId"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _SERVER_ERROR)
        if status >= _SERVER_ERROR:
            raise NoAnswerError(code) from error
        raise RefusedError(code, lasting=code in lasting) from error
    except HTTPClientError as error:
        raise NoAnswerError(type(error).__name__) from error
    except BotoCoreError as error:  # it never left: no connection, no credentials
        raise RefusedError(type(error).__name__, lasting=False) from error
    finally:
        client.close()


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _email_tags(tags: Mapping[str, str]) -> Sequence[dict[str, str]]:
    """Tags come back with SES's feedback; SES refuses a mail whose tag has other characters."""
    return [{"Name": name, "Value": value} for name, value in tags.items() if _TAG.fullmatch(value)]
