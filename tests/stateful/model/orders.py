"""An order as the model has it: quantities, money, and the statuses that follow from them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.stateful.model.changes import Edit, Return
from tests.stateful.model.claims import Allocation, Demand, Need
from tests.stateful.model.lines import Hold, Line, Parcel, Payment
from tests.stateful.model.said import conflict, money, text

ENDED = frozenset({"completed", "cancelled", "expired"})
NEXT = {
    "draft": {"pending", "cancelled"},
    "pending": {"confirmed", "expired", "cancelled"},
    "confirmed": {"completed", "cancelled"},
    "completed": set(),
    "cancelled": set(),
    "expired": set(),
}


@dataclass
class Rules:
    """A shop's, as they were when the order was placed."""

    payment: str = "none"
    minutes: int | None = None
    shortage: str = "hold"


@dataclass
class Order:
    """An order."""

    request: dict[str, Any]
    rules: Rules
    placed_at: float
    lines: list[Line]
    shipping: int
    total: int
    status: str
    id: str = ""
    number: str = ""
    key: str | None = None
    holds: list[Hold] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    removed: int = 0
    """What of the total fell away."""
    parcels: dict[str, Parcel] = field(default_factory=dict)
    decided: bool = False
    """Whether it has heard of any decision on its stock."""
    edit: Edit | None = None
    """The newest that was confirmed."""
    edits: list[Edit] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    charged_at: float | None = None
    """When an edit last made it dearer."""
    cancel_reason: str | None = None
    cancelled_at: float | None = None
    customer: dict[str, Any] = field(default_factory=dict)
    address: dict[str, Any] | None = None
    billing: dict[str, Any] | None = None
    country: str = ""
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    uses: dict[str, Any] = field(default_factory=dict)
    """Bodies of the calls that keys were used for."""
    first: dict[str, Any] | None = None
    """What its placing was answered with."""
    was_confirmed: bool = False
    version: int = 1
    allocation: Allocation = field(default_factory=Allocation)

    # --- what follows from its quantities -------------------------------------------------------

    @property
    def agreed(self) -> list[Line]:
        """Lines that are certain."""
        return [line for line in self.lines if not line.pending]

    def line(self, name: str) -> Line | None:
        """The certain line of a name."""
        return next((line for line in self.agreed if line.id == name), None)

    @property
    def ended(self) -> bool:
        """Whether nobody can wish anything of it any more."""
        return self.status in ENDED

    @property
    def has_open(self) -> bool:
        """Whether something is still to be shipped."""
        return any(line.open for line in self.agreed)

    @property
    def is_editing(self) -> bool:
        """Whether what an edit adds is being reserved."""
        return self.edit is not None and self.edit.state == "reserving"

    @property
    def tax_included(self) -> bool:
        """Whether prices hold the tax."""
        return bool(self.request.get("prices_include_tax", False))

    @property
    def comes_to(self) -> int:
        """The total, without what fell away."""
        return self.total - self.removed

    def paid(self, kind: str) -> int:
        """The sum of a kind of payments."""
        return sum(each.amount for each in self.payments if each.kind == kind)

    @property
    def balance(self) -> int:
        """What is to be collected; below 0 what is to go back."""
        return self.comes_to - self.paid("captured") + self.paid("refunded")

    @property
    def secured(self) -> bool:
        """Whether the shop's payment rule is met."""
        kept = self.paid("captured") - self.paid("refunded")
        there = {
            "none": self.comes_to,
            "authorized": max(self.paid("authorized") - self.paid("voided"), kept),
            "paid": kept,
        }
        return there[self.rules.payment] >= self.comes_to

    @property
    def pay_by(self) -> float | None:
        """When it expires, if it is still to be paid."""
        waits = self.status == "pending" and not self.secured
        if self.rules.minutes is None or not waits or any(line.sent for line in self.lines):
            return None
        return (self.charged_at or self.placed_at) + 60 * self.rules.minutes

    @property
    def demand(self) -> tuple[Any, ...]:
        """What stock must do for it; another one is told."""
        waiting = self.status in {"pending", "confirmed", "completed"}
        wants = (
            (
                line.id,
                line.sku,
                line.wanted if waiting else 0,
                line.wanted if self.status == "completed" and not line.ships else line.sent,
                tuple(sorted(line.back.items())),
            )
            for line in self.lines
        )
        return tuple(want for want in wants if any(want[2:]))

    def asked(self) -> Demand:
        """The demand as the allocator takes it."""
        active = self.status not in {"cancelled", "expired"}
        return Demand(
            active=active,
            partial=self.request.get("allocation") == "partial",
            country=self.country,
            placed_at=self.placed_at,
            needs=tuple(self._needs(active=active)),
            seen=self.version,
        )

    def _needs(self, *, active: bool) -> Iterator[Need]:
        for line in self.lines:
            kept = max(0, line.wanted) if active else 0
            over = self.status == "completed" and not line.ships
            gone = max(kept, line.sent) if over else line.sent
            back = tuple(sorted(line.back.items()))
            yield Need(line.id, line.sku, max(kept, line.sent), gone, back)

    def refusal(self) -> Exception:
        """What an order is answered with that does not allow something."""
        gone = set() if self.has_open else {"cancelled"}
        return conflict(order_status=self.status, possible=sorted(NEXT[self.status] - gone))

    # --- what it does by itself -----------------------------------------------------------------

    def settle(self, at: float) -> None:
        """Pending becomes confirmed, and confirmed completed, where nothing is in the way."""
        if (
            self.status == "pending"
            and self.inventory in {"allocated", "partially_allocated", "backordered"}
            and not self.holds
            and self.secured
        ):
            self.status, self.was_confirmed = "confirmed", True
        if self.status == "confirmed" and self._is_complete():
            self.status = "completed"
            self.holds = []

    def _is_complete(self) -> bool:
        if self.is_editing or any(one.state in {"requested", "approved"} for one in self.returns):
            return False
        over = Counter[str]()
        for parcel in self.parcels.values():
            if parcel.ended:
                over.update(parcel.lines)
        return all(
            max(line.returned, line.delivered + min(line.returned, over[line.id])) >= line.wanted
            for line in self.lines
            if line.ships
        )

    def recount(self) -> None:
        """Let the quantities follow from all shipments."""
        sent, delivered = Counter[str](), Counter[str]()
        for parcel in self.parcels.values():
            sent.update(parcel.lines)
            if parcel.delivered:
                delivered.update(parcel.lines)
        wanted = {line.id: line.wanted for line in self.agreed}
        for line in self.lines:
            line.sent, line.delivered = sent[line.id], delivered[line.id]
        for parcel in self.parcels.values():
            parcel.unmatched = any(sent[name] > wanted.get(name, 0) for name in parcel.lines)

    # --- its statuses ---------------------------------------------------------------------------

    @property
    def payment(self) -> str:
        """How far it is paid."""
        refunded, captured = self.paid("refunded"), self.paid("captured")
        if refunded:
            return "refunded" if refunded >= captured else "partially_refunded"
        if captured:
            return "paid" if captured >= self.comes_to else "partially_paid"
        if not self.total:
            return "paid"
        if self.paid("authorized") > self.paid("voided"):
            return "authorized"
        return "voided" if self.paid("voided") else "pending"

    @property
    def inventory(self) -> str:
        """How far stock is reserved."""
        if not self.decided:
            return "pending"
        wanted = sum(line.wanted for line in self.agreed)
        if not wanted:
            return "out_of_stock" if self.cancel_reason == "inventory" else "pending"
        has = sum(min(line.allocated, line.wanted) for line in self.agreed)
        owed = sum(line.owed for line in self.agreed)
        if not has and not owed:
            return "out_of_stock"
        if has + owed < wanted:
            return "partially_allocated"
        return "backordered" if owed else "allocated"

    @property
    def fulfillment(self) -> str:
        """How far it is shipped and delivered."""
        lines = [line for line in self.agreed if line.ships or line.sent]
        wanted = sum(line.wanted for line in lines)
        sent = sum(min(line.sent, line.wanted) for line in lines)
        delivered = sum(min(line.delivered, line.wanted) for line in lines)
        if not sent:
            return "unfulfilled"
        if delivered:
            return "delivered" if delivered >= wanted else "partially_delivered"
        return "fulfilled" if sent >= wanted else "partially_fulfilled"

    @property
    def returning(self) -> str:
        """How far it has come back."""
        returned = sum(line.returned for line in self.lines)
        states = {one.state for one in self.returns}
        if returned and returned >= sum(line.sent for line in self.lines):
            return "returned"
        if "approved" in states:
            return "in_progress"
        if returned:
            return "partially_returned"
        return "requested" if "requested" in states else "none"

    # --- as it is answered ----------------------------------------------------------------------

    def row(self) -> dict[str, Any]:
        """As a list shows it; its id stands for it."""
        return {
            "id": self.id,
            "status": self.status,
            "payment_status": self.payment,
            "inventory_status": self.inventory,
            "fulfillment_status": self.fulfillment,
            "return_status": self.returning,
            "external_id": self.request.get("external_id"),
            "total": money(self.total),
            "holds": [_hold(hold) for hold in self.holds],
            "placed_at": text(self.placed_at),
        }

    def view(self) -> dict[str, Any]:
        """As it is answered, but for what only the answer knows."""
        balance = self.balance
        edit = self.edit
        return {
            "status": self.status,
            "payment_status": self.payment,
            "inventory_status": self.inventory,
            "fulfillment_status": self.fulfillment,
            "return_status": self.returning,
            "holds": [_hold(hold) for hold in self.holds],
            "channel": "api",
            "external_id": self.request.get("external_id"),
            "currency": "EUR",
            "lines": [_line(line) for line in self.agreed],
            "discounts": [
                {"code": each.get("code"), "amount": each["amount"]}
                for each in self.request.get("discounts", ())
            ],
            "totals": self.totals(),
            "current_total": money(self.comes_to),
            "prices_include_tax": self.tax_included,
            "payments": [_payment(each) for each in self.payments],
            "balance": {
                "to_collect": money(max(0, balance)),
                "to_refund": money(max(0, -balance)),
            },
            "allocation": self.request.get("allocation", "all"),
            "customer": self.customer,
            "shipping_address": self.address,
            "billing_address": self.billing,
            "shipments": [
                {"id": name, "delivered": parcel.delivered, "unmatched": parcel.unmatched}
                for name, parcel in sorted(self.parcels.items())
            ],
            "edit": {"id": edit.id, "state": edit.state, "reason": edit.reason} if edit else None,
            "returns": [
                {"id": one.id, "status": one.state}
                for one in sorted(self.returns, key=lambda one: one.id)
            ],
            "tags": self.tags,
            "note": self.note,
            "metadata": dict(sorted(self.metadata.items())),
            "test": False,
            "cancel_reason": self.cancel_reason,
            "cancelled_at": None if self.cancelled_at is None else text(self.cancelled_at),
            "placed_at": text(self.placed_at),
        }

    def totals(self) -> dict[str, Any]:
        """The sums of what was agreed."""
        lines = self.agreed
        return {
            "subtotal": money(sum(line.price * line.quantity for line in lines)),
            "discount": money(sum(line.discount + line.share for line in lines)),
            "shipping": money(self.shipping),
            "tax": money(sum(line.tax for line in lines)),
            "total": money(self.total),
        }


def _hold(hold: Hold) -> dict[str, Any]:
    return {"kind": hold.kind, "note": hold.note, "placed_at": text(hold.at)}


def _payment(each: Payment) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "amount": money(each.amount),
        "reference": each.reference,
        "return_id": each.return_id,
        "recorded_at": text(each.at),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "unit_price": money(line.price),
        "discount": money(line.discount),
        "order_discount": money(line.share),
        "tax": money(line.tax),
        "requires_shipping": line.ships,
        "quantities": {
            "ordered": line.quantity,
            "cancelled": line.cancelled,
            "allocated": line.allocated,
            "backordered": line.owed,
            "fulfilled": line.sent,
            "delivered": line.delivered,
            "returned": line.returned,
            "refunded": line.refunded,
        },
    }
