"""The page that unsubscribes: in the reader's language, with one button.

Everything that comes from outside is escaped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Final

from notify.policy.rules import Topic
from notify.words.languages import DEFAULT_LOCALE, LOCALES
from notify.words.text import one_line
from waybill.pages import Pages

ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""The field of RFC 8058, and what it says; the page's own button sends the same."""
AGAIN: Final = ("action", "resubscribe")

_MAX_SHOP_NAME: Final = 80
_LANGUAGE: Final = re.compile(
    r"\s*([a-z]{1,8})(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?"
)
PAGES: Final = Pages(
    style="button{font:inherit;margin:1rem 0;padding:.6rem 1.2rem;cursor:pointer}",
    cache_control="no-store",
    vary="Accept, Accept-Language",
    has_form=True,
)


class Moment(StrEnum):
    """What the reader has come to, or has done."""

    ASKED = "asked"
    GONE = "gone"
    BACK = "back"


@dataclass(frozen=True)
class _Words:
    titles: Mapping[Moment, str]
    topics: Mapping[Topic, str]
    sends: str
    """What a shop does; its name and the topic stand in it."""
    sends_not: str
    comes: str
    """The same, of a shop whose name is not known."""
    comes_not: str
    leave: str
    again: str
    others: str
    lost: str
    lost_text: str


_ENGLISH: Final = _Words(
    titles={
        Moment.ASKED: "Unsubscribe?",
        Moment.GONE: "You are unsubscribed",
        Moment.BACK: "You are subscribed again",
    },
    topics={
        Topic.ORDERS: "about your orders",
        Topic.DELIVERIES: "about your deliveries",
        Topic.MARKETING: "with news and offers",
    },
    sends="{shop} sends you messages {topic}.",
    sends_not="{shop} sends you no more messages {topic}.",
    comes="You get messages {topic}.",
    comes_not="You get no more messages {topic}.",
    leave="Unsubscribe",
    again="Subscribe again",
    others="Other messages are not affected.",
    lost="This link leads nowhere",
    lost_text="Please check it: it may have been cut off in a message.",
)
_GERMAN: Final = _Words(
    titles={
        Moment.ASKED: "Abmelden?",
        Moment.GONE: "Sie sind abgemeldet",
        Moment.BACK: "Sie sind wieder angemeldet",
    },
    topics={
        Topic.ORDERS: "zu Ihren Bestellungen",
        Topic.DELIVERIES: "zu Ihren Lieferungen",
        Topic.MARKETING: "mit Neuigkeiten und Angeboten",
    },
    sends="{shop} schickt Ihnen Nachrichten {topic}.",
    sends_not="{shop} schickt Ihnen keine Nachrichten {topic} mehr.",
    comes="Sie erhalten Nachrichten {topic}.",
    comes_not="Sie erhalten keine Nachrichten {topic} mehr.",
    leave="Abmelden",
    again="Wieder anmelden",
    others="Andere Nachrichten bleiben, wie sie sind.",
    lost="Dieser Link führt nirgendwohin",
    lost_text="Bitte prüfen Sie ihn: Er wurde in einer Nachricht vielleicht abgeschnitten.",
)
WORDS: Final = {"en": _ENGLISH, "de": _GERMAN}


def language_of(locale: str | None, accepted: str) -> str:
    """Choose the page's language: the reader's own, else by the header Accept-Language."""
    own = (locale or "").partition("-")[0]
    if own in LOCALES:
        return own
    found = [match for part in accepted.lower().split(",") if (match := _LANGUAGE.fullmatch(part))]
    weights = {match[1]: float(match[2] or 1) for match in reversed(found)}
    wanted = [name for name in reversed(weights) if name in LOCALES and weights[name] > 0]
    return max(wanted, key=lambda name: weights[name], default=DEFAULT_LOCALE)


def agreement(shop: str, topic: Topic, language: str) -> str:
    """Return the words that who subscribes again agrees to."""
    words = WORDS[language]
    return f"{words.again}: {_sentence(words, shop, topic, comes=True)}"


def render(shop: str, topic: Topic, moment: Moment, language: str) -> str:
    """Return the page; ``shop`` is the shop's name, "" where it is not known."""
    words = WORDS[language]
    comes = moment is not Moment.GONE
    name, value = ONE_CLICK if comes else AGAIN
    return _document(
        language,
        words.titles[moment],
        f"<p>{escape(_sentence(words, shop, topic, comes=comes))}</p>"
        f'<form method="post"><button name="{name}" value="{value}">'
        f"{escape(words.leave if comes else words.again)}</button></form>"
        f'<p class="aside">{escape(words.others)}</p>',
    )


def render_unknown(language: str) -> str:
    """Return the page of an address that leads nowhere."""
    words = WORDS[language]
    return _document(language, words.lost, f"<p>{escape(words.lost_text)}</p>")


def _sentence(words: _Words, shop: str, topic: Topic, *, comes: bool) -> str:
    name = one_line(shop, _MAX_SHOP_NAME)
    known, unknown = (words.sends, words.comes) if comes else (words.sends_not, words.comes_not)
    return (known if name else unknown).format(shop=name, topic=words.topics[topic])


def _document(language: str, title: str, main: str) -> str:
    return PAGES.document(language, title, f"<h1>{escape(title)}</h1>{main}")
