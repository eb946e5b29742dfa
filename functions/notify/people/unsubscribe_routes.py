"""HTTP: the page that unsubscribes. It is public, and its address is the whole permission.

Looking at it changes nothing: scanners of mail follow every link. Its button posts, and so does a
mail program's own (RFC 8058), whose body says nothing that would have to be understood.
"""

from datetime import datetime
from typing import Final

from notify.endpoint import api, contacts, shops, unsubscribe_secret
from notify.people import page, tokens
from notify.people.contact import Contact
from notify.people.contacts import ContactKey
from notify.people.page import Moment
from notify.people.subscribing import is_subscribed, subscribed
from notify.people.tokens import Subscription
from waybill.http import Call, Reply
from waybill.pages import CONTENT_TYPE
from waybill.problems import NotFound

_PATH: Final = "/unsubscribe/<token>"
_MAX_BYTES: Final = 10_000
ACTOR: Final = "customer"


@api.route("GET", _PATH, scope=None, returns={200: None}, shows_pages=True)
def show_unsubscribe(call: Call) -> Reply:
    """Show the button that unsubscribes; this alone changes nothing."""
    subscription = _subscription(call)
    if subscription is None:
        return _unknown(call)
    [contact] = contacts().get([_key(subscription)])
    wanted = is_subscribed(contact, subscription.topic)
    return _shown(call, subscription, contact, Moment.ASKED if wanted else Moment.GONE)


@api.route(
    "POST",
    _PATH,
    scope=None,
    returns={200: None},
    shows_pages=True,
    form={page.ONE_CLICK[0]: page.ONE_CLICK[1:], page.AGAIN[0]: page.AGAIN[1:]},
    max_bytes=_MAX_BYTES,
)
def unsubscribe(call: Call) -> Reply:
    """Unsubscribe from a topic, or subscribe again where the form says so."""
    subscription = _subscription(call)
    if subscription is None:
        return _unknown(call)
    form = call.form
    wanted = form.get(page.AGAIN[0]) == page.AGAIN[1] and page.ONE_CLICK[0] not in form
    shop = _shop_name(subscription)

    def decide(contact: Contact, now: datetime) -> Contact:
        language = page.language_of(contact.locale, _languages(call))
        text = page.agreement(shop, subscription.topic, language) if wanted else ""
        return subscribed(contact, subscription.topic, now, wanted=wanted, text=text)

    contact = contacts().change(_key(subscription), ACTOR, decide)
    return _shown(call, subscription, contact, Moment.BACK if wanted else Moment.GONE)


def _subscription(call: Call) -> Subscription | None:
    secret = unsubscribe_secret().find()
    return tokens.read(call.path["token"], secret) if secret else None


def _key(subscription: Subscription) -> ContactKey:
    return ContactKey(subscription.customer_id, subscription.shop_id)


def _shop_name(subscription: Subscription) -> str:
    return str((shops().shop(subscription.shop_id) or {}).get("name") or "")


def _languages(call: Call) -> str:
    return call.headers.get("accept-language", "")


def _shown(call: Call, subscription: Subscription, contact: Contact, moment: Moment) -> Reply:
    language = page.language_of(contact.locale, _languages(call))
    html = page.render(_shop_name(subscription), subscription.topic, moment, language)
    return Reply(200, None, page.PAGES.headers, html, CONTENT_TYPE)


def _unknown(call: Call) -> Reply:
    if "text/html" not in call.headers.get("accept", "").lower():
        raise NotFound("this link unsubscribes from nothing")
    html = page.render_unknown(page.language_of(None, _languages(call)))
    return Reply(404, None, page.PAGES.headers, html, CONTENT_TYPE)
