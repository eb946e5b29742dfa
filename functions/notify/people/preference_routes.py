"""HTTP: what a customer wants to hear. Notify has these paths until a room of customers does."""

import re
from datetime import datetime
from typing import Final

from notify.endpoint import READ, WRITE, api, contacts
from notify.people.contact import Contact
from notify.people.contacts import ContactKey
from notify.people.preferences import NewPreferences, Preferences, settled, view
from waybill.http import Call, Reply, etag
from waybill.problems import NotFound

_PATH: Final = "/v1/customers/<customer_id>/preferences"
_CUSTOMER_ID: Final = re.compile(r"cus_[0-9a-z]{26}")


@api.route("GET", _PATH, scope=READ, returns={200: Preferences})
def get_preferences(call: Call) -> Reply:
    """Show what a customer wants to hear, and whether mail arrives."""
    key = _key(call)
    [contact] = contacts().get([key])
    return _reply(key, contact)


@api.route(
    "PUT",
    _PATH,
    scope=WRITE,
    body=NewPreferences,
    returns={200: Preferences},
    failures=(412,),
)
def put_preferences(call: Call) -> Reply:
    """Set what a customer wants to hear; consents are added, and a suppression stays."""
    key, wish, seen = _key(call), call.parse(NewPreferences), call.precondition

    def decide(contact: Contact, now: datetime) -> Contact:
        seen.check(contact.version)
        return settled(contact, wish, now)

    return _reply(key, contacts().change(key, call.caller.actor, decide))


def _reply(key: ContactKey, contact: Contact) -> Reply:
    """Answer with a contact; one that nobody has stored has no ETag."""
    tag = etag(contact.version) if contact.version else {}
    return Reply(200, view(key.id, contact), tag)


def _key(call: Call) -> ContactKey:
    customer_id = call.path["customer_id"]
    if not _CUSTOMER_ID.fullmatch(customer_id):
        raise NotFound("no such customer")
    return ContactKey(customer_id, call.shop_id)
