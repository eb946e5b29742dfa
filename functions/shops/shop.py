"""A shop: what the API takes and shows of it, what amending changes, and how it is stored."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, model_validator

from shops.models import Name, Stamp
from waybill import keys
from waybill.dynamo import Item
from waybill.http import Model
from waybill.locales import Locale
from waybill.mailboxes import Mailbox
from waybill.money import Currency

MAX_BUDGET: Final = 1_000_000_000
"""Messages a day; more than any shop sends."""

_MAX_MINUTES: Final = 525_600  # a year


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Berlin")
    return name


Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["DE"])]
"""ISO 3166-1 alpha-2, by shape."""
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])]
TimeZone = Annotated[str, AfterValidator(_known_time_zone), Field(examples=["Europe/Berlin"])]
Minutes = Annotated[int, Field(ge=1, le=_MAX_MINUTES)]
Budget = Annotated[int, Field(strict=True, ge=0, le=MAX_BUDGET)]


class PaymentRule(StrEnum):
    """What must have happened to an order's money before it is confirmed."""

    NONE = "none"
    AUTHORIZED = "authorized"
    PAID = "paid"


class ShortageRule(StrEnum):
    """What becomes of an order whose stock is short."""

    HOLD = "hold"
    CANCEL = "cancel"


# --- The API's shapes ----------------------------------------------------------------------------


class QuietHours(Model):
    """The hours in which no SMS is sent, in the shop's time zone; may span midnight."""

    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _two_times(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same")
        return self


class MessageBudgets(Model):
    """How many messages a shop sends a day at most, by channel; null: the deployment's default."""

    email: Budget | None = None
    sms: Budget | None = None


def _unless_empty(budgets: MessageBudgets | None) -> MessageBudgets | None:
    return budgets if budgets != MessageBudgets() else None


Budgets = Annotated[MessageBudgets | None, AfterValidator(_unless_empty)]
"""Where no channel has a budget of its own, there are none."""


class ShopSettings(Model):
    """What a shop is and how it wants its orders handled."""

    name: Name
    currency: Currency
    country: Country | None = None
    time_zone: str = "UTC"
    payment_rule: PaymentRule = PaymentRule.NONE
    payment_minutes: Minutes | None = None
    """Minutes until an unpaid order expires; null: it never does."""
    on_shortage: ShortageRule = ShortageRule.HOLD
    quiet_hours: QuietHours | None = None
    alert_email: str | None = Field(default=None, repr=False)
    """Where the shop is told what needs it; null: nowhere. Personal data."""
    locale: str | None = None
    """The language of mails to the shop; null: the deployment's default."""
    message_budgets: Budgets = None


class NewShop(ShopSettings):
    """Body of POST /v1/shops.

    Unpaid orders expire after `payment_minutes`; null: never. What needs the shop is mailed to
    `alert_email` in the language `locale`; null: to nobody, and in the deployment's language.
    """

    time_zone: TimeZone = "UTC"
    alert_email: Mailbox | None = Field(default=None, repr=False)
    locale: Locale | None = None

    @property
    def hash(self) -> str:
        """Tell a retry from another request, also one that was made before the newer settings."""
        absent = {name for name in _NEWER if getattr(self, name) is None}
        return hashlib.sha256(self.model_dump_json(exclude=absent).encode()).hexdigest()


_NEWER: Final = ("alert_email", "locale", "message_budgets")
"""Settings that shops were made without, whose requests are known by their hashes."""


class AmendShop(Model):
    """Body of PATCH /v1/shops/{shop_id}: a merge patch (RFC 7396). What is not named stays.

    null takes away what may be null. Budgets are merged channel by channel. A change of
    `payment_rule`, `payment_minutes` or `on_shortage` acts within a minute, on orders that are
    placed from then on: an order, or a draft, keeps the rules it was made under, so those that
    wait for payment or stock wait on under theirs. The rest acts on what is sent from then on.
    Currency and country cannot be changed.
    """

    # What cannot be null has a default that is never looked at: only what is named counts.
    name: Name = Field(default_factory=str)
    time_zone: TimeZone = Field(default_factory=str)
    payment_rule: PaymentRule = Field(default_factory=lambda: PaymentRule.NONE)
    payment_minutes: Minutes | None = None
    on_shortage: ShortageRule = Field(default_factory=lambda: ShortageRule.HOLD)
    quiet_hours: QuietHours | None = None
    alert_email: Mailbox | None = Field(default=None, repr=False)
    locale: Locale | None = None
    message_budgets: MessageBudgets | None = None


class ShopView(ShopSettings):
    """A shop."""

    id: str
    created_at: str
    updated_at: str


class ShopList(Model):
    """A page of the list."""

    items: list[ShopView]
    next_cursor: str | None


# --- The room's own -----------------------------------------------------------------------------


def amended(settings: ShopSettings, wish: AmendShop) -> ShopSettings:
    """Return settings with what a wish names; equal to those before where that is as it was."""
    named = {name: getattr(wish, name) for name in wish.model_fields_set}
    if wish.message_budgets:
        before, told = settings.message_budgets or MessageBudgets(), wish.message_budgets
        changes = {channel: getattr(told, channel) for channel in told.model_fields_set}
        named["message_budgets"] = _unless_empty(before.model_copy(update=changes))
    return settings.model_copy(update=named)


@dataclass(frozen=True)
class Shop:
    """A tenant."""

    id: str
    settings: ShopSettings
    created_at: str
    updated_at: str
    version: int

    def item(self, stamp: Stamp, request_hash: str) -> Item:
        """Give the stored form; ``request_hash`` tells a retry from another request."""
        return (
            keys.shop(self.id)
            | keys.shop_listing(self.created_at, self.id)
            | self.settings.model_dump(mode="json")
            | {
                "shop_id": self.id,
                "created_at": self.created_at,
                "version": self.version,
                "request_hash": request_hash,
            }
            | stamp.item()
        )

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """Read the stored form."""
        settings = {name: item[name] for name in ShopSettings.model_fields if name in item}
        return cls(
            id=item["shop_id"],
            settings=ShopSettings.model_validate(settings),
            created_at=item["created_at"],
            updated_at=item["updated_at"],
            version=item["version"],
        )

    def view(self) -> ShopView:
        """Give the API's form."""
        return ShopView(
            id=self.id,
            created_at=self.created_at,
            updated_at=self.updated_at,
            **dict(self.settings),
        )
