"""What a customer wants to hear, how, when and in which language, as the API takes and shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field, StrictBool, StringConstraints

from notify.people.consents import added, newest
from notify.people.contact import MAX_CONSENTS, Cause, Consent, Contact
from notify.people.subscribing import SOURCE, is_subscribed
from notify.people.zones import time_zones
from notify.policy.rules import Channel, Topic
from waybill.clock import from_text, to_text
from waybill.http import Instant, Model
from waybill.locales import Locale
from waybill.problems import field_problem
from waybill.text import one_line, some_lines

_AHEAD: Final = timedelta(minutes=5)
"""By which another's clock may be ahead of ours."""


def _time_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Berlin")
    return name


def _instant(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


TimeZone = Annotated[str, AfterValidator(_time_zone), Field(examples=["Europe/Vienna"])]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])]
Source = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(one_line)]
Words = Annotated[str, StringConstraints(max_length=500), AfterValidator(some_lines)]


class Agreed(StrEnum):
    """What a consent is about: a channel or a topic."""

    EMAIL = "email"
    SMS = "sms"
    ORDERS = "orders"
    DELIVERIES = "deliveries"
    MARKETING = "marketing"


class OwnQuietHours(Model, serialize_by_alias=True, validate_by_name=True, validate_by_alias=True):
    """When no SMS is sent, on the recipient's clocks; over midnight where from is later than to.

    Both the same: at no time. null: the shop's hours.
    """

    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


class Channels(Model):
    """By which channels messages may come at all."""

    email: StrictBool = True
    sms: StrictBool = True


class Topics(Model):
    """What messages may be about; marketing needs a consent with the words agreed to."""

    orders: StrictBool = True
    deliveries: StrictBool = True
    marketing: StrictBool = False


class NewConsent(Model):
    """That somebody agreed to something, or took it back: evidence, which is added to."""

    what: Agreed
    given: StrictBool
    source: Source
    """Where it was said, such as ``checkout``."""
    text: Words = ""
    """The words that were agreed to."""
    at: Annotated[AwareDatetime, AfterValidator(_instant)] | None = None
    """null: now, unless the same was told of last."""


class NewPreferences(Model):
    """Body of PUT /v1/customers/{customer_id}/preferences: what is left out is as by default."""

    locale: Locale | None = None
    time_zone: TimeZone | None = None
    quiet_hours: OwnQuietHours | None = None
    channels: Channels = Field(default_factory=Channels)
    topics: Topics = Field(default_factory=Topics)
    consents: list[NewConsent] = Field(default_factory=list, max_length=MAX_CONSENTS)
    """Added to those there are; the newest 20 are kept, and of each kind the last."""


class ConsentView(Model):
    """A consent."""

    what: str
    given: bool
    source: str
    text: str
    at: Instant


class SuppressionView(Model):
    """Why nothing is sent to the customer's address: mail came back, or was called spam."""

    cause: Cause
    code: str
    at: Instant


class Preferences(Model):
    """What a customer wants, and whether mail reaches the customer."""

    customer_id: str
    locale: str | None
    time_zone: str | None
    quiet_hours: OwnQuietHours | None
    channels: Channels
    topics: Topics
    consents: list[ConsentView]
    """Newest first."""
    suppression: SuppressionView | None


def settled(contact: Contact, wish: NewPreferences, now: datetime) -> Contact:
    """Return a contact as it is wished; a suppression stays, and so does what was agreed before.

    Raises 422 for a consent of the future, and for marketing that nobody has agreed to.
    """
    consents = contact.consents
    for index, told in enumerate(wish.consents):
        if told.at and told.at > now + _AHEAD:
            raise field_problem(f"/consents/{index}/at", "at: it lies in the future")
        consents = _with(consents, told, now)
    if wish.topics.marketing and not _is_agreed(newest(consents, Topic.MARKETING)):
        raise field_problem(
            "/topics/marketing", "marketing: needs a consent to it, given last, with its text"
        )
    hours = wish.quiet_hours
    return replace(
        contact,
        locale=wish.locale,
        time_zone=wish.time_zone,
        quiet_hours=(hours.start, hours.end) if hours else None,
        channels={Channel.EMAIL: wish.channels.email, Channel.SMS: wish.channels.sms},
        topics={
            Topic.ORDERS: wish.topics.orders,
            Topic.DELIVERIES: wish.topics.deliveries,
            Topic.MARKETING: wish.topics.marketing,
        },
        consents=consents,
    )


def _with(consents: tuple[Consent, ...], told: NewConsent, now: datetime) -> tuple[Consent, ...]:
    """Add what a shop tells of; without a time, what it told of last is the same again.

    So a shop that sends the same every night undoes nobody's click on a link meanwhile.
    """
    last = newest((each for each in consents if each.source != SOURCE), told.what)
    said = (told.given, told.source, told.text)
    if told.at is None and last and (last.given, last.source, last.text) == said:
        return consents
    at = to_text(told.at or now)
    return added(consents, Consent(told.what.value, told.given, at, told.source, told.text))


def _is_agreed(consent: Consent | None) -> bool:
    return consent is not None and consent.given and bool(consent.text.strip())


def view(customer_id: str, contact: Contact) -> Preferences:
    """Return the API's form of a contact; what nobody has said is shown as it is assumed."""
    suppression = contact.suppression
    hours = contact.quiet_hours
    return Preferences(
        customer_id=customer_id,
        locale=contact.locale,
        time_zone=contact.time_zone,
        quiet_hours=OwnQuietHours(start=hours[0], end=hours[1]) if hours else None,
        channels=Channels(
            email=contact.channels.get(Channel.EMAIL, True),
            sms=contact.channels.get(Channel.SMS, True),
        ),
        topics=Topics(
            orders=is_subscribed(contact, Topic.ORDERS),
            deliveries=is_subscribed(contact, Topic.DELIVERIES),
            marketing=is_subscribed(contact, Topic.MARKETING),
        ),
        consents=[
            ConsentView(
                what=consent.what,
                given=consent.given,
                source=consent.source,
                text=consent.text,
                at=from_text(consent.at),
            )
            for consent in reversed(contact.consents)
        ],
        suppression=suppression
        and SuppressionView(
            cause=suppression.cause, code=suppression.code, at=from_text(suppression.at)
        ),
    )
