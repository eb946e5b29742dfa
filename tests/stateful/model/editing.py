"""Edits: quoted, confirmed once what they add is reserved, or declined without a trace."""

from collections import Counter
from copy import copy, deepcopy
from typing import Any

from tests.stateful.model.changes import Added, Edit, Quote
from tests.stateful.model.lines import Line
from tests.stateful.model.orders import Order
from tests.stateful.model.said import Refused, conflict, missing, unprocessable
from tests.stateful.model.selling import Selling

_AFTER = {
    "open": ["confirmed", "expired", "reserving", "withdrawn"],
    "reserving": ["confirmed", "declined"],
}
SHORT = "there was not enough stock"
CHANGED = "the order had changed meanwhile"


class Editing(Selling):
    """What a shop asks of edits."""

    def edit_of(self, order: Order, name: str) -> Edit:
        """The edit of an id; raises Refused."""
        found = next((edit for edit in order.edits if edit.id == name), None)
        if found is None:
            raise missing()
        return found

    # --- quote ----------------------------------------------------------------------------------

    def quote(self, order: Order, body: dict[str, Any], key: str | None) -> tuple[Edit, bool]:
        """Quote an edit; whether it is new."""
        known = next((edit for edit in order.edits if key is not None and edit.key == key), None)
        if known is not None:
            if known.body != body:
                raise unprocessable()
            return known, False
        self._refuse_unless_editable(order)
        newest = order.edits[-1] if order.edits else None
        if order.is_editing:
            raise _not_possible(order.edits[-1], "reserving")
        if newest is not None and newest.standing(self.now) == "open":
            raise conflict(edit_id=newest.id, edit_state="open")
        made = self._quoted(order, body)
        known_skus = self.stock.items
        unknown = [
            f"/add/{number}/sku"
            for number, line in enumerate(body.get("add", ()))
            if line["sku"] not in known_skus
        ]
        if unknown:
            raise unprocessable(*unknown)
        edit = Edit(body, made, self.now, key, lines={x.id: copy(x) for x in order.agreed})
        order.edits.append(edit)
        return edit, True

    def _refuse_unless_editable(self, order: Order) -> None:
        if order.status == "draft" or order.ended or not order.has_open:
            raise order.refusal()

    def _quoted(self, order: Order, body: dict[str, Any]) -> Quote:
        """What a wish comes to for an order as it stands."""
        self._refuse_unless_editable(order)
        lines = {line.id: line for line in order.agreed}
        wishes = {wish["line_id"]: wish for wish in body.get("lines", ())}
        if wrong := _mistakes(order, lines, body):
            raise unprocessable(*wrong)
        kept = [
            (name, line.wanted, min(line.wanted, wishes.get(name, {}).get("quantity", line.wanted)))
            for name, line in lines.items()
        ]
        for name, was, will in kept:
            if was - will > lines[name].open:
                raise conflict(order_status=order.status, line_id=name, open=lines[name].open)
        shipping = body.get("shipping_price", {"amount": order.shipping})["amount"]
        added = list(_added(lines, body))
        made = Quote(added, kept, order.shipping, shipping, order.comes_to, order.comes_to)
        if not added and not made.cuts and shipping == order.shipping:
            raise unprocessable("/lines")
        edited = deepcopy(order)
        edited.lines = edited.agreed
        self._apply(edited, made)
        made.after = edited.comes_to
        return made

    @staticmethod
    def _apply(order: Order, made: Quote) -> None:
        """Let an order become what was quoted; it has no lines that are being reserved."""
        grown = (
            made.shipping
            - order.shipping
            + sum(
                each.line.worth(each.line.quantity, tax_included=order.tax_included)
                for each in made.added
            )
        )
        fallen = sum(
            line.cost(made.cuts[line.id], tax_included=order.tax_included)
            for line in order.lines
            if line.id in made.cuts
        )
        for line in order.lines:
            line.cancelled += made.cuts.get(line.id, 0)
        order.lines = [*order.lines, *(copy(each.line) for each in made.added)]
        order.shipping = made.shipping
        order.total += grown
        order.removed = min(order.total, order.removed + fallen)

    # --- confirm --------------------------------------------------------------------------------

    def confirm_edit(self, order: Order, edit: Edit) -> None:
        """Confirm an edit: what it adds is reserved before anything changes."""
        state = edit.standing(self.now)
        if state in {"reserving", "confirmed"}:
            return
        if state != "open":
            raise _not_possible(edit, state)
        try:
            now = self._quoted(order, edit.body)
        except Refused as refused:
            if refused.status == 422:
                raise _not_possible(edit, state) from None
            raise
        if (now.effect, now.before, now.kept) != (
            edit.quote.effect,
            edit.quote.before,
            edit.quote.kept,
        ):
            raise _not_possible(edit, state)
        adding = _to_reserve(order, edit.quote)
        has = any(line.allocated or line.owed for line in order.lines)
        in_vain = order.status == "pending" and order.decided and not has
        with self.changing(order):
            order.edit = edit
            if any(line.wanted for line in adding) and not in_vain:
                edit.state, edit.since = "reserving", order.version + 1
                order.lines = [*order.lines, *adding]
                return
            self._commit(order, edit)
            order.settle(self.now)

    def finish_edit(self, order: Order) -> bool:
        """Commit what was reserved, or decline it: False."""
        edit = order.edit
        assert edit is not None
        added = [line for line in order.lines if line.pending]
        if any(line.allocated + line.owed < line.wanted for line in added):
            return self._turn_down(order, edit, SHORT)
        try:
            now = self._quoted(order, edit.body)
        except Refused:
            return self._turn_down(order, edit, CHANGED)
        if now.effect != edit.quote.effect:
            return self._turn_down(order, edit, CHANGED)
        self._commit(order, edit)
        return True

    def _turn_down(self, order: Order, edit: Edit, reason: str) -> bool:
        order.lines = order.agreed
        edit.state, edit.reason = "declined", reason
        return False

    def _commit(self, order: Order, edit: Edit) -> None:
        reserved = {line.id: line for line in order.lines if line.pending}
        order.lines = order.agreed
        made = edit.quote
        self._apply(order, made)
        for line in order.lines:
            if line.id in reserved:
                line.allocated, line.owed = reserved[line.id].allocated, reserved[line.id].owed
        if made.after > made.before:
            order.charged_at = self.now
        _hand_over(order, made)
        if any(parcel.unmatched for parcel in order.parcels.values()):
            order.recount()
        edit.state = "confirmed"

    def withdraw(self, order: Order, edit: Edit) -> None:
        """Take a quote back."""
        state = edit.standing(self.now)
        if state in {"withdrawn", "expired"}:
            return
        if state != "open":
            raise _not_possible(edit, state)
        edit.state = "withdrawn"


