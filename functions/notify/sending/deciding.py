"""Decides of an occasion: is it still true, whom is it for, and do they want it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from notify.ledger.messages import Reason
from notify.people.contact import Contact, phone_id, refusal
from notify.policy.rules import Channel, is_stale
from notify.policy.verdict import Lapse, Send, Skip, Verdict
from notify.sending.occasion import Occasion
from waybill import keys
from waybill.customers import customer_id
from waybill.dynamo import Values


class Contacts(Protocol):
    """What is known of recipients; see :class:`notify.people.contacts.ContactTable`."""

    def known(self, contact_keys: Sequence[Values]) -> list[Contact]:
        """Return those contacts that are stored, in no order."""


@dataclass(frozen=True)
class Decider:
    """Reads what is known of a recipient, and decides."""

    contacts: Contacts

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
        for contact in self.contacts.known(_keys_of(occasion, recipient)):
            if reason := refusal(contact, rule.channel, rule.topic):
                return leave(reason)
        return Send(recipient)


def _keys_of(occasion: Occasion, recipient: str) -> list[Values]:
    """Where a recipient's wishes are: the customer's, and of a number its owner's."""
    shop_id = occasion.event.shop_id
    customer = occasion.subject.details.get("customer") or {}
    found: list[Values] = []
    if email := customer.get("email"):
        found.append(keys.contact(shop_id, customer_id(shop_id, email)))
    if occasion.rule.channel is Channel.SMS:
        found.append(keys.phone_contact(phone_id(recipient)))
    return found
