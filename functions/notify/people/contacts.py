"""Contacts in NotificationsTable; each write rests on the version that it was decided on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from notify.people.contact import NOBODY, Cause, Consent, Contact, Suppression, phone_id
from notify.policy.rules import Channel, Topic
from waybill import keys
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import ConditionFailedError, ContentionError, Item, Table
from waybill.observability import correlation_id

_ATTEMPTS: Final = 8

Decide = Callable[[Contact, datetime], Contact | None]
"""From a contact as it stands, and the time, to what it is to be; None where nothing is to do."""


@dataclass(frozen=True)
class ContactKey:
    """Whose contact: a customer's of a shop, or a number's, which is every shop's."""

    id: str
    """``cus_…`` or ``tel_…``."""
    shop_id: str = ""
    """"": a number's."""

    def item(self) -> keys.Key:
        """Return where it is stored."""
        return keys.contact(self.shop_id, self.id) if self.shop_id else keys.phone_contact(self.id)


def of_number(number: str) -> ContactKey:
    """Return whose contact a number in E.164 is."""
    return ContactKey(phone_id(number))


@dataclass(frozen=True)
class ContactTable:
    """Contacts by key."""

    table: Table
    clock: Clock = system_clock

    def get(self, wanted: Sequence[ContactKey], *, consistent: bool = True) -> list[Contact]:
        """Return the contacts of these keys, in their order, with one BatchGetItem.

        Who has none is :data:`~notify.people.contact.NOBODY`.
        """
        distinct = [key.item() for key in dict.fromkeys(wanted)]
        found = self.table.batch_get(distinct, consistent=consistent)
        stored = {item["pk"]: from_item(item) for item in found}
        return [stored.get(key.item()["pk"], NOBODY) for key in wanted]

    def put(self, key: ContactKey, contact: Contact, actor: str, at: str) -> bool:
        """Write a contact over the version before its own; False where that is not there."""
        item = to_item(key, contact) | {
            "updated_at": at,
            "correlation_id": correlation_id(),
            "actor": actor,
        }
        seen = contact.version - 1
        try:
            self.table.put(
                item,
                condition="version = :seen" if seen else "attribute_not_exists(pk)",
                values={":seen": seen} if seen else None,
            )
        except ConditionFailedError as error:
            return error.current == item  # its own, sent again after a lost answer
        return True

    def change(self, key: ContactKey, actor: str, decide: Decide) -> Contact:
        """Apply a decision to a contact as it stands, and return what stands then.

        Whoever was overtaken decides again, on what the other wrote. Raises what ``decide`` raises,
        and :class:`ContentionError` where others were faster every time.
        """
        for _ in range(_ATTEMPTS):
            [before] = self.get([key])
            now = self.clock()
            decided = decide(before, now)
            if decided is None or decided == before:
                return before
            after = replace(decided, version=before.version + 1)
            if self.put(key, after, actor, to_text(now)):
                return after
        raise ContentionError


def to_item(key: ContactKey, contact: Contact) -> Item:
    """Return the stored form; what says nothing is left out."""
    attributes: dict[str, Any] = {
        "shop_id": key.shop_id,
        "locale": contact.locale,
        "time_zone": contact.time_zone,
        "quiet_hours": list(contact.quiet_hours or ()),
        "channels": {name.value: wanted for name, wanted in contact.channels.items()},
        "topics": {name.value: wanted for name, wanted in contact.topics.items()},
        "consents": [asdict(consent) for consent in contact.consents],
        "suppression": contact.suppression
        and {
            "cause": contact.suppression.cause.value,
            "at": contact.suppression.at,
            "code": contact.suppression.code,
        },
        "transient": list(contact.transient),
        "lifted_at": contact.lifted_at,
        "heard": list(contact.heard),
    }
    told = {name: value for name, value in attributes.items() if value}
    return key.item() | {"contact_id": key.id, "version": contact.version} | told


def from_item(item: Item) -> Contact:
    """Return the domain's form."""
    start, end = item.get("quiet_hours") or (None, None)
    suppression = item.get("suppression")
    return Contact(
        version=item["version"],
        locale=item.get("locale"),
        time_zone=item.get("time_zone"),
        quiet_hours=(start, end) if start and end else None,
        channels={Channel(name): wanted for name, wanted in item.get("channels", {}).items()},
        topics={Topic(name): wanted for name, wanted in item.get("topics", {}).items()},
        consents=tuple(Consent(**consent) for consent in item.get("consents", ())),
        suppression=suppression
        and Suppression(Cause(suppression["cause"]), suppression["at"], suppression["code"]),
        transient=tuple(item.get("transient", ())),
        lifted_at=item.get("lifted_at", ""),
        heard=tuple(item.get("heard", ())),
    )
