"""What is handed to a channel: words, finished."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mail:
    """A mail: the same said in HTML and in text."""

    subject: str
    html: str
    text: str
    sender_name: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sms:
    """A short message: of one part, unless its wording may take more."""

    text: str


@dataclass(frozen=True)
class Composed:
    """A message's content, and which wording it is in."""

    content: Mail | Sms
    template: str
    """Such as ``order_confirmed/email.de``; of a shop's own ``shop/order_confirmed/email.de``."""
    version: str
    """Changes whenever the wording does."""
