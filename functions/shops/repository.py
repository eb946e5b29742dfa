"""The shops room's DynamoDB: shops, API keys, platforms and the orders observed on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shops.models import ApiKey, Platform, Stamp
from shops.shop import Shop
from waybill import keys
from waybill.dynamo import ConditionFailedError, Item, Table


@dataclass(frozen=True)
class ShopsRepository:
    """ShopsTable."""

    table: Table

    # --- shops ----------------------------------------------------------------------------------

    def add_shop(self, shop: Shop, stamp: Stamp, request_hash: str) -> tuple[Shop, str]:
        """Put a shop that is not there yet; return what is there, and its request's hash."""
        try:
            self.table.put(shop.item(stamp, request_hash), condition="attribute_not_exists(pk)")
        except ConditionFailedError as refused:
            if refused.current is None:
                raise
            return Shop.from_item(refused.current), refused.current["request_hash"]
        return shop, request_hash

    def shop(self, shop_id: str) -> Shop | None:
        """Read a shop."""
        item = self.table.get(keys.shop(shop_id))
        return Shop.from_item(item) if item else None

    def amend_shop(self, shop: Shop, stamp: Stamp) -> bool:
        """Write what can be amended over the version before; False where that is gone."""
        stored = shop.settings.model_dump(mode="json")
        try:
            self.table.update(
                keys.shop(shop.id),
                "SET #name = :name, time_zone = :zone, payment_rule = :payment,"
                " payment_minutes = :minutes, on_shortage = :shortage, quiet_hours = :quiet,"
                " alert_email = :alert, locale = :locale, message_budgets = :budgets,"
                " version = :version, updated_at = :at, actor = :actor,"
                " correlation_id = :correlation",
                names={"#name": "name"},
                values={
                    ":name": stored["name"],
                    ":zone": stored["time_zone"],
                    ":payment": stored["payment_rule"],
                    ":minutes": stored["payment_minutes"],
                    ":shortage": stored["on_shortage"],
                    ":quiet": stored["quiet_hours"],
                    ":alert": stored["alert_email"],
                    ":locale": stored["locale"],
                    ":budgets": stored["message_budgets"],
                    ":version": shop.version,
                    ":seen": shop.version - 1,
                    ":at": stamp.at,
                    ":actor": stamp.actor,
                    ":correlation": stamp.correlation_id,
                },
                condition="version = :seen",
            )
        except ConditionFailedError as refused:
            # A write whose answer was lost is sent again by the SDK, and finds itself.
            current = refused.current or {}
            mark = {"version": shop.version} | stamp.item()
            return {name: current.get(name) for name in mark} == mark
        return True

    def shops(self, limit: int, start: Item | None) -> tuple[list[Shop], Item | None]:
        """Read a page of all shops, newest first, and the key to go on from."""
        items, last = self.table.query(
            "list_pk = :kind",
            {":kind": "shop"},
            index="by_kind",
            newest_first=True,
            limit=limit,
            start=start,
        )
        return [Shop.from_item(item) for item in items], last

    # --- API keys -------------------------------------------------------------------------------

    def add_api_key(self, key: ApiKey, stamp: Stamp) -> bool:
        """Put a key; False where its id is taken."""
        try:
            self.table.put(key.item(stamp), condition="attribute_not_exists(pk)")
        except ConditionFailedError:
            return False
        return True

    def api_keys(
        self, shop_id: str, limit: int, start: Item | None
    ) -> tuple[list[ApiKey], Item | None]:
        """Read a page of a shop's keys, newest first, and the key to go on from."""
        items, last = self.table.query(
            "pk = :shop AND begins_with(sk, :prefix)",
            {":shop": keys.shop_and_below(shop_id), ":prefix": "key#"},
            newest_first=True,
            limit=limit,
            start=start,
        )
        return [ApiKey.from_item(item) for item in items], last

    def revoke_api_key(self, shop_id: str, key_id: str, stamp: Stamp) -> bool:
        """Mark a key as revoked, once; False where there is no such key."""
        try:
            self.table.update(
                keys.api_key(shop_id, key_id),
                "SET revoked_at = :at, updated_at = :at, actor = :actor,"
                " correlation_id = :correlation ADD version :one",
                values={
                    ":at": stamp.at,
                    ":actor": stamp.actor,
                    ":correlation": stamp.correlation_id,
                    ":one": 1,
                },
                condition="attribute_exists(pk) AND attribute_not_exists(revoked_at)",
            )
        except ConditionFailedError as refused:
            return refused.current is not None
        return True

    # --- platforms ------------------------------------------------------------------------------

    def platform(self, shop_id: str, name: str) -> Platform | None:
        """Read a shop's platform."""
        item = self.table.get(keys.platform(shop_id, name))
        return Platform.from_item(item) if item else None

    def set_platform(
        self, shop_id: str, name: str, secrets: Sequence[str] | None, stamp: Stamp
    ) -> Platform:
        """Set a platform's secrets, or leave those it has where ``secrets`` is None."""
        kept = "secrets = if_not_exists(secrets, :secrets)"
        item = self.table.update(
            keys.platform(shop_id, name),
            "SET shop_id = :shop, platform = :platform, updated_at = :at, actor = :actor,"
            " correlation_id = :correlation, "
            + (kept if secrets is None else "secrets = :secrets")
            + " ADD version :one",
            values={
                ":shop": shop_id,
                ":platform": name,
                ":secrets": list(secrets or ()),
                ":at": stamp.at,
                ":actor": stamp.actor,
                ":correlation": stamp.correlation_id,
                ":one": 1,
            },
        )
        return Platform.from_item(item)

    # --- observations of platforms' orders ------------------------------------------------------

    def observe(self, observation: "Observation", stamp: Stamp) -> bool:
        """Keep an observation that is newer than the stored one; False where it is not.

        Platforms tell time in seconds. Of two payloads of the same second, the one triggered
        later wins if it says something else.
        """
        try:
            self.table.update(
                keys.platform_order(
                    observation.shop_id, observation.platform, observation.external_id
                ),
                "SET shop_id = :shop, platform = :platform, external_id = :external,"
                " observed_at = :observed, triggered_at = :triggered, topic = :topic,"
                " digest = :digest, #order = :order, updated_at = :at, actor = :actor,"
                " correlation_id = :correlation ADD version :one",
                names={"#order": "order"},
                values={
                    ":shop": observation.shop_id,
                    ":platform": observation.platform,
                    ":external": observation.external_id,
                    ":observed": observation.observed_at,
                    ":triggered": observation.triggered_at,
                    ":topic": observation.topic,
                    ":digest": observation.digest,
                    ":order": observation.order,
                    ":at": stamp.at,
                    ":actor": stamp.actor,
                    ":correlation": stamp.correlation_id,
                    ":one": 1,
                },
                condition="attribute_not_exists(pk) OR observed_at < :observed"
                " OR (observed_at = :observed AND triggered_at < :triggered"
                " AND digest <> :digest)",
            )
        except ConditionFailedError:
            return False
        return True

    def set_aside(self, delivery: "SetAside", stamp: Stamp) -> None:
        """Keep a delivery's raw bytes for a person to look at; the same bytes only once.

        As many items as the bytes need, each under DynamoDB's limit of 400 KB.
        """
        for part, data in enumerate(delivery.parts):
            self.table.put(
                keys.parked(
                    f"webhooks#{delivery.platform}",
                    f"{delivery.shop_id}#{delivery.digest}#{part:02}",
                )
                | {
                    "shop_id": delivery.shop_id,
                    "topic": delivery.topic,
                    "reason": delivery.reason,
                    "part": part,
                    "parts": len(delivery.parts),
                    "body": data,
                    "version": 1,
                    "parked_at": stamp.at,
                    "expires_at": delivery.expires_at,
                }
                | stamp.item()
            )


@dataclass(frozen=True)
class Observation:
    """A platform's order as one delivery showed it."""

    shop_id: str
    platform: str
    external_id: str
    observed_at: str
    triggered_at: str
    topic: str
    order: bytes
    """The platform-neutral order, packed (:mod:`waybill.packing`)."""
    digest: str
    """Of the platform-neutral order: tells news from repetition."""


@dataclass(frozen=True)
class SetAside:
    """A delivery that is signed but was not applied."""

    shop_id: str
    platform: str
    topic: str
    reason: str
    digest: str
    parts: Sequence[bytes]
    """The raw body, compressed (zlib), in order."""
    expires_at: int
    """Epoch seconds after which the bytes, which may be personal data, are deleted."""
