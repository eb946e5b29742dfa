"""The business: one shop's orders and stock, and what follows from what, one after the other.

What happened first is heard of first: a change of an order is told to stock and to who writes
messages, a decision of stock to the order, and so on until nothing is left to be told.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.stateful.model.allocation import Allocator
from tests.stateful.model.claims import Demand
from tests.stateful.model.ledger import Wording
from tests.stateful.model.lines import Hold, Line
from tests.stateful.model.messages import Messages
from tests.stateful.model.orders import Order, Rules
from tests.stateful.model.said import missing
from tests.stateful.model.stock import Stock

SHORT = "INVENTORY_OUT_OF_STOCK"
RUNGS = (120, 600, 3600, 21_600, 86_400)
"""Ages in seconds at which an order that nobody decided is asked about again."""


class Business:
    """One shop."""

    def __init__(self, rules: Rules, alert_email: str | None, now: float) -> None:
        self.now = now
        self.rules = rules
        self.todo: deque[Callable[[], None]] = deque()
        self._fresh: list[Callable[[], None]] = []
        self.stock = Stock(self._level_told, self._arrived)
        self.allocator = Allocator(self.stock)
        self.orders: list[Order] = []
        self.messages = Messages(self, alert_email)
        self.templates = Wording()
        self.deaf = False
        """Whether stock does not hear of the order that is placed now."""
        self.ticked = now

    def forget(self) -> None:
        """What has happened so far is nobody's news any more."""
        self.todo.clear()
        self._fresh.clear()

    def settle(self) -> None:
        """Let all follow that has to."""
        self.stock_changed()
        while self.todo:
            self.todo.popleft()()

    def order(self, name: str) -> Order:
        """The order of an id; raises Refused."""
        found = next((order for order in self.orders if order.id == name), None)
        if found is None:
            raise missing()
        return found

    # --- changes of an order --------------------------------------------------------------------

    @contextmanager
    def changing(self, order: Order, *, asks_again: bool = False) -> Iterator[None]:
        """Write the next version of an order, and tell what is new of it."""
        status, demand = order.status, order.demand
        holds = [] if status == "draft" else list(order.holds)  # a draft is nobody's news
        refunds = sum(each.later and each.kind == "refunded" for each in order.payments)
        yield
        order.version += 1
        facts = []
        if order.status != "draft" and not (status == "draft" and order.status == "cancelled"):
            new = [hold for hold in order.holds if not any(hold is one for one in holds)]
            if new and not order.ended:
                facts.append(("OrderHeld", {}))
            if order.status in {"confirmed", "completed"} and status not in {
                "confirmed",
                "completed",
            }:
                facts.append(("OrderConfirmed", {"fulfillment": order.fulfillment}))
            later = sum(each.later and each.kind == "refunded" for each in order.payments)
            if later > refunds and status != "draft":
                facts.append(("Refunded", {}))
            if order.status == "cancelled" != status:
                facts.append(("OrderCancelled", {}))
        if facts:
            self.todo.append(partial(self._tell_order, order, order.version, facts))
        if asks_again or order.demand != demand:
            self.todo.append(partial(self._allocate, order, order.asked()))

    def placed(self, order: Order) -> None:
        """A new order is there."""
        self.orders.append(order)
        if order.demand and not self.deaf:
            self.todo.append(partial(self._allocate, order, order.asked()))

    def _tell_order(
        self, order: Order, version: int, facts: list[tuple[str, dict[str, Any]]]
    ) -> None:
        for name, data in facts:
            hear = partial(self.messages.of_order, order, name, version, data)
            self.todo.append(hear)

    # --- stock ----------------------------------------------------------------------------------

    def _level_told(self, kind: str, sku: str, place: str) -> None:
        self._fresh.append(partial(self.messages.of_stock, kind, sku, place))

    def _arrived(self, sku: str) -> None:
        self._fresh.append(partial(self._fill, sku))

    def stock_changed(self) -> None:
        """What was written of levels is told."""
        fresh, self._fresh = self._fresh, []
        if fresh:
            self.todo.append(partial(self.todo.extend, fresh))

    def _allocate(self, order: Order, demand: Demand) -> None:
        news = self.allocator.apply(order.allocation, demand)
        if news:
            self._decided(order)
        self.stock_changed()
        for sku in dict.fromkeys(need.sku for need in demand.needs):
            if order.allocation.owes(sku):
                self._fill(sku)

    def _fill(self, sku: str) -> None:
        """Give what there is of a SKU to who waits for it, first come first served."""
        while self.allocator.can_fill(sku):
            waiting = sorted(
                (order for order in self.orders if order.allocation.owes(sku)),
                key=lambda order: (order.placed_at, order.id),
            )
            asked = [(order.allocation, order.asked()) for order in waiting]
            told = self.allocator.fill(sku, asked)
            for order, news in zip(waiting, told, strict=True):
                if news:
                    self._decided(order)
            self.stock_changed()

    def _decided(self, order: Order) -> None:
        had = order.allocation
        self.todo.append(partial(self._hear, order, had.decision, dict(had.shares), had.seen))

    def _hear(
        self, order: Order, decision: str, shares: dict[str, tuple[int, int]], seen: int
    ) -> None:
        """An order hears what was decided on its stock."""
        with self.changing(order):
            order.decided = True
            for line in order.lines:
                line.allocated, line.owed = shares.get(line.id, (0, 0))
            edit = order.edit
            told = edit is not None and order.is_editing and seen >= edit.since
            if told and not self.finish_edit(order):
                order.settle(self.now)
            else:
                self._heed(order, decision)

    def _heed(self, order: Order, decision: str) -> None:
        if decision == "released":
            return
        if order.status != "pending":
            order.settle(self.now)
            return
        held = [hold for hold in order.holds if hold.kind == SHORT]
        if decision == "out_of_stock":
            if order.rules.shortage == "cancel" and order.has_open:
                self.cancel_all(order, "inventory")
            elif not held:
                order.holds = [*order.holds, Hold(SHORT, None, self.now)]
            return
        order.holds = [hold for hold in order.holds if hold not in held]
        order.settle(self.now)

    # --- what several ways lead to --------------------------------------------------------------

    def finish_edit(self, order: Order) -> bool:
        """End the reserving of an edit: False where it is declined. See editing.py."""
        raise NotImplementedError

    def cancel_all(self, order: Order, reason: str) -> None:
        """Cancel all that is not shipped."""
        self.drop_edit(order, "the order was cancelled")
        units = {line.id: line.open for line in order.lines if line.open}
        order.holds = [hold for hold in order.holds if hold.kind != SHORT]
        order.cancel_reason, order.cancelled_at = reason, self.now
        if any(line.sent for line in order.lines):
            self.cancel_some(order, units)
            return
        for line in order.lines:
            line.cancelled = line.quantity
        order.holds, order.removed, order.status = [], order.total, "cancelled"

    def cancel_some(self, order: Order, units: dict[str, int]) -> None:
        """Cancel units of lines, and let what they cost fall away."""
        lines = {line.id: line for line in order.lines}
        fallen = sum(
            lines[name].cost(number, tax_included=order.tax_included)
            for name, number in units.items()
        )
        for name, number in units.items():
            lines[name].cancelled += number
        order.removed = min(order.total, order.removed + fallen)
        order.settle(self.now)

    def drop_edit(self, order: Order, reason: str) -> None:
        """An edit that is being reserved goes with its order."""
        if order.edit is not None and order.is_editing:
            order.lines = order.agreed
            order.edit.state, order.edit.reason = "declined", reason

    # --- time -----------------------------------------------------------------------------------

    def tick_orders(self) -> None:
        """End what was not paid in time, and ask again about what nobody decided."""
        late = [order for order in self.orders if order.pay_by and order.pay_by <= self.now]
        for order in sorted(late, key=lambda order: (order.pay_by, order.id)):
            with self.changing(order):
                order.holds, order.removed, order.status = [], order.total, "expired"
                self.drop_edit(order, "the order expired")
        for order in sorted(self.orders, key=lambda order: order.placed_at):
            crossed = any(self.ticked < order.placed_at + age <= self.now for age in RUNGS)
            waits = order.status == "pending" and not order.decided
            if crossed and waits and order.demand:
                with self.changing(order, asks_again=True):
                    pass
        self.ticked = self.now


def lines_of(request: dict[str, Any]) -> list[Line]:
    """The lines that a request orders, with their parts of its discounts."""
    lines = [
        Line(
            f"line_{number}",
            each["sku"],
            each["quantity"],
            each["unit_price"]["amount"],
            discount=each.get("discount", {"amount": 0})["amount"],
            tax=each.get("tax", {"amount": 0})["amount"],
            title=each.get("title"),
            ships=each.get("requires_shipping", True),
        )
        for number, each in enumerate(request["lines"], 1)
    ]
    off = sum(each["amount"]["amount"] for each in request.get("discounts", ()))
    weights = [line.price * line.quantity - line.discount for line in lines]
    for line, part in zip(lines, spread(off, weights), strict=True):
        line.share = part
    return lines


def spread(amount: int, weights: list[int]) -> list[int]:
    """Divide an amount by weight: the greatest remainders get what is left, the first first."""
    whole = sum(weights)
    if not whole:
        return [amount, *(0 for _ in weights[1:])]
    parts = [amount * weight // whole for weight in weights]
    left = amount - sum(parts)
    ranked = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for at in ranked[:left]:
        parts[at] += 1
    return parts