def _not_possible(edit: Edit, state: str) -> Refused:
    return conflict(edit_state=state, possible=_AFTER.get(state, []))


def _mistakes(order: Order, lines: dict[str, Line], body: dict[str, Any]) -> list[str]:
    wrong = []
    for number, wish in enumerate(body.get("lines", ())):
        line = lines.get(wish["line_id"])
        if line is None:
            wrong.append(f"/lines/{number}/line_id")
        elif "tax" in wish and wish["quantity"] <= line.wanted:
            wrong.append(f"/lines/{number}/tax")
    for number, new in enumerate(body.get("add", ())):
        price = new["unit_price"]["amount"] * new["quantity"]
        if new.get("discount", {"amount": 0})["amount"] > price:
            wrong.append(f"/add/{number}/discount")
        if new.get("requires_shipping", True) and order.address is None:
            wrong.append(f"/add/{number}/requires_shipping")
    wishes = {wish["line_id"]: wish["quantity"] for wish in body.get("lines", ())}
    left = any(wishes.get(name, line.wanted) for name, line in lines.items())
    if not body.get("add") and not left:
        wrong.append("/lines")
    return wrong


def _added(lines: dict[str, Line], body: dict[str, Any]) -> list[Added]:
    """More of the order's lines first, then new ones; numbered on from its last."""
    added = []
    for wish in body.get("lines", ()):
        line = lines[wish["line_id"]]
        if wish["quantity"] > line.wanted:
            tax = wish.get("tax", {"amount": 0})["amount"]
            more = Line(
                "",
                line.sku,
                wish["quantity"] - line.wanted,
                line.price,
                tax=tax,
                title=line.title,
                ships=line.ships,
            )
            added.append(Added(more, line.id))
    for new in body.get("add", ()):
        line = Line(
            "",
            new["sku"],
            new["quantity"],
            new["unit_price"]["amount"],
            discount=new.get("discount", {"amount": 0})["amount"],
            tax=new.get("tax", {"amount": 0})["amount"],
            title=new.get("title"),
            ships=new.get("requires_shipping", True),
        )
        added.append(Added(line))
    for number, each in enumerate(added, len(lines) + 1):
        each.line.id = f"line_{number}"
    return added


def _to_reserve(order: Order, made: Quote) -> list[Line]:
    """The added lines; what the same edit takes from the SKU needs no stock."""
    freed = Counter[str]()
    for line in order.lines:
        freed[line.sku] += made.cuts.get(line.id, 0)
    lines = []
    for each in made.added:
        line = copy(each.line)
        line.pending = True
        line.cancelled = min(freed[line.sku], line.quantity)
        freed[line.sku] -= line.cancelled
        lines.append(line)
    return lines


def _hand_over(order: Order, made: Quote) -> None:
    """What is held of a SKU that the edit takes units of goes to who got them, then in order."""
    for sku in {line.sku for line in order.lines if line.id in made.cuts}:
        lines = [line for line in order.lines if line.sku == sku]
        held = sum(line.allocated for line in lines)
        owed = sum(line.owed for line in lines)
        has = {}
        for line in lines:
            has[line.id] = min(line.sent, held)
            held -= has[line.id]
        for line in lines:
            more = min(max(0, line.wanted - has[line.id]), held)
            held -= more
            line.allocated = has[line.id] + more
            line.owed = min(max(0, line.wanted - line.allocated), owed)
            owed -= line.owed
