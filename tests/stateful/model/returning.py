"""Returns: asked for, approved, received, refunded; or declined, or given up."""

from collections import Counter
from typing import Any

from tests.stateful.model.changes import Return, ReturnLine
from tests.stateful.model.editing import Editing
from tests.stateful.model.lines import Payment
from tests.stateful.model.orders import Order
from tests.stateful.model.said import Refused, conflict, missing, unprocessable

MOST_RETURNS = 20
_FROM = {
    "approve": {"requested"},
    "decline": {"requested"},
    "receive": {"approved"},
    "refund": {"approved", "received"},
    "cancel": {"requested", "approved"},
}
_STEPS = ("approve", "decline", "receive", "refund", "cancel")


class Returning(Editing):
    """What a shop asks of returns."""

    def return_of(self, name: str) -> tuple[Order, Return]:
        """The return of an id, and its order; raises Refused."""
        for order in self.orders:
            for one in order.returns:
                if one.id == name:
                    return order, one
        raise missing()

    def ask_return(
        self, order: Order, body: dict[str, Any], key: str | None
    ) -> tuple[Return, bool]:
        """Ask for units to be taken back; whether that is new."""
        known = next((one for one in order.returns if key is not None and one.key == key), None)
        if known is not None:
            if known.body != body:
                raise unprocessable()
            return known, False
        if order.status == "draft" or not any(line.sent for line in order.lines):
            raise conflict(order_status=order.status, possible=[])
        if any(order.line(each["line_id"]) is None for each in body["lines"]):
            raise unprocessable("/lines")
        if len(order.returns) >= MOST_RETURNS:
            raise conflict(returns=len(order.returns))
        awaited = Counter[str]()
        for other in order.returns:
            if other.state in {"requested", "approved"}:
                awaited.update({each.line: each.due for each in other.lines})
        for each in body["lines"]:
            line = order.line(each["line_id"])
            assert line is not None
            left = max(0, line.sent - line.returned - awaited[line.id])
            if each["quantity"] > left:
                raise conflict(order_status=order.status, line_id=line.id, returnable=left)
        lines = [
            ReturnLine(
                each["line_id"], each["quantity"], each.get("reason", "unknown"), each.get("note")
            )
            for each in body["lines"]
        ]
        made = Return(lines, body.get("note"), self.now, body, key)
        with self.changing(order):
            order.returns.append(made)
            order.settle(self.now)
        return made, True

    def step(self, order: Order, one: Return, step: str, body: Any, key: str | None) -> None:
        """Take a step of a return, once per key."""
        use = (step, key or "")
        if key is not None and use in one.uses:
            if one.uses[use] != body:
                raise unprocessable()
            return
        if self._is_repeated(one, step):
            return
        take = getattr(self, f"_{step}")
        if not take(order, one, body):
            return
        if key is not None:
            one.uses[use] = body

    def check_shelves(self, body: dict[str, Any]) -> None:
        """What is put on a shelf is put on one that there is."""
        wrong = [
            f"/lines/{number}/location_id"
            for number, each in enumerate(body["lines"])
            if each.get("location_id", next(iter(self.stock.locations), None))
            not in self.stock.locations
        ]
        if wrong:
            raise unprocessable(*wrong)

    @staticmethod
    def _is_repeated(one: Return, step: str) -> bool:
        return {
            "approve": one.state == "approved",
            "decline": one.state == "declined",
            "receive": one.state == "received",
            "refund": any(each.refunded for each in one.lines)
            and not any(each.unrefunded for each in one.lines),
            "cancel": any(each.cancelled for each in one.lines),
        }[step]

    def _require(self, order: Order, one: Return, step: str) -> None:
        if one.state not in _FROM[step]:
            raise self._refused(order, one)

    @staticmethod
    def _refused(order: Order, one: Return) -> Refused:
        possible = [step for step in _STEPS if one.state in _FROM[step]]
        return conflict(return_status=one.state, order_status=order.status, possible=possible)

    def _approve(self, order: Order, one: Return, _body: Any) -> bool:
        self._require(order, one, "approve")
        with self.changing(order):
            one.state = "approved"
            order.settle(self.now)
        return True

    def _decline(self, order: Order, one: Return, body: Any) -> bool:
        self._require(order, one, "decline")
        with self.changing(order):
            one.state, one.decline_note = "declined", body.get("note")
            order.settle(self.now)
        return True

    def _cancel(self, order: Order, one: Return, _body: Any) -> bool:
        self._require(order, one, "cancel")
        with self.changing(order):
            for each in one.lines:
                each.cancelled += each.due
            _settle(one)
            order.settle(self.now)
        return True

    def _receive(self, order: Order, one: Return, body: Any) -> bool:
        self._require(order, one, "receive")
        lines = {each.line: each for each in one.lines}
        units = Counter[str]()
        for number, told in enumerate(body["lines"]):
            if told["line_id"] not in lines:
                raise unprocessable(f"/lines/{number}/line_id")
            units[told["line_id"]] += told["quantity"]
            due = lines[told["line_id"]].due
            if units[told["line_id"]] > due:
                raise conflict(return_status=one.state, line_id=told["line_id"], due=due)
        with self.changing(order):
            for told in body["lines"]:
                mine, line = lines[told["line_id"]], order.line(told["line_id"])
                assert line is not None
                line.returned += told["quantity"]
                if told["disposition"] == "damaged":
                    mine.damaged += told["quantity"]
                else:
                    mine.shelved[told["location_id"]] += told["quantity"]
                    line.back[told["location_id"]] += told["quantity"]
            _settle(one)
            order.settle(self.now)
        return True

    def _refund(self, order: Order, one: Return, body: Any) -> bool:
        if one.state not in _FROM["refund"] or not any(each.unrefunded for each in one.lines):
            raise self._refused(order, one)
        units = _credited(order, one)
        worth = 0
        for line in order.lines:
            if line.id in units:
                worth += line.cost(units[line.id], tax_included=order.tax_included)
        told = body.get("amount")
        if told is not None:
            credit = amount = told["amount"]
        else:
            credit = min(worth, order.comes_to)
            amount = min(credit, max(0, credit - order.balance))
        fact = Payment("refunded", amount, body.get("reference"), self.now, one.id, later=True)
        if amount:
            self.check_sums(order, fact)
        known = self._told_before(order, fact, None)
        if amount and known is not None and known.later:
            raise conflict(order_status=order.status)
        with self.changing(order):
            order.removed = min(order.total, order.removed + credit)
            for line in order.lines:
                line.refunded += units.get(line.id, 0)
            if amount:
                order.payments.append(fact)
            one.refunded += amount
            for each in one.lines:
                each.refunded = each.received
            _settle(one)
            order.settle(self.now)
        return True


def _settle(one: Return) -> None:
    """The state that follows from the units."""
    if any(each.due for each in one.lines):
        one.state = "approved"
    elif not any(each.received for each in one.lines):
        one.state = "cancelled"
    else:
        one.state = "received" if any(each.unrefunded for each in one.lines) else "refunded"


def _credited(order: Order, one: Return) -> dict[str, int]:
    """For how many units of each line money goes back: what nobody wanted shipped comes first."""
    found = {}
    for each in one.lines:
        line = next(line for line in order.lines if line.id == each.line)
        if each.unrefunded:
            uncharged = max(0, line.sent - line.wanted)
            charged = max(0, line.returned - uncharged - line.refunded)
            found[line.id] = min(each.unrefunded, charged)
    return found
