"""Decides of an occasion: is it still true, whom is it for, and do they want it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from notify.ledger.messages import Reason
from notify.people.contact import NOBODY, Contact, refusal
from notify.people.contacts import ContactKey, of_number
from notify.policy.quiet import quiet_hours_of, waits_until, zones_of
from notify.policy.rules import Audience, Channel, Once, Rule, Urgency, is_stale
from notify.sending.occasion import Occasion, Part
from notify.sending.verdict import Lapse, Send, Skip, Verdict, Wait
from notify.words.wording import estimate_of
from waybill.clock import Clock, system_clock
from waybill.customers import customer_id


class Contacts(Protocol):
    """What is known of recipients; see :class:`notify.people.contacts.ContactTable`."""

    def get(self, wanted: Sequence[ContactKey], *, consistent: bool = True) -> list[Contact]:
        """Return the contacts of these keys, in their order."""


@dataclass(frozen=True)
class Decider:
    """Reads what is known of a recipient, and decides."""

    contacts: Contacts
    clock: Clock = system_clock

    def decide(self, occasion: Occasion) -> Verdict:
        """Decide by what is true now; raises AWS's errors."""
        rule = occasion.rule
        live = [part for part in occasion.parts if is_live(rule, part)]
        if not live:
            return _told_no_more(occasion)
        occasion = occasion.of(tuple(live))
        leave = Lapse if rule.last_resort else Skip
        recipient = occasion.recipient()
        if isinstance(recipient, Reason):
            return leave(recipient)
        customer, *others = self._known(occasion, recipient)
        for contact in (customer, *others):
            if reason := _refusal(contact, rule):
                return leave(reason)
        return self._when(occasion, recipient, customer)

    def _when(self, occasion: Occasion, recipient: str, customer: Contact) -> Verdict:
        rule, shop, now = occasion.rule, occasion.subject.shop, self.clock()
        if rule.urgency is Urgency.BY_DAY:
            zones = zones_of(customer, recipient, shop)
            if until := waits_until(now, zones, quiet_hours_of(customer, shop)):
                return Wait(Reason.QUIET_HOURS, until)
        if occasion.row is None and rule.together and occasion.subject.is_part_of_order:
            return Wait(Reason.GATHERING, now + rule.together)
        return Send(recipient, customer, occasion.parts)

    def _known(self, occasion: Occasion, recipient: str) -> list[Contact]:
        """The customer's wishes first; then, of a number, its owner's."""
        shop_id, email = occasion.fact.shop_id, occasion.email
        if occasion.rule.audience is not Audience.CUSTOMER:
            email = recipient
        wanted = [ContactKey(customer_id(shop_id, email), shop_id)] if email else []
        numbers = [of_number(recipient)] if occasion.rule.channel is Channel.SMS else []
        found = self.contacts.get([*wanted, *numbers])
        return found if wanted else [NOBODY, *found]


def is_live(rule: Rule, part: Part) -> bool:
    """Say whether a fact is still the truth, and of concern to its reader."""
    if rule.needs_recipient and not part.subject.needs_recipient:
        return False
    if rule.once is Once.ESTIMATE and _is_superseded(part):
        return False
    return not is_stale(rule, part.subject.status, part.fact.data)


def _is_superseded(part: Part) -> bool:
    """Whether the carrier has named another day since, or names none any more."""
    now = estimate_of([part.subject.shipment])
    return now is None or now.last_day.isoformat() != part.fact.data["estimate"]["day"]


def _told_no_more(occasion: Occasion) -> Verdict:
    """What waits for somebody else, or did, is no news; what was news, and is past, is stale."""
    waits_for_others = not any(part.subject.needs_recipient for part in occasion.parts)
    if occasion.rule.needs_recipient and waits_for_others:
        return Lapse(Reason.STALE)
    return Skip(Reason.STALE)


def _refusal(contact: Contact, rule: Rule) -> Reason | None:
    """Whether the contact refuses: a shop, of what concerns it, only where mail comes back."""
    if rule.audience is not Audience.CUSTOMER:
        return Reason.SUPPRESSED if contact.suppression else None
    return refusal(contact, rule.channel, rule.topic)
