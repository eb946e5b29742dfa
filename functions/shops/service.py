"""Use cases of tenants: shops, their API keys, their platforms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from shops import access
from shops.models import ApiKey, NewApiKey, Platform, Stamp
from shops.platforms import ADAPTERS, NOT_YET
from shops.shop import AmendShop, NewShop, Shop, amended
from waybill.auth import Caller, format_key, hash_secret
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import ContentionError, Item
from waybill.ids import derived_id, random_id, random_secret
from waybill.observability import correlation_id
from waybill.preconditions import Precondition
from waybill.problems import NotFound, Unavailable, Unprocessable

_KEY_ATTEMPTS: Final = 5
_AMEND_ATTEMPTS: Final = 5


class ShopStore(Protocol):
    """What these use cases need of storage; see :class:`shops.repository.ShopsRepository`."""

    def add_shop(self, shop: Shop, stamp: Stamp, request_hash: str) -> tuple[Shop, str]:
        """Put a shop that is not there yet; return what is there, and its request's hash."""

    def shop(self, shop_id: str) -> Shop | None:
        """Read a shop."""

    def amend_shop(self, shop: Shop, stamp: Stamp) -> bool:
        """Write what can be amended over the version before; False where that is gone."""

    def shops(self, limit: int, start: Item | None) -> tuple[list[Shop], Item | None]:
        """Read a page of all shops, newest first."""

    def add_api_key(self, key: ApiKey, stamp: Stamp) -> bool:
        """Put a key; False where its id is taken."""

    def api_keys(
        self, shop_id: str, limit: int, start: Item | None
    ) -> tuple[list[ApiKey], Item | None]:
        """Read a page of a shop's keys, newest first."""

    def revoke_api_key(self, shop_id: str, key_id: str, stamp: Stamp) -> bool:
        """Mark a key as revoked, once; False where there is no such key."""

    def set_platform(
        self, shop_id: str, name: str, secrets: Sequence[str] | None, stamp: Stamp
    ) -> Platform:
        """Set a platform's secrets, or leave those it has where ``secrets`` is None."""


@dataclass(frozen=True)
class ShopsService:
    """Tenants."""

    store: ShopStore
    clock: Clock = system_clock

    def create_shop(self, caller: Caller, new: NewShop, idempotency_key: str | None) -> Shop:
        """Create a shop; a retry under the same key answers with the shop as it was created.

        Raises :class:`Unprocessable` where the key came with another body before.
        """
        stamp = self._stamp(caller)
        shop_id = (
            derived_id("shop", "idempotency-key", idempotency_key)
            if idempotency_key
            else random_id("shop")
        )
        shop = Shop(shop_id, new, created_at=stamp.at, updated_at=stamp.at, version=1)
        stored, stored_hash = self.store.add_shop(shop, stamp, new.hash)
        if stored_hash != new.hash:
            raise Unprocessable("this Idempotency-Key came with another body before")
        created_at = stored.created_at
        return Shop(shop_id, new, created_at=created_at, updated_at=created_at, version=1)

    def shop(self, caller: Caller, shop_id: str) -> Shop:
        """Read a shop; raises :class:`NotFound`, also for another shop's key."""
        access.require_shop(caller, shop_id)
        shop = self.store.shop(shop_id)
        if shop is None:
            raise NotFound("no such shop")
        return shop

    def amend_shop(
        self, caller: Caller, shop_id: str, wish: AmendShop, expected: Precondition
    ) -> Shop:
        """Change the settings that a wish names; the same again writes nothing.

        Raises :class:`NotFound`, also for another shop's key; :class:`PreconditionFailed`; and
        :class:`ContentionError` where others were faster every time.
        """
        for _ in range(_AMEND_ATTEMPTS):
            shop = self.shop(caller, shop_id)
            expected.check(shop.version)
            settings = amended(shop.settings, wish)
            if settings == shop.settings:
                return shop
            stamp = self._stamp(caller)
            after = replace(shop, settings=settings, updated_at=stamp.at, version=shop.version + 1)
            if self.store.amend_shop(after, stamp):
                return after
        raise ContentionError

    def shops(self, limit: int, start: Item | None) -> tuple[list[Shop], Item | None]:
        """List all shops, newest first."""
        return self.store.shops(limit, start)

    def create_api_key(self, caller: Caller, shop_id: str, new: NewApiKey) -> tuple[ApiKey, str]:
        """Create a key and return it with its text, which is known here and now only.

        Raises :class:`NotFound`, and :class:`Forbidden` for scopes the caller lacks.
        """
        self.shop(caller, shop_id)
        access.require_grantable(caller, new.scopes)
        secret = random_secret()
        now = self.clock()
        for attempt in range(_KEY_ATTEMPTS):
            key = ApiKey(
                id=access.key_id(shop_id, now + timedelta(milliseconds=attempt)),
                shop_id=shop_id,
                name=new.name,
                scopes=tuple(sorted(set(new.scopes))),
                hash=hash_secret(secret),
                created_at=to_text(now),
            )
            if self.store.add_api_key(key, self._stamp(caller)):
                return key, format_key(key.id, secret)
        raise Unavailable("too many keys at once")

    def api_keys(
        self, caller: Caller, shop_id: str, limit: int, start: Item | None
    ) -> tuple[list[ApiKey], Item | None]:
        """List a shop's keys, newest first, revoked ones too."""
        self.shop(caller, shop_id)
        return self.store.api_keys(shop_id, limit, start)

    def revoke_api_key(self, caller: Caller, shop_id: str, key_id: str) -> None:
        """Revoke a key: within 60 s it opens nothing. Again is the same as once."""
        access.require_shop(caller, shop_id)
        if not access.is_key_of(key_id, shop_id) or not self.store.revoke_api_key(
            shop_id, key_id, self._stamp(caller)
        ):
            raise NotFound("no such API key")

    def set_platform(
        self, caller: Caller, shop_id: str, name: str, secrets: Sequence[str] | None
    ) -> Platform:
        """Set the secrets that a platform signs its webhooks with.

        Raises :class:`NotFound` for a platform nobody knows, :class:`Unprocessable` for one that
        is known and not supported yet.
        """
        self.shop(caller, shop_id)
        if name in NOT_YET:
            raise Unprocessable(f"{name} is not supported yet")
        if name not in ADAPTERS:
            raise NotFound("no such platform")
        distinct = None if secrets is None else list(dict.fromkeys(secrets))
        return self.store.set_platform(shop_id, name, distinct, self._stamp(caller))

    def _stamp(self, caller: Caller) -> Stamp:
        return Stamp(to_text(self.clock()), caller.actor, correlation_id())
