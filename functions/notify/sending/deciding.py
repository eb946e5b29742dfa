"""Decides of an occasion: is it still true, whom is it for, and do they want it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from notify.ledger.messages import Reason
from notify.people.contact import NOBODY, Contact, refusal
from notify.people.contacts import ContactKey, of_number
from notify.policy.quiet import quiet_hours_of, waits_until, zones_of
from notify.policy.rules import Channel, Urgency, is_stale
from notify.policy.verdict import Lapse, Send, Skip, Verdict, Wait
from notify.sending.occasion import Occasion
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
        rule, subject = occasion.rule, occasion.subject
        if rule.needs_recipient and not subject.needs_recipient:
            return Lapse(Reason.STALE)
        if is_stale(rule, subject.status, occasion.event.data):
            return Skip(Reason.STALE)
        leave = Lapse if rule.last_resort else Skip
        recipient = occasion.recipient()
        if isinstance(recipient, Reason):
            return leave(recipient)
        customer, *others = self._known(occasion, recipient)
        for contact in (customer, *others):
            if reason := refusal(contact, rule.channel, rule.topic):
                return leave(reason)
        if rule.urgency is Urgency.BY_DAY:
            zones = zones_of(customer, recipient, subject.shop)
            hours = quiet_hours_of(customer, subject.shop)
            if until := waits_until(self.clock(), zones, hours):
                return Wait(Reason.QUIET_HOURS, until)
        return Send(recipient, customer)

    def _known(self, occasion: Occasion, recipient: str) -> list[Contact]:
        """The customer's wishes first; then, of a number, its owner's."""
        shop_id, email = occasion.event.shop_id, occasion.email
        wanted = [ContactKey(customer_id(shop_id, email), shop_id)] if email else []
        numbers = [of_number(recipient)] if occasion.rule.channel is Channel.SMS else []
        found = self.contacts.get([*wanted, *numbers])
        return found if wanted else [NOBODY, *found]
