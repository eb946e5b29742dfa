"""Writes a message: what an occasion is about, in its reader's language, as the wording says it."""

from dataclasses import dataclass, replace

from notify.people.contact import Contact
from notify.people.links import UnsubscribeLinks
from notify.policy.alerts import told_of
from notify.policy.rules import Audience, Channel
from notify.sending.occasion import Occasion
from notify.sending.ports import Wordings
from notify.words.content import Composed, Mail
from notify.words.shop_wording import shop_facts_of, shop_locale
from notify.words.template import Place
from notify.words.wording import Reader, facts_of, locale_of
from waybill.clock import Clock


@dataclass(frozen=True)
class Writer:
    """Puts words to occasions."""

    wordings: Wordings
    links: UnsubscribeLinks
    public_url: str
    clock: Clock

    def write(self, occasion: Occasion, recipient: str, contact: Contact) -> Composed:
        """Write an occasion's message; ``contact`` is what is known of its reader."""
        if occasion.rule.audience is not Audience.CUSTOMER:
            return self._alert(occasion)
        rule, shop_id, subject = occasion.rule, occasion.fact.shop_id, occasion.subject
        mails = rule.channel is Channel.EMAIL
        token = self.links.token(shop_id, recipient, rule.topic) if mails else ""
        reader = Reader(
            now=self.clock(),
            time_zone=contact.time_zone,
            public_url=self.public_url,
            unsubscribe_url=self.links.url(token),
        )
        others = [part.subject for part in occasion.parts[1:]]
        composed = self.wordings.compose(
            shop_id,
            Place(rule.name, rule.channel, locale_of(subject, contact.locale)),
            lambda locale: facts_of(
                subject, occasion.fact.data, locale=locale, reader=reader, others=others
            ),
        )
        if isinstance(mail := composed.content, Mail):
            return replace(composed, content=replace(mail, headers=self.links.headers(token)))
        return composed

    def _alert(self, occasion: Occasion) -> Composed:
        """Write to the shop of all that was gathered for it."""
        rule, shop, row = occasion.rule, occasion.subject.shop, occasion.row
        data = told_of(row.entries, row.more) if row else {}
        return self.wordings.compose(
            occasion.fact.shop_id,
            Place(rule.name, rule.channel, shop_locale(shop)),
            lambda locale: shop_facts_of(shop, data, locale=locale),
        )
