"""Edits and returns of an order, as the model has them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.stateful.model.lines import Line
from tests.stateful.model.said import money, text


@dataclass
class Added:
    """A line that an edit adds; more of a line is a line of its own."""

    line: Line
    raises: str | None = None


@dataclass
class Quote:
    """What an edit comes to."""

    added: list[Added]
    kept: list[tuple[str, int, int]]
    """Of each line, units wanted before and after."""
    shipping_before: int
    shipping: int
    before: int
    after: int

    @property
    def cuts(self) -> dict[str, int]:
        """Units that are cancelled, by line."""
        return {name: was - will for name, was, will in self.kept if will < was}

    @property
    def effect(self) -> tuple[Any, ...]:
        """What it does to an order, whatever that has become meanwhile."""
        added = [(vars(each.line), each.raises) for each in self.added]
        return added, self.cuts, self.shipping, self.after - self.before


@dataclass
class Edit:
    """An edit of an order."""

    body: dict[str, Any]
    quote: Quote
    made_at: float
    key: str | None = None
    state: str = "open"
    reason: str | None = None
    since: int = 0
    """The version of the order that first asks for what it adds."""
    id: str = ""
    lines: dict[str, Line] = field(default_factory=dict)
    """The order's lines as they were sold, by name."""

    def standing(self, at: float) -> str:
        """Its state, which ends by itself after a day."""
        over = self.state == "open" and self.made_at + 24 * 3600 <= at
        return "expired" if over else self.state

    def view(self, at: float) -> dict[str, Any]:
        """As it is answered."""
        made = self.quote

        def told(line: Line, before: int, after: int, raises: str | None) -> dict[str, Any]:
            return {
                "id": line.id,
                "sku": line.sku,
                "title": line.title,
                "previous_quantity": before,
                "quantity": after,
                "unit_price": money(line.price),
                "discount": money(line.discount),
                "order_discount": money(line.share),
                "tax": money(line.tax),
                "raises": raises,
            }

        return {
            "state": self.standing(at),
            "reason": self.reason,
            "note": self.body.get("note"),
            "lines": [
                *(told(self.lines[name], was, will, None) for name, was, will in made.kept),
                *(told(each.line, 0, each.line.quantity, each.raises) for each in made.added),
            ],
            "previous_shipping_price": money(made.shipping_before),
            "shipping_price": money(made.shipping),
            "previous_total": money(made.before),
            "total": money(made.after),
            "charge": money(max(0, made.after - made.before)),
            "refund": money(max(0, made.before - made.after)),
            "created_at": text(self.made_at),
            "expires_at": text(self.made_at + 24 * 3600),
        }


@dataclass
class ReturnLine:
    """Units of a line that come back."""

    line: str
    quantity: int
    reason: str = "unknown"
    note: str | None = None
    cancelled: int = 0
    shelved: Counter[str] = field(default_factory=Counter)
    damaged: int = 0
    refunded: int = 0

    @property
    def received(self) -> int:
        """Units that arrived."""
        return self.shelved.total() + self.damaged

    @property
    def due(self) -> int:
        """Units still to come."""
        return self.quantity - self.cancelled - self.received

    @property
    def unrefunded(self) -> int:
        """Units that arrived and were not refunded."""
        return self.received - self.refunded


@dataclass
class Return:
    """A return of units of an order."""

    lines: list[ReturnLine]
    note: str | None
    at: float
    body: dict[str, Any]
    key: str | None = None
    state: str = "requested"
    decline_note: str | None = None
    refunded: int = 0
    uses: dict[tuple[str, str], Any] = field(default_factory=dict)
    id: str = ""

    def view(self, *, fresh: bool = False) -> dict[str, Any]:
        """As it is answered; ``fresh``: as it was made."""
        return {
            "status": "requested" if fresh else self.state,
            "lines": [
                {
                    "line_id": each.line,
                    "quantity": each.quantity,
                    "reason": each.reason,
                    "note": each.note,
                    "cancelled": 0 if fresh else each.cancelled,
                    "received": 0 if fresh else each.received,
                    "restocked": []
                    if fresh
                    else [
                        {"location_id": place, "quantity": units}
                        for place, units in sorted(each.shelved.items())
                    ],
                    "damaged": 0 if fresh else each.damaged,
                    "refunded": 0 if fresh else each.refunded,
                }
                for each in self.lines
            ],
            "note": self.note,
            "decline_note": None if fresh else self.decline_note,
            "refunded": money(0 if fresh else self.refunded),
            "requested_at": text(self.at),
        }
