"""The room's domain as plain values: items, locations, levels, demands, reservations, allocations.

No clock, no I/O, no stored or HTTP shape: repositories and models convert to and from these.
Quantities are whole units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

MAX_SKU_LENGTH: Final = 100


class OversellPolicy(StrEnum):
    """What happens when more is ordered than is available."""

    DENY = "deny"
    BACKORDER = "backorder"
    PREORDER = "preorder"


class Decision(StrEnum):
    """What inventory decided for an order."""

    PENDING = "pending"
    """Not decided yet: an order so large that it is written in parts, or one that does not ask."""
    ALLOCATED = "allocated"
    PARTIALLY_ALLOCATED = "partially_allocated"
    BACKORDERED = "backordered"
    OUT_OF_STOCK = "out_of_stock"
    RELEASED = "released"


class ReservationState(StrEnum):
    """Where a reservation line stands."""

    OPEN = "open"
    SHIPPED = "shipped"
    RELEASED = "released"


class MovementKind(StrEnum):
    """Why stock moved."""

    RECEIVED = "received"
    ADJUSTED = "adjusted"
    COUNTED = "counted"
    TRANSFERRED = "transferred"


class OrderKey(NamedTuple):
    """An order's identity."""

    shop_id: str
    order_id: str


class SkuKey(NamedTuple):
    """An item's identity."""

    shop_id: str
    sku: str


class LevelKey(NamedTuple):
    """The identity of a SKU's stock at a location."""

    shop_id: str
    sku: str
    location_id: str


@dataclass(frozen=True)
class Location:
    """A place that holds stock. Of two locations, the one with the lower priority number serves."""

    location_id: str
    name: str
    priority: int
    country: str
    """ISO 3166-1 alpha-2."""
    closed: bool = False
    """Nothing is reserved at a closed location, nor received."""
    closing: bool = False
    """While it is looked at for being closed, or opened again: nothing is received, orders go on.
    """
    levels: int = 0
    """How many levels were ever opened here: an index that lists fewer is behind."""
    version: int = 0
    updated_at: str = ""

    @property
    def receives(self) -> bool:
        """Whether units may arrive here."""
        return not (self.closed or self.closing)


@dataclass(frozen=True)
class StockItem:
    """A SKU's settings, and the locations where it has a level."""

    sku: str
    title: str = ""
    oversell_policy: OversellPolicy = OversellPolicy.DENY
    backorder_limit: int | None = None
    """Units of the SKU that may be owed at once, over all locations; None is no limit."""
    tracked: bool = True
    """False: orders take no stock of it and are never short."""
    safety_stock: int = 0
    """Units per location that are never sold."""
    reorder_point: int | None = None
    """LowStock is told when a location's available falls to this or below; None: never."""
    release_at: str | None = None
    """With preorder: only orders placed before this may be owed; None: all."""
    locations: tuple[str, ...] = ()
    """Where the SKU has a level, in the order they were opened: the first is its home."""
    version: int = 0
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True)
class Level:
    """Stock of a SKU at a location; ``available = on_hand - reserved - safety_stock``."""

    sku: str
    location_id: str
    on_hand: int = 0
    reserved: int = 0
    available: int = 0
    backordered: int = 0
    """Units promised that are not there yet; they are not part of ``reserved``."""
    incoming: int = 0
    """Units on their way here from another location."""

    @property
    def shortfall(self) -> int:
        """Units promised that are not there, though they should be."""
        return shortfall(self.on_hand, self.reserved)

    @property
    def in_use(self) -> bool:
        """Whether anything is here, promised here, or on its way here."""
        return any((self.on_hand, self.reserved, self.backordered, self.incoming))


@dataclass(frozen=True)
class Movement:
    """A change of stock that no order made: a row of the ledger, never rewritten."""

    movement_id: str
    sku: str
    location_id: str
    kind: MovementKind
    quantity: int
    """As told: units received, units more or less, units counted, or units transferred."""
    delta: int
    """Units by which on_hand changed."""
    reason: str | None
    reference: str | None
    created_at: str
    actor: str
    incoming: int = 0
    """Units by which incoming changed."""
    transfer_id: str | None = None
    """The transfer it is a part of."""


