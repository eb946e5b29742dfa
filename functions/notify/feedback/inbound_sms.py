"""An SMS that somebody sent to us, as AWS End User Messaging hands it over by SNS. Pure.

Source: AWS End User Messaging SMS user guide, two-way SMS payload and required opt-out keywords.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from waybill.clock import from_text, to_text

_MAX_ID: Final = 100


class Command(StrEnum):
    """What one word can ask for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_STOP: Final = "stop stopall end cancel quit remove unsubscribe optout opt-out arret td"
COMMANDS: Final[Mapping[str, Command]] = (
    dict.fromkeys(_STOP.split(), Command.STOP)
    | dict.fromkeys(("start", "unstop"), Command.START)
    | dict.fromkeys(("help", "info", "aide"), Command.HELP)
)


class UnreadableSmsError(ValueError):
    """Not what End User Messaging sends; says nothing of what it was."""


@dataclass(frozen=True)
class InboundSms:
    """An SMS from a recipient."""

    id: str
    """End User Messaging's; the same when it is delivered again."""
    number: str = field(repr=False)
    """The sender's, in E.164, as numbers are that we send to."""
    word: str
    """The command's word; "" where it is none. Other text is not kept."""
    at: str
    """When SNS took it: RFC 3339, UTC."""

    @property
    def command(self) -> Command | None:
        """What is asked for, if anything."""
        return COMMANDS.get(self.word)


def read_sms(notice: Mapping[str, Any]) -> InboundSms:
    """Read a record's ``Sns``; raises :class:`UnreadableSmsError`."""
    try:
        payload = json.loads(notice["Message"])
        number = phonenumbers.parse(payload["originationNumber"])
        identifier = payload.get("inboundMessageId") or notice["MessageId"]
        word = word_of(payload.get("messageBody") or "")
        at = to_text(from_text(notice["Timestamp"]))
    except (LookupError, TypeError, ValueError, RecursionError, AttributeError):
        raise UnreadableSmsError from None
    except NumberParseException:
        raise UnreadableSmsError from None
    if not isinstance(identifier, str) or len(identifier) > _MAX_ID:
        raise UnreadableSmsError
    return InboundSms(
        id=identifier,
        number=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        word=word if word in COMMANDS else "",
        at=at,
    )


def word_of(text: str) -> str:
    """Return a text's one word, without case, accents and what stands around it: "Arrêt!"."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    first = next((at for at, each in enumerate(letters) if each.isalnum()), 0)
    last = next((at for at, each in enumerate(reversed(letters)) if each.isalnum()), 0)
    return letters[first : len(letters) - last]
