"""The use case of a platform's webhook: verify the bytes, store first, answer fast.

A webhook that is signed is never lost: it is stored as an observation, or it says nothing new, or
its bytes are set aside for a person. Where storing fails the caller gets a 5xx and sends again.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from shops import access
from shops.models import Platform, Stamp
from shops.platforms import ADAPTERS
from shops.platforms.adapter import Adapter, Delivery, Kind, PlatformPayloadError
from shops.repository import Observation, SetAside
from waybill.clock import Clock, system_clock, to_text
from waybill.observability import correlation_id, count, logger
from waybill.packing import pack
from waybill.problems import NotFound, Unauthenticated

# An item holds 400 KB, its other attributes included.
MAX_PART: Final = 350_000
KEPT_ASIDE: Final = timedelta(days=90)


class Outcome(StrEnum):
    """What became of a signed webhook; each is a metric."""

    OBSERVED = "PlatformOrdersObserved"
    KNOWN = "PlatformOrdersKnown"
    IGNORED = "WebhookTopicsIgnored"
    COMPLIANCE = "ComplianceRequests"
    SET_ASIDE = "WebhooksSetAside"


class WebhookStore(Protocol):
    """What webhooks need of storage; see :class:`shops.repository.ShopsRepository`."""

    def platform(self, shop_id: str, name: str) -> Platform | None:
        """Read a shop's platform."""

    def observe(self, observation: Observation, stamp: Stamp) -> bool:
        """Keep an observation that is newer than the stored one; False where it is not."""

    def set_aside(self, delivery: SetAside, stamp: Stamp) -> None:
        """Keep a delivery's raw bytes for a person to look at."""


@dataclass(frozen=True)
class WebhookService:
    """Webhooks in."""

    store: WebhookStore
    adapters: Mapping[str, Adapter] = field(default_factory=lambda: ADAPTERS)
    clock: Clock = system_clock

    def receive(
        self, platform: str, shop_id: str, headers: Mapping[str, str], body: bytes
    ) -> Outcome:
        """Take a webhook in; ``headers`` have lower-case names.

        Raises :class:`NotFound` for a platform without adapter and :class:`Unauthenticated` for
        everything that no configured secret signed, an unknown shop included.
        """
        adapter = self.adapters.get(platform)
        if adapter is None:
            raise NotFound("no such path")
        delivery = adapter.read(headers)
        known = self.store.platform(shop_id, platform) if access.is_shop_id(shop_id) else None
        if not adapter.verify(known.secrets if known else (), body, delivery.signature):
            count("WebhookSignaturesRefused")
            raise Unauthenticated("the signature does not match")
        outcome = self._apply(adapter, shop_id, delivery, body)
        count(outcome)
        logger.info(
            "webhook taken in",
            shop_id=shop_id,
            platform=platform,
            topic=delivery.topic[:100],
            outcome=outcome.name,
        )
        return outcome

    def _apply(self, adapter: Adapter, shop_id: str, delivery: Delivery, body: bytes) -> Outcome:
        if delivery.kind is Kind.IGNORED:
            return Outcome.IGNORED
        if delivery.kind is Kind.COMPLIANCE:
            self._set_aside(adapter, shop_id, delivery, body, "compliance request")
            return Outcome.COMPLIANCE
        try:
            order = adapter.parse(body)
        except PlatformPayloadError as error:
            self._set_aside(adapter, shop_id, delivery, body, error.reason)
            return Outcome.SET_ASIDE
        document = order.document()
        packed = pack(document)
        if len(packed) > MAX_PART:
            self._set_aside(adapter, shop_id, delivery, body, "the order is too large to store")
            return Outcome.SET_ASIDE
        observation = Observation(
            shop_id=shop_id,
            platform=adapter.name,
            external_id=order.external_id,
            observed_at=order.observed_at,
            triggered_at=delivery.triggered_at,
            topic=delivery.topic,
            order=packed,
            digest=hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest(),
        )
        fresh = self.store.observe(observation, self._stamp(adapter))
        return Outcome.OBSERVED if fresh else Outcome.KNOWN

    def _set_aside(
        self, adapter: Adapter, shop_id: str, delivery: Delivery, body: bytes, reason: str
    ) -> None:
        compressed = zlib.compress(body)
        self.store.set_aside(
            SetAside(
                shop_id=shop_id,
                platform=adapter.name,
                topic=delivery.topic,
                reason=reason,
                digest=hashlib.sha256(delivery.topic.encode() + b"\n" + body).hexdigest()[:32],
                parts=[
                    compressed[start : start + MAX_PART]
                    for start in range(0, len(compressed), MAX_PART)
                ],
                expires_at=int((self.clock() + KEPT_ASIDE).timestamp()),
            ),
            self._stamp(adapter),
        )
        count("ParkedRecords")

    def _stamp(self, adapter: Adapter) -> Stamp:
        return Stamp(to_text(self.clock()), f"platform:{adapter.name}", correlation_id())