@dataclass(frozen=True)
class Reservation:
    """What an order has of a SKU at a location: a row of the ledger.

    ``quantity`` counts units reserved and not given back, shipped ones included, so
    ``quantity - shipped`` is what the line adds to the level's ``reserved``.
    """

    sku: str
    location_id: str
    quantity: int = 0
    shipped: int = 0
    backordered: int = 0
    released: int = 0
    """Units given back so far; only ever grows."""
    returned: int = 0
    """Units that came back from the customer to this shelf; only ever grows."""

    @property
    def open(self) -> int:
        """Units that stand on the shelf for this order."""
        return self.quantity - self.shipped

    @property
    def state(self) -> ReservationState:
        """Open while anything is held or owed."""
        if self.open or self.backordered:
            return ReservationState.OPEN
        return ReservationState.SHIPPED if self.shipped else ReservationState.RELEASED


class MovementRequest(NamedTuple):
    """An idempotency key's id, and the hash of the request it was first used with."""

    request_id: str
    fingerprint: str


class HeldReservation(NamedTuple):
    """A reservation line and whose it is."""

    order_id: str
    reservation: Reservation


class LineShare(NamedTuple):
    """What an order line got: units allocated (shipped ones included) and units owed."""

    allocated: int
    backordered: int


@dataclass(frozen=True)
class Allocation:
    """What is stored of the decision for an order."""

    version: int
    order_version: int
    """The newest version of the order that is applied; 0 while the first is being written."""
    decision: Decision
    lines: Mapping[str, LineShare]
    reservations: tuple[Reservation, ...]


@dataclass(frozen=True)
class DemandLine:
    """One line of an order, as far as stock is concerned."""

    line_id: str
    sku: str
    wanted: int
    """Units to be held or already shipped."""
    shipped: int
    restocked: Mapping[str, int] = field(default_factory=dict)
    """Units that came back and can be sold again, by location id."""


@dataclass(frozen=True)
class Demand:
    """What an order asks of inventory at one of its versions, in absolute numbers."""

    shop_id: str
    order_id: str
    order_version: int
    placed_at: str
    active: bool
    """False once cancelled or expired: nothing may be held."""
    partial: bool
    """True: what is there is reserved although the order as a whole is short."""
    ship_country: str
    lines: tuple[DemandLine, ...]
    asks_stock: bool = True
    """False while orders cannot ask for the whole order: what left is written off, no more."""
    correlation_id: str = ""
    actor: str = ""

    @property
    def key(self) -> OrderKey:
        """Whose demand this is."""
        return OrderKey(self.shop_id, self.order_id)


@dataclass(frozen=True)
class Stock:
    """Everything the planner may promise from, as read."""

    items: Mapping[SkuKey, StockItem] = field(default_factory=dict)
    levels: Mapping[LevelKey, Level] = field(default_factory=dict)
    locations: Mapping[tuple[str, str], Location] = field(default_factory=dict)
    """By shop and location id."""


def shortfall(on_hand: int, reserved: int) -> int:
    """Units that are promised at a level and not there."""
    return max(0, reserved - on_hand)


def sku_error(sku: str) -> str | None:
    """What is wrong with a SKU, or None: 1 to 100 printable characters, no space at the ends.

    Every printable character is allowed, "/" too: in a path a SKU is percent-encoded. U+FFFD is
    what bytes that are not UTF-8 are decoded to: two SKUs in another encoding would be one item.
    """
    if "\ufffd" in sku:
        return "a SKU is sent in UTF-8, and U+FFFD stands for bytes that were not"
    if 1 <= len(sku) <= MAX_SKU_LENGTH and sku.isprintable() and sku == sku.strip():
        return None
    return f"a SKU has 1 to {MAX_SKU_LENGTH} printable characters and no space at its ends"
