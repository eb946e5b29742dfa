"""Links that unsubscribe: a token names a shop, its customer and a topic, and is signed. Pure.

It holds nothing personal: a customer's id tells nobody the address. It never expires, as a mail is
read whenever it is read.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from notify.policy.rules import Topic

_ID: Final = re.compile(r"[A-Za-z0-9_]{1,40}")
_PURPOSE: Final = b"unsubscribe"


@dataclass(frozen=True)
class Subscription:
    """What a link is about: a customer of a shop, and what the customer hears of."""

    shop_id: str
    customer_id: str
    topic: Topic


def sign(subscription: Subscription, secret: str) -> str:
    """Return the token of a subscription: at most 200 characters, none that a URL escapes.

    Raises ValueError for ids that would need escaping.
    """
    ids = (subscription.shop_id, subscription.customer_id)
    if not all(map(_ID.fullmatch, ids)):
        raise ValueError("an id of other characters, or too long")
    named = ".".join([*ids, subscription.topic.value])
    return f"{named}.{_signature(named, secret)}"


def read(token: str, secret: str) -> Subscription | None:
    """Return what a token is about; None for one that this secret has not signed."""
    named, _, signature = token.rpartition(".")
    if not hmac.compare_digest(
        _signature(named, secret).encode(), signature.encode(errors="replace")
    ):
        return None
    shop_id, customer_id, topic = named.split(".")
    return Subscription(shop_id, customer_id, Topic(topic))


def link(public_url: str, token: str) -> str:
    """Return where a token leads."""
    return f"{public_url.rstrip('/')}/unsubscribe/{token}"


def mail_headers(public_url: str, token: str) -> dict[str, str]:
    """Return the headers by which a mail program shows its own button (RFC 2369, RFC 8058).

    One-click is offered over https alone, as its standard has it; without a public URL, nothing.
    """
    if not public_url:
        return {}
    headers = {"List-Unsubscribe": f"<{link(public_url, token)}>"}
    if public_url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _signature(named: str, secret: str) -> str:
    """Hexadecimal: a mail program that takes the end of a link for punctuation cuts off none."""
    text = named.encode(errors="replace")
    return hmac.new(secret.encode(), _PURPOSE + b"\0" + text, hashlib.sha256).hexdigest()
