"""API keys and platforms: the API's shapes, the room's own, and how they are stored."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints

from waybill import keys
from waybill.auth import SCOPES
from waybill.dynamo import Item
from waybill.http import Model
from waybill.text import one_line

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(one_line),
]
Secret = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,255}$")]


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        raise ValueError("not a scope: * or <room>:read or <room>:write")
    return scope


Scope = Annotated[str, AfterValidator(_known_scope), Field(examples=["orders:write"])]


# --- The API's shapes ----------------------------------------------------------------------------


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
