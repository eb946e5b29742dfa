"""The domain: a shipment, its parcels, what it contains, and when its carriers are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from tracking.states import Action, Fault, Scan, Status
from waybill.clock import to_text
from waybill.ids import derived_id
from waybill.keys import SHIPMENT_ORDER_PART


class AlreadyThereError(Exception):
    """A shipment of this id exists."""


class StaleError(Exception):
    """Somebody else changed the shipment meanwhile: read it again."""


class Pace(StrEnum):
    """How often a carrier is asked about a parcel; projected into the index of active shipments."""

    NEW = "new"
    NEAR = "near"
    MOVING = "moving"
    LOST = "lost"
    ENDED = "ended"


class Silence(StrEnum):
    """What hearing nothing of a parcel has come to."""

    NONE = ""
    NOT_FOUND = "not_found"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Due:
    """How often one carrier is asked about a shipment, and since when that is so."""

    pace: Pace
    since: int
    """Seconds since 1970: the scan that began it; for new and lost ones, when we knew."""


@dataclass(frozen=True)
class Line:
    """How much of an order's line is in a shipment."""

    line_id: str
    quantity: int


@dataclass(frozen=True)
class Parcel:
    """One parcel: its number, its carrier, and what is known of it."""

    tracking_number: str
    carrier: str
    scans: tuple[Scan, ...] = ()
    """Oldest first."""
    silence: Silence = Silence.NONE


@dataclass(frozen=True)
class State:
    """Where a parcel or a shipment stands; derived from scans, never set."""

    status: Status
    sub_status: str = ""
    fault: Fault = Fault.UNKNOWN
    action_required: Action = Action.NONE


@dataclass(frozen=True)
class Shipment:
    """A fact about the world: these parcels carry these lines of that order."""

    shop_id: str
    id: str
    order_id: str
    lines: tuple[Line, ...]
    parcels: tuple[Parcel, ...]
    token: str
    """The public page's, 130 random bits."""
    request_hash: str
    created_at: datetime
    updated_at: datetime
    version: int = 1
    state: State = State(Status.PENDING)
    due: Mapping[str, Due] = field(default_factory=dict)
    """Carriers that are still asked."""

    def as_created(self) -> "Shipment":
        """The shipment as its creation answered, for a replay of the request."""
        parcels = tuple(replace(p, scans=(), silence=Silence.NONE) for p in self.parcels)
        return replace(
            self,
            parcels=parcels,
            version=1,
            state=State(Status.PENDING),
            updated_at=self.created_at,
        )


def shipment_id(shop_id: str, order_id: str, *identity: str) -> str:
    """The id of a shipment: half says which order, so that an order's shipments lie together."""
    head = derived_id("shp", shop_id, order_id)[:SHIPMENT_ORDER_PART]
    tail = derived_id("shp", shop_id, order_id, *identity)[SHIPMENT_ORDER_PART:]
    return head + tail


def order_part(shop_id: str, order_id: str) -> str:
    """A shipment id of this order, good for its partition only."""
    return shipment_id(shop_id, order_id)


def position(shipment: Shipment) -> dict[str, str]:
    """Where a shipment stands in the list of its order's, the newest with the greatest."""
    return {"created_at": to_text(shipment.created_at), "id": shipment.id}
