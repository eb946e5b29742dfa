"""Hand-made histories of what happens to an order: it is paid, edited, sent back, held, amended.

Every method writes what is right; a test that wants something wrong gives other values.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.simulation.judge.fabricated import KEY, SHOP, Tale, order_id
from tests.simulation.judge.verdict import Call, Item

LATER: Final = "2026-11-02T09:05:00.000Z"
PAID: Final = {"payment_rule": "paid", "payment_minutes": 3, "pay_by": "2026-11-02T09:03:00.000Z"}
ONE: Final = f"/v1/orders/{order_id(1)}"
RETURN: Final = "ret_1"
_OF_ORDER: Final = ("line_id", "sku", "quantity")


class FactTale(Tale):
    """A judge, and what it was told of orders of TEE at 50 each."""

    def details(self, number: int, lines: Mapping[str, int]) -> tuple[str, Item]:
        """What an order is placed with, and what it costs."""
        table, item = super().details(number, lines)
        for line in item["lines"]:
            line["unit_price"] = 50
        total = 50 * sum(lines.values())
        return table, item | {"totals": {"shipping": 0, "total": total}}

    def order(self, number: int, lines: Mapping[str, int], **changes: Any) -> tuple[str, Item]:
        """A new order."""
        table, item = super().order(number, lines, **changes)
        kept = ("line_id", "sku", "quantity")
        return table, item | {
            "lines": [{name: one[name] for name in kept} for one in item["lines"]]
        }

    def changed(self, number: int = 1, *, demand: bool = False, **changes: Any) -> tuple[str, Item]:
        """An order's next version, without what is None."""
        table, item = super().changed(number, demand=demand, **changes)
        return table, {name: value for name, value in item.items() if value is not None}

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        """A client sends a call below the first order, and hears nothing of it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        place = path if path.startswith("/v1") else f"{ONE}{path}"
        self.judge.asked(0.0, "client", Call(method, place, body, sent, key=KEY))

    def beside(self, sk: str, **values: Any) -> tuple[str, Item]:
        """Something in the first order's partition."""
        ids = {"shop_id": SHOP, "order_id": order_id(1)}
        return "OrdersTable", {"pk": f"{SHOP}#{order_id(1)}", "sk": sk} | ids | values

    def stored(self, sk: str) -> Item:
        """What stands in the first order's partition."""
        return self.now("OrdersTable", f"{SHOP}#{order_id(1)}", sk)

    # --- payments --------------------------------------------------------------------------------

    def payment(self, name: str, kind: str, amount: int, **more: Any) -> tuple[str, Item]:
        """A fact that is told."""
        return self.beside(f"payment#{name}", payment_id=name, kind=kind, amount=amount, **more)

    def paid(self, name: str, kind: str, amount: int, **changes: Any) -> None:
        """A client tells of a payment, and it is counted."""
        money = {"amount": amount, "currency": "EUR"}
        self.asks("POST", "/payments", {"kind": kind, "amount": money}, Idempotency_Key=name)
        order = self.stored("order")
        sums = order.get("payments", {})
        sums = sums | {kind: sums.get(kind, 0) + amount}
        facts = order.get("payment_facts", 0) + 1
        told = {"payments": sums, "payment_facts": facts} | changes
        self.write(self.changed(**told), self.payment(name, kind, amount))

    # --- edits -----------------------------------------------------------------------------------

    def quote(self, name: str = "edit_1", **values: Any) -> None:
        """An edit is quoted: the first line is to have this many units, other lines come."""
        before = self.tables["OrdersTable"].get((f"{SHOP}#{order_id(1)}", "edit"))
        order = self.stored("order")
        kept = [
            {"line_id": line["line_id"], "before": line["quantity"], "after": line["quantity"]}
            for line in order["lines"]
        ]
        quoted = {
            "edit_id": name, "state": "open", "version": before["version"] + 1 if before else 1,
            "kept": kept, "shipping_before": 0, "shipping_after": 0,
            "total_before": order["total"], "total_after": order["total"],
            "created_at": "2026-11-02T09:01:00.000Z", "expires_at": "2026-11-03T09:01:00.000Z",
        }  # fmt: skip
        self.asks("POST", "/edits", {})
        gone = [("OrdersTable", before | {"sk": f"edit#{before['edit_id']}"})] if before else []
        self.write(self.beside("edit", **quoted | values), *gone)

    def adding(self, units: int = 1, sku: str = "TEE", name: str = "edit_1", **values: Any) -> None:
        """A quote that adds a line of units at 10 each."""
        line = {"line_id": "line_2", "sku": sku, "quantity": units, "unit_price": 10}
        total = self.stored("order")["total"]
        self.quote(name, added=[line], total_after=total + 10 * units, **values)

    def edit(self, state: str, **values: Any) -> tuple[str, Item]:
        """The newest edit's next version."""
        item = self.stored("edit")
        return "OrdersTable", item | {"state": state, "version": item["version"] + 1} | values

    def reserving(self, **changes: Any) -> list[tuple[str, Item]]:
        """What is written when a quote is confirmed that adds a line."""
        order, edit = self.stored("order"), self.stored("edit")
        new = [
            {"line_id": one["line_id"], "sku": one["sku"], "quantity": one["quantity"],
             "edit_id": edit["edit_id"]}
            for one in edit["added"]
        ]  # fmt: skip
        known = {"edit_id": edit["edit_id"], "state": "reserving", "since": order["version"] + 1}
        told = {"lines": [*order["lines"], *new], "edit": known, "updated_at": LATER} | changes
        return [self.changed(demand=True, **told), self.edit("reserving")]

    def sold(self) -> tuple[str, Item]:
        """What an order is sold with once its edit is committed."""
        details, edit = self.stored("details"), self.stored("edit")
        charge = edit["total_after"] - edit["total_before"]
        details["totals"]["total"] += charge
        return "OrdersTable", details | {"lines": [*details["lines"], *edit["added"]]}

    def allocate_both(self, first: int = 2, second: int = 1, **changes: Any) -> None:
        """Inventory decides for the order with its new line, in the version that has it."""
        version = self.stored("order")["version"]
        self.reads(1)
        units = first + second
        rows = [self.row(1, quantity=units)]
        lines = {
            "line_1": {"allocated": first, "backordered": 0},
            "line_2": {"allocated": second, "backordered": 0},
        }
        self.write(
            *self.allocation(1, rows, order_version=version, lines=lines, **changes),
            self.level(reserved=second, available=-second),
        )

    # --- returns ---------------------------------------------------------------------------------

    def back(self, state: str, lines: Sequence[Item], **values: Any) -> tuple[str, Item]:
        """A return as it becomes with the order's next version."""
        version = self.stored("order")["version"] + 1
        made = {"return_id": RETURN, "version": version, "state": state, "lines": list(lines)}
        return self.beside(f"return#{RETURN}", **made | values)

    def returned(self, state: str, *lines: Item, money: int = 0, **changes: Any) -> None:
        """A step of a return, with what it makes of the order."""
        if state == "requested":
            self.asks("POST", "/returns", {})
        told = {"returns": {RETURN: state}} | changes
        more = {"refunded": money} if money else {}
        facts = [self.payment("re", "refunded", money, return_id=RETURN)] if money else []
        self.write(self.changed(**told), self.back(state, lines, **more), *facts)


def delivered() -> FactTale:
    """An order of two TEE at 50, paid and delivered."""
    tale = FactTale().ready()
    tale.place()
    tale.paid("one", "captured", 100)
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    tale.write(tale.scanned("100u\tEMI", status="delivered"))
    tale.write(tale.shipped(2, delivered=True, status="completed"))
    return tale
