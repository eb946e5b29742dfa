"""The domain: a shipment, its parcels, what it contains, and when its carriers are asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from tracking.parcels.states import Action, Estimate, Fault, Pace, Scan, Status
from waybill.clock import to_text
from waybill.ids import derived_id, sortable_code
from waybill.keys import SHIPMENT_KEY_PART, SHIPMENT_ORDER_PART

MAX_SHIPMENTS: Final = 32**2
"""Of one order: as many as two characters of the id count."""


class AlreadyThereError(Exception):
    """Another shipment has this place in the order: read the order's shipments again."""


class StaleError(Exception):
    """Somebody else changed the shipment meanwhile: read it again."""


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
    offset: int | None = None
    """Minutes east of Greenwich where the carrier scans, if it tells: its hours are local ones."""
    estimate: int | None = None
    """The day the carrier estimates delivery for, there, counted since 1970."""
    pushed: bool = False
    """The carrier pushed its latest news: it is asked the less."""


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
    others: tuple[str, ...] = ()
    """Carriers that the number fits as well, and that were not asked yet, best first; the carrier
    is one of several only until one of them tells a scan."""
    tried: tuple[str, ...] = ()
    """Those that did not know it, the latest last."""
    created_with: str = ""
    """The carrier it was registered with, where that is another by now."""
    created_as: str = ""
    """The number it was registered with, where that was corrected."""
    corrected_at: datetime | None = None
    """When its number or carrier was last corrected: all that is known of it is younger."""
    estimate: Estimate | None = None
    """When the carrier expects to deliver it, until it has ended."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Every carrier that it may be with."""
        return (self.carrier, *self.others, *self.tried)


@dataclass(frozen=True)
class State:
    """Where a parcel or a shipment stands; derived from scans, never set."""

    status: Status
    sub_status: str = ""
    fault: Fault = Fault.UNKNOWN
    action_required: Action = Action.NONE


@dataclass(frozen=True)
class Refreshes:
    """How often a shipment was asked about because somebody wanted to know at once."""

    day: str
    """UTC."""
    times: int
    at: datetime
    """The latest."""


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
    """Those that are still asked, which are not always the parcels' own carriers."""
    refreshes: Refreshes | None = None

    def as_created(self) -> "Shipment":
        """The shipment as its creation answered, for a replay of the request."""
        parcels = tuple(
            Parcel(
                parcel.created_as or parcel.tracking_number, parcel.created_with or parcel.carrier
            )
            for parcel in self.parcels
        )
        return replace(
            self,
            parcels=parcels,
            version=1,
            state=State(Status.PENDING),
            updated_at=self.created_at,
        )


def parcel_id(index: int) -> str:
    """What the API calls a shipment's parcel: its place, from 1 on, which it keeps."""
    return str(index + 1)


def shipment_id(shop_id: str, order_id: str, place: int, request: str) -> str:
    """The id of a shipment: the order's part, its place in the order, and what was requested.

    The first two are the key, so that an order's shipments lie together, and those who decide on
    the same shipments before theirs claim the same place: only one of them gets it.
    """
    return order_part(shop_id, order_id) + sortable_code(place, 2) + request


def request_part(shop_id: str, order_id: str, *identity: str) -> str:
    """The 12 characters at the end of a shipment id, the same for the same request again."""
    return derived_id("shp", shop_id, order_id, *identity)[SHIPMENT_KEY_PART:]


def free_place(shop_id: str, order_id: str, siblings: Iterable[Shipment]) -> int | None:
    """The first place of an order that none of its shipments has; None if all are taken."""
    taken = {key_part(sibling.id) for sibling in siblings}
    for place in range(MAX_SHIPMENTS):
        if shipment_id(shop_id, order_id, place, "") not in taken:
            return place
    return None


def key_part(shipment_id: str) -> str:
    """What the index and the queue know of a shipment id: all that its key needs."""
    return shipment_id[:SHIPMENT_KEY_PART]


def order_part(shop_id: str, order_id: str) -> str:
    """What the ids of an order's shipments begin with."""
    return derived_id("shp", shop_id, order_id)[:SHIPMENT_ORDER_PART]


def position(shipment: Shipment) -> dict[str, str]:
    """Where a shipment stands in the list of its order's, the newest with the greatest."""
    return {"created_at": to_text(shipment.created_at), "id": shipment.id}
