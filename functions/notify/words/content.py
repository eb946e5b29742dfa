"""What is handed to a channel: words, finished."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mail:
    """A mail: the same said in HTML and in text."""

    subject: str
    html: str
    text: str
    sender_name: str


@dataclass(frozen=True)
class Sms:
    """A short message of one part."""

    text: str
