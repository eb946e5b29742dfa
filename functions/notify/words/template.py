"""A wording: the texts of one message by one channel, each plain text with Jinja2 in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from notify.policy.rules import Channel

MAIL_TEXTS: Final = ("subject", "headline", "body")
SMS_TEXTS: Final = ("body",)
LABELS: Final = (
    "hello",
    "more",
    "subtotal",
    "discount",
    "shipping",
    "tax",
    "included_tax",
    "total",
    "track",
    "order",
    "why",
    "unsubscribe",
)
"""The words that a mail's layout puts around a wording."""

_SET: Final = re.compile(r"{% set (\w+) %}(.*?){% endset %}", re.DOTALL)
_COMMENT: Final = re.compile(r"{#.*?#}", re.DOTALL)


@dataclass(frozen=True)
class Template:
    """The texts of a message: of a mail :data:`MAIL_TEXTS`, of an SMS its body."""

    texts: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the layout's own words those that are said otherwise; also with Jinja2 in them."""
    max_parts: int = 1
    """Of an SMS: how many parts it may take, and be paid for."""


@dataclass(frozen=True)
class Place:
    """Where a wording stands: a message, a channel, and a language with or without its region."""

    message: str
    channel: Channel
    locale: str

    def __str__(self) -> str:
        return f"{self.message}/{self.channel}.{self.locale}"


@dataclass(frozen=True)
class Own:
    """A shop's own wording, and the version that its ETag names."""

    template: Template
    version: int


def read_texts(source: str) -> dict[str, str]:
    """Read a file of ``{% set name %}…{% endset %}``; what stands between them is nothing."""
    return {name: text.strip() for name, text in _SET.findall(source)}


def without_comments(text: str) -> str:
    """Return a text as far as anything of it can be seen."""
    return _COMMENT.sub("", text)
