"""Events: facts in the past tense on one EventBridge bus, and their catalogue.

An event's id is (table, key, version): the same change always makes the same event. Events state
facts absolutely, never increments, and carry ids, quantities, statuses and money, no personal
data. The bus is unordered and delivers at least once: consumers keep the newest version per source.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

SOURCE_PREFIX: Final = "waybill."
DEPLOYMENT: Final = "operator"
"""In place of a shop's id, where a fact is the whole deployment's: the operator hears of it."""


class EventName(StrEnum):
    """Every event there is, by the room whose table it comes from (docs/events.md)."""

    # orders
    ORDER_PLACED = "OrderPlaced"
    ORDER_HELD = "OrderHeld"
    ORDER_HOLD_RELEASED = "OrderHoldReleased"
    ORDER_AMENDED = "OrderAmended"
    ORDER_CONFIRMED = "OrderConfirmed"
    ORDER_CANCELLED = "OrderCancelled"
    ORDER_EXPIRED = "OrderExpired"
    ORDER_FULFILLED = "OrderFulfilled"
    ORDER_COMPLETED = "OrderCompleted"
    ORDER_EDITED = "OrderEdited"
    ORDER_EDIT_DECLINED = "OrderEditDeclined"
    ORDER_PAYMENT_RECORDED = "OrderPaymentRecorded"
    RETURN_REQUESTED = "ReturnRequested"
    RETURN_APPROVED = "ReturnApproved"
    RETURN_DECLINED = "ReturnDeclined"
    RETURN_RECEIVED = "ReturnReceived"
    RETURN_REFUNDED = "ReturnRefunded"
    RETURN_CANCELLED = "ReturnCancelled"
    # inventory
    STOCK_INCREASED = "StockIncreased"
    LOW_STOCK = "LowStock"
    OUT_OF_STOCK = "OutOfStock"
    STOCK_DRIFT_FOUND = "StockDriftFound"
    STOCK_OVERSOLD = "StockOversold"
    # tracking
    SHIPMENT_CREATED = "ShipmentCreated"
    SHIPMENT_STATUS_CHANGED = "ShipmentStatusChanged"
    SHIPMENT_ESTIMATE_CHANGED = "ShipmentEstimateChanged"
    CARRIER_FAILED = "CarrierFailed"
    CARRIER_RECOVERED = "CarrierRecovered"
    SHIPMENT_CORRECTED = "ShipmentCorrected"
    # shops
    SHOP_CREATED = "ShopCreated"
    PLATFORM_ORDER_OBSERVED = "PlatformOrderObserved"


@dataclass(frozen=True)
class Event:
    """One fact, as it travels in an EventBridge entry's detail."""

    name: EventName
    room: str
    shop_id: str
    """The shop's id, or :data:`DEPLOYMENT`."""
    key: str
    """The aggregate's id: order, shipment, SKU, carrier."""
    version: int
    """The aggregate's version this fact was true at; consumers keep the newest per key."""
    occurred_at: str
    correlation_id: str
    actor: str
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The same for every delivery of the same fact, and no other shop's."""
        return f"{self.room}/{self.shop_id}/{self.key}/{self.version}/{self.name}"

    def detail(self) -> str:
        """The JSON of the EventBridge entry."""
        return json.dumps(
            {
                "id": self.id,
                "shop_id": self.shop_id,
                "key": self.key,
                "version": self.version,
                "occurred_at": self.occurred_at,
                "correlation_id": self.correlation_id,
                "actor": self.actor,
                "data": dict(self.data),
            },
            separators=(",", ":"),
        )

    @classmethod
    def of_image(
        cls,
        image: Mapping[str, Any],
        name: EventName,
        *,
        room: str,
        key: str,
        data: Mapping[str, Any],
        shop_id: str = "",
    ) -> "Event":
        """Return what the image of a stored item tells: at its version, by who wrote it.

        ``shop_id`` is the image's own unless the fact is another's, such as :data:`DEPLOYMENT`'s.
        """
        return cls(
            name=name,
            room=room,
            shop_id=shop_id or image["shop_id"],
            key=key,
            version=image["version"],
            occurred_at=image["updated_at"],
            correlation_id=image["correlation_id"],
            actor=image["actor"],
            data=data,
        )

    @classmethod
    def from_eventbridge(cls, event: Mapping[str, Any]) -> "Event":
        """Read what EventBridge hands to a function; raises KeyError or ValueError if foreign."""
        detail = event["detail"]
        return cls(
            name=EventName(event["detail-type"]),
            room=str(event["source"]).removeprefix(SOURCE_PREFIX),
            shop_id=detail["shop_id"],
            key=detail["key"],
            version=int(detail["version"]),
            occurred_at=detail["occurred_at"],
            correlation_id=detail["correlation_id"],
            actor=detail["actor"],
            data=detail["data"],
        )
