"""What an order asks of stock, and what it has: its rows, and the decision."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Row:
    """What an order has of a SKU at a location."""

    quantity: int = 0
    """Reserved and not given back, shipped ones included."""
    shipped: int = 0
    backordered: int = 0
    released: int = 0
    returned: int = 0

    @property
    def held(self) -> int:
        """Units on the shelf."""
        return self.quantity - self.shipped

    @property
    def state(self) -> str:
        """Open while anything is held or owed."""
        if self.held or self.backordered:
            return "open"
        return "shipped" if self.shipped else "released"


@dataclass(frozen=True)
class Need:
    """A line as stock sees it."""

    line: str
    sku: str
    wanted: int
    """Units to be held, or gone."""
    gone: int
    back: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Demand:
    """What an order asks, in absolute numbers."""

    active: bool
    partial: bool
    country: str
    placed_at: float
    needs: tuple[Need, ...]
    seen: int = 0
    """The order's version that asks so."""


@dataclass
class Allocation:
    """What an order has, and what was decided for it."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    decision: str = ""
    shares: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Units allocated and owed, by line."""
    seen: int = 0
    """The newest version of the order that is applied."""
    known: bool = False
    """Whether there is anything of it, be it that it is gone."""

    def of(self, sku: str) -> list[tuple[str, Row]]:
        """A SKU's rows with their locations, in the order in which they were made."""
        return [(place, row) for (name, place), row in self.rows.items() if name == sku]

    def sum(self, sku: str, name: str) -> int:
        """The sum of a number over a SKU's rows."""
        return sum(getattr(row, name) for _, row in self.of(sku))

    def owes(self, sku: str) -> bool:
        """Whether units of a SKU are waited for."""
        return any(row.backordered for _, row in self.of(sku))

    def view(self, order_id: str) -> list[dict[str, Any]]:
        """The reservation lines as they are answered, sorted."""
        return [
            {"order_id": order_id, "sku": sku, "location_id": place}
            | vars(row)
            | {"state": row.state}
            for (sku, place), row in sorted(self.rows.items())
        ]
