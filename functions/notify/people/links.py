"""The link in a mail by which its reader unsubscribes from what it is about."""

from dataclasses import dataclass
from typing import Protocol

from notify.people import tokens
from notify.people.tokens import Subscription
from notify.policy.rules import Topic
from waybill.customers import customer_id


class Secret(Protocol):
    """What links are signed with; see :class:`notify.people.secret.UnsubscribeSecret`."""

    def get(self) -> str:
        """Return the secret, which is made at first use."""


@dataclass(frozen=True)
class UnsubscribeLinks:
    """Makes links; without a public URL there are none."""

    secret: Secret
    public_url: str

    def token(self, shop_id: str, email: str, topic: Topic) -> str:
        """Return what names the reader and the topic; "" where no link can lead anywhere."""
        if not self.public_url:
            return ""
        reader = Subscription(shop_id, customer_id(shop_id, email), topic)
        return tokens.sign(reader, self.secret.get())

    def url(self, token: str) -> str:
        """Return where a token leads."""
        return tokens.link(self.public_url, token) if token else ""

    def headers(self, token: str) -> dict[str, str]:
        """Return the headers by which a mail program shows its own button."""
        return tokens.mail_headers(self.public_url, token) if token else {}
