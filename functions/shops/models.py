"""Shops, API keys and platforms: the API's shapes, the room's own, and how they are stored."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from waybill import keys
from waybill.auth import SCOPES
from waybill.dynamo import Item
from waybill.http import Model
from waybill.money import Currency
from waybill.text import one_line

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(one_line),
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["DE"])]
"""ISO 3166-1 alpha-2, by shape."""
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])]
Secret = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,255}$")]


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Berlin")
    return name


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        raise ValueError("not a scope: * or <room>:read or <room>:write")
    return scope


TimeZone = Annotated[str, AfterValidator(_known_time_zone), Field(examples=["Europe/Berlin"])]
Scope = Annotated[str, AfterValidator(_known_scope), Field(examples=["orders:write"])]


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


class ShopSettings(Model):
    """What a shop is and how it wants its orders handled."""

    name: Name
    currency: Currency
    country: Country | None = None
    time_zone: str = "UTC"
    payment_rule: PaymentRule = PaymentRule.NONE
    payment_minutes: int | None = Field(default=None, ge=1, le=525_600)
    """Minutes until an unpaid order expires; null: it never does."""
    on_shortage: ShortageRule = ShortageRule.HOLD
    quiet_hours: QuietHours | None = None


class NewShop(ShopSettings):
    """Body of POST /v1/shops."""

    time_zone: TimeZone = "UTC"


class ShopView(ShopSettings):
    """A shop."""

    id: str
    created_at: str
    updated_at: str


class ShopList(Model):
    """A page of the list."""

    items: list[ShopView]
    next_cursor: str | None


class NewApiKey(Model):
    """Body of POST /v1/shops/{shop_id}/api-keys."""

    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=len(SCOPES))


class ApiKeyCreated(Model):
    """An API key, with its secret: shown this once."""

    id: str
    key: str
    name: str
    scopes: list[str]
    created_at: str


class ApiKeyView(Model):
    """An API key as it is listed."""

    id: str
    name: str
    scopes: list[str]
    created_at: str
    revoked_at: str | None


class ApiKeyList(Model):
    """A page of the list."""

    items: list[ApiKeyView]
    next_cursor: str | None


class PlatformSettings(Model):
    """Body of PUT /v1/shops/{shop_id}/platforms/{platform}."""

    secrets: list[Secret] | None = Field(default=None, max_length=2)
    """All of the platform's webhook secrets from now on: two while one replaces the other, none to
    refuse every webhook. Left out: as they are."""


class PlatformView(Model):
    """A shop's platform, without its secrets."""

    platform: str
    secret_count: int
    webhook_path: str
    updated_at: str


class Health(Model):
    """That the API answers, and in which version."""

    status: str
    version: str


# --- The room's own -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """Who writes, when, and on which request: on every item of this room."""

    at: str
    actor: str
    correlation_id: str

    def item(self) -> Item:
        """Give the attributes of an item that is written under this stamp."""
        return {"updated_at": self.at, "actor": self.actor, "correlation_id": self.correlation_id}


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


@dataclass(frozen=True)
class ApiKey:
    """A key of a shop; of its secret only the hash is known."""

    id: str
    shop_id: str
    name: str
    scopes: tuple[str, ...]
    hash: str
    created_at: str
    revoked_at: str | None = None

    def item(self, stamp: Stamp) -> Item:
        """Give the stored form of a new key; ``waybill.auth`` reads hash, scopes, revoked_at."""
        attributes = asdict(self)
        del attributes["id"], attributes["revoked_at"]
        return (
            keys.api_key(self.shop_id, self.id)
            | attributes
            | {"key_id": self.id, "version": 1}
            | stamp.item()
        )

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """Read the stored form."""
        return cls(
            id=item["key_id"],
            shop_id=item["shop_id"],
            name=item["name"],
            scopes=tuple(item["scopes"]),
            hash=item["hash"],
            created_at=item["created_at"],
            revoked_at=item.get("revoked_at"),
        )

    def view(self) -> ApiKeyView:
        """Give the API's form."""
        return ApiKeyView(
            id=self.id,
            name=self.name,
            scopes=list(self.scopes),
            created_at=self.created_at,
            revoked_at=self.revoked_at,
        )


@dataclass(frozen=True)
class Platform:
    """A platform of a shop, and the secrets its webhooks are signed with."""

    shop_id: str
    name: str
    secrets: tuple[str, ...] = field(repr=False)
    updated_at: str

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """Read the stored form."""
        return cls(item["shop_id"], item["platform"], tuple(item["secrets"]), item["updated_at"])

    def view(self) -> PlatformView:
        """Give the API's form."""
        return PlatformView(
            platform=self.name,
            secret_count=len(self.secrets),
            webhook_path=f"/webhooks/{self.name}/{self.shop_id}",
            updated_at=self.updated_at,
        )
