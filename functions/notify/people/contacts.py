"""Contacts in NotificationsTable."""

from collections.abc import Sequence
from dataclasses import dataclass

from notify.people.contact import Cause, Consent, Contact, Suppression
from notify.policy.rules import Channel, Topic
from waybill.dynamo import Item, Table, Values


@dataclass(frozen=True)
class ContactTable:
    """What is known of recipients."""

    table: Table

    def known(self, contact_keys: Sequence[Values]) -> list[Contact]:
        """Return those contacts that are stored, in no order."""
        return [read_contact(item) for item in self.table.batch_get(contact_keys)]


def read_contact(item: Item) -> Contact:
    """Return the domain's form."""
    hours, suppression = item.get("quiet_hours"), item.get("suppression")
    return Contact(
        version=item["version"],
        locale=item.get("locale"),
        time_zone=item.get("time_zone"),
        quiet_hours=(hours["from"], hours["to"]) if hours else None,
        channels={Channel(name): wanted for name, wanted in item.get("channels", {}).items()},
        topics={Topic(name): wanted for name, wanted in item.get("topics", {}).items()},
        consents=tuple(Consent(**one) for one in item.get("consents", ())),
        suppression=Suppression(
            Cause(suppression["cause"]), suppression["at"], suppression.get("code", "")
        )
        if suppression
        else None,
        transient=tuple(item.get("transient", ())),
    )
