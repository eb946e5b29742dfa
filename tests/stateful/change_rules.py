"""Rules of edits and returns."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple

from tests.stateful.base import Base, rule
from tests.stateful.model.changes import Edit, Return
from tests.stateful.model.orders import Order
from tests.stateful.model.parcels import Shipment
from tests.stateful.model.said import money
from tests.stateful.parcel_rules import ParcelRules
from tests.stateful.selling_rules import LINE, UNITS

_KEYS = st.sampled_from((None, None, None, "e1"))
_UNITS = st.lists(st.tuples(st.sampled_from((1, 1, 2, 3, 0)), st.integers(0, 4)), max_size=2)
_PLACES = ("hq", "ny", "annex")


class ChangeRules(Base):
    """What a shop asks of edits and returns."""

    edits: Bundle[tuple[Order, Edit]] = Bundle("edits")
    returns: Bundle[tuple[Order, Return]] = Bundle("returns")

    # --- edits ----------------------------------------------------------------------------------

    @rule(
        target=edits,
        order=Base.orders,
        add=st.lists(LINE, max_size=2),
        units=_UNITS,
        shipping=st.sampled_from((None, None, 0, 990)),
        tax=st.sampled_from((None, None, None, 50)),
        key=_KEYS,
        at_once=st.booleans(),
    )
    def quote(
        self,
        order: Order,
        add: list[dict[str, Any]],
        units: list[tuple[int, int]],
        shipping: int | None,
        tax: int | None,
        key: str | None,
        at_once: bool,
    ) -> Any:
        """An edit is quoted, and perhaps confirmed at once."""
        wanted = {self.line_of(order, line): number for line, number in units}
        lines = [
            {"line_id": line, "quantity": quantity} | ({} if tax is None else {"tax": money(tax)})
            for line, quantity in wanted.items()
        ]
        body: dict[str, Any] = {
            **({"add": add} if add else {}),
            **({"lines": lines} if lines else {}),
            **({} if shipping is None else {"shipping_price": money(shipping)}),
        }
        answer, said = self.ask(
            "POST",
            f"/v1/orders/{order.id}/edits",
            body,
            key=key,
            use="quote",
            status=201,
            says=lambda: self.model.quote(order, body, key),
        )
        if said is None:
            return multiple()
        edit, new = said
        if new:
            edit.id = answer.body["id"]
        told = edit.view(edit.made_at) if new else edit.view(edit.made_at) | {"state": "open"}
        self.same("edit", answer.body, {"id": edit.id} | told | {"reason": None})
        if new and at_once:
            self._confirm(order, edit)
        return (order, edit) if new else multiple()

    @rule(edited=edits, withdraw=st.booleans())
    def decide_edit(self, edited: tuple[Order, Edit], withdraw: bool) -> None:
        """A quote is confirmed, or taken back."""
        if withdraw:
            self._withdraw(*edited)
        else:
            self._confirm(*edited)

    def _confirm(self, order: Order, edit: Edit) -> None:
        def said() -> dict[str, Any]:
            self.model.confirm_edit(order, edit)
            return order.view()

        answer, view = self.ask(
            "POST", f"/v1/orders/{order.id}/edits/{edit.id}/confirm", use="confirm edit", says=said
        )
        if view is not None:
            self.same("edited", answer.body, view)
        self._look_at_edit(order, edit)

    def _withdraw(self, order: Order, edit: Edit) -> None:
        path = f"/v1/orders/{order.id}/edits/{edit.id}"
        self.ask(
            "DELETE",
            path,
            use="withdraw",
            status=204,
            says=lambda: self.model.withdraw(order, edit),
        )
        self._look_at_edit(order, edit)

    def _look_at_edit(self, order: Order, edit: Edit) -> None:
        self.settle()
        found = self.get(f"/v1/orders/{order.id}/edits/{edit.id}").body
        self.same("edit", found, edit.view(self.world.now))
        self.tally[f"edit is {found['state']}"] += 1

    # --- returns --------------------------------------------------------------------------------

    @rule(
        target=returns,
        shipment=ParcelRules.shipments,
        units=st.none() | st.lists(UNITS, min_size=1, max_size=2),
        reason=st.sampled_from((None, "defective")),
        key=_KEYS,
    )
    def ask_return(
        self,
        shipment: Shipment,
        units: list[tuple[int, int]] | None,
        reason: str | None,
        key: str | None,
    ) -> Any:
        """Units are to come back: all of a shipment, or some of its order."""
        wanted = shipment.lines
        if units is not None:
            wanted = {self.line_of(shipment.order, line): number for line, number in units}
        return self._asked(shipment.order, wanted, reason, key)

    @rule(
        target=returns,
        shipment=ParcelRules.shipments,
        steps=st.sampled_from((1, 2, 3, 3)),
        place=st.sampled_from(("hq", "ny", None)),
    )
    def send_back(self, shipment: Shipment, steps: int, place: str | None) -> Any:
        """All of a shipment comes back: approved, then received, then refunded."""
        returned = self._asked(shipment.order, shipment.lines, None, None)
        if not isinstance(returned, tuple):
            return returned
        order, one = returned
        lines = [{"line_id": each.line, "quantity": each.due} | _to(place) for each in one.lines]
        taken = (("approve", None), ("receive", {"lines": lines}), ("refund", {}))
        for step, body in taken[:steps]:
            self.is_as_the_model_says()
            self._take(order, one, step, body)
        return returned

    def _asked(
        self, order: Order, wanted: dict[str, int], reason: str | None, key: str | None
    ) -> Any:
        lines = [
            {"line_id": line, "quantity": quantity} | ({"reason": reason} if reason else {})
            for line, quantity in wanted.items()
        ]
        body = {"lines": lines}
        answer, said = self.ask(
            "POST",
            f"/v1/orders/{order.id}/returns",
            body,
            key=key,
            use="ask return",
            status=201,
            says=lambda: self.model.ask_return(order, body, key),
        )
        if said is None:
            return multiple()
        one, new = said
        if new:
            one.id = answer.body["id"]
        self.same("return", answer.body, {"id": one.id} | one.view(fresh=True))
        return (order, one) if new else multiple()

    def _take(
        self, order: Order, one: Return, step: str, body: Any, key: str | None = None
    ) -> None:
        def said() -> dict[str, Any]:
            if step == "receive":
                self.model.check_shelves(body)
            self.model.step(order, one, step, body, key)
            return one.view()

        path = f"/v1/returns/{one.id}"
        answer, view = self.ask(
            "POST", f"{path}/{step}", body, key=key, use=f"{step} return", says=said
        )
        if view is not None:
            self.same(step, answer.body, view)
        self.settle()
        self.same("return", self.get(path).body, one.view())

    @rule(
        returned=returns,
        step=st.sampled_from(("approve", "receive", "receive", "refund", "decline", "cancel")),
        units=st.integers(1, 3) | st.none(),
        place=st.sampled_from(("hq", "ny", "annex", None, None)),
        money_back=st.sampled_from(({}, {}, {"amount": money(0)}, {"amount": money(250)})),
        reference=st.sampled_from((None, None, "r2")),
        key=_KEYS,
    )
    def step_return(
        self,
        returned: tuple[Order, Return],
        step: str,
        units: int | None,
        place: str | None,
        money_back: dict[str, Any],
        reference: str | None,
        key: str | None,
    ) -> None:
        """A return goes on, or not: approved, declined, given up; units arrive, money goes back.

        So many units of the first line, or all that is due, to a shelf or damaged.
        """
        order, one = returned
        due = [(each.line, each.due) for each in one.lines if each.due]
        arrivals = due if units is None else [(one.lines[0].line, units)]
        lines = [
            {"line_id": line, "quantity": number} | _to(place)
            for line, number in arrivals or [(one.lines[0].line, 1)]
        ]
        bodies: dict[str, Any] = {
            "receive": {"lines": lines},
            "refund": money_back | ({"reference": reference} if reference else {}),
            "decline": {"note": "worn"},
        }
        keyed = step in {"receive", "refund"}
        self._take(order, one, step, bodies.get(step), key if keyed else None)


def _to(place: str | None) -> dict[str, Any]:
    """What becomes of units that came back: they stand on a shelf, or are damaged."""
    if place is None:
        return {"disposition": "damaged"}
    return {"disposition": "restock", "location_id": place}
