"""Composes a message: the facts, in the reader's language, as the wording says them."""

from dataclasses import dataclass, replace

from notify.people.contact import Contact
from notify.people.links import UnsubscribeLinks
from notify.policy.rules import Audience, Channel
from notify.sending.occasion import Occasion
from notify.sending.ports import Wordings
from notify.words.content import Mail, Sms
from notify.words.wording import facts_of, locale_of


@dataclass(frozen=True)
class Composed:
    """A message's content, and the wording that it was made with."""

    content: Mail | Sms
    template: str
    version: str


@dataclass(frozen=True)
class Composer:
    """Puts words to occasions."""

    wordings: Wordings
    links: UnsubscribeLinks
    public_url: str

    def compose(self, occasion: Occasion, recipient: str, contact: Contact) -> Composed:
        """Compose an occasion's message; ``contact`` is what is known of its reader."""
        rule = occasion.rule
        locale = locale_of(occasion.subject, contact.locale)
        facts = facts_of(
            occasion.subject,
            occasion.fact.data,
            locale=locale,
            public_url=self.public_url,
            others=[part.subject for part in occasion.parts[1:]],
        )
        content: Mail | Sms
        if rule.channel is Channel.SMS:
            content = self.wordings.sms(rule.name, facts)
        elif rule.audience is not Audience.CUSTOMER:
            content = self.wordings.mail(rule.name, facts)
        else:
            token = self.links.token(occasion.fact.shop_id, recipient, rule.topic)
            mail = self.wordings.mail(
                rule.name, replace(facts, unsubscribe_url=self.links.url(token))
            )
            content = replace(mail, headers=self.links.headers(token))
        return Composed(
            content,
            template=f"{rule.name}/{rule.channel}.{locale}",
            version=self.wordings.version(rule.name, rule.channel, locale),
        )
