"""Hand-made histories for the judge's own tests: an order's life, written as the tables have it.

Every method writes what is right; a test that wants something wrong gives other values.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.simulation.judge.codes import asked_of
from tests.simulation.judge.fabricated_stock import OTHER, SHOP, StockTale, Written, breaks
from tests.simulation.judge.shipments import scan_of
from tests.simulation.judge.verdict import Call, Item

__all__ = ["OTHER", "SHOP", "Tale", "Written", "breaks", "order_id", "shipment_id"]

KEY: Final = f"wb_{'a' * 26}key_secret"
MAIL: Final = "zoe@customer.example"
PHONE: Final = "+4915123456789"
AT: Final = "2026-11-02T09:00:00.000Z"
NOON: Final = 12 * 3600.0
"""An instant at which nobody sleeps."""
CUSTOMER: Final = "cus_1"
_RULES: Final = ("on_shortage", "payment_rule", "payment_minutes")
"""What an order has of its shop."""


def order_id(number: int) -> str:
    """An order's id."""
    return f"ord_{number:026}"


def shipment_id(number: int, place: int = 0) -> str:
    """A shipment's id: the order's part, the place in it, and the rest."""
    return f"shp_{number:012}{place:02}{'0' * 12}"


class Tale(StockTale):
    """A judge, and what it was told so far."""

    # --- orders ----------------------------------------------------------------------------------

    def details(self, number: int, lines: Mapping[str, int]) -> tuple[str, Item]:
        """What an order is placed with."""
        sold = [{"line_id": f"line_{i}", "sku": sku, "quantity": units}
                for i, (sku, units) in enumerate(lines.items(), 1)]  # fmt: skip
        return "OrdersTable", {
            "pk": f"{SHOP}#{order_id(number)}", "sk": "details", "shop_id": SHOP,
            "order_id": order_id(number), "version": 1, "number": f"NO-{number}",
            "placed_at": AT, "lines": sold, "customer": {"email": MAIL, "phone": PHONE},
            "customer_pk": f"{SHOP}#{CUSTOMER}",
        }  # fmt: skip

    def order(self, number: int, lines: Mapping[str, int], **changes: Any) -> tuple[str, Item]:
        """A new order."""
        _, details = self.details(number, lines)
        return "OrdersTable", {
            "pk": details["pk"], "sk": "order", "shop_id": SHOP, "order_id": order_id(number),
            "version": 1, "number": details["number"], "status": "pending", "placed_at": AT,
            "list_pk": SHOP, "channel": "api", "currency": "EUR", "total": 100,
            "ship_country": "DE", "allocation": "all", "on_shortage": "hold",
            "lines": details["lines"], "holds": [], "test": False, "demand_changed": True,
        } | changes  # fmt: skip

    def place(
        self, number: int = 1, lines: Mapping[str, int] | None = None, **changes: Any
    ) -> None:
        """An order is placed, of two TEE unless others are named; its shop is known before it."""
        self.known(**{name: changes[name] for name in _RULES if name in changes})
        lines = lines or {"TEE": 2}
        self.write(self.details(number, lines))
        self.write(self.order(number, lines, **changes))

    def known(self, shop_id: str = SHOP, **rules: Any) -> None:
        """The shop, with its rules for orders, and orders' own note of it."""
        for table, pk, sk in (("ShopsTable", shop_id, "shop"), ("OrdersTable", "shops", shop_id)):
            known = self.tables.get(table, {}).get((pk, sk), {})
            item = {"pk": pk, "sk": sk, "shop_id": shop_id} | known
            item |= rules if sk == "shop" else {}
            if known != item:
                self.write((table, item))

    def driven(self, number: int = 1, **changes: Any) -> tuple[str, Item]:
        """An order, driven again two minutes after it was placed."""
        told = {"updated_at": "2026-11-02T09:02:00.000Z", "actor": "schedule", "demand": True}
        return self.changed(number, **(told | changes))

    def changed(self, number: int = 1, *, demand: bool = False, **changes: Any) -> tuple[str, Item]:
        """An order's next version; that staff cancels it, somebody asks for."""
        item = self.now("OrdersTable", f"{SHOP}#{order_id(number)}", "order")
        if changes.get("cancel_reason") == "staff":
            path = f"/v1/orders/{order_id(number)}/cancel"
            self.judge.asked(0.0, "client", Call("POST", path, {"reason": "staff"}, key=KEY))
        gone = {"removed": item["total"]} if changes.get("status") == "cancelled" else {}
        item |= {"version": item["version"] + 1, "demand_changed": demand} | gone | changes
        return "OrdersTable", item

    def lines(self, number: int = 1, **more: int) -> list[Item]:
        """An order's lines, each with these numbers."""
        item = self.now("OrdersTable", f"{SHOP}#{order_id(number)}", "order")
        return [line | more for line in item["lines"]]

    # --- allocations -----------------------------------------------------------------------------

    def reads(self, *numbers: int, skus: Sequence[str] = ("TEE",), invocation: int = 1) -> None:
        """An invocation reads what it needs to decide for these orders."""
        who, pks = f"process {invocation}", [f"{SHOP}#sku#{sku}" for sku in skus]
        asked = [(f"{SHOP}#{order_id(number)}", "allocation") for number in numbers]
        self.judge.read(
            0.0, who, invocation, "InventoryTable", asked + [(pk, "item") for pk in pks]
        )
        known = self.tables["InventoryTable"]
        rest = [key for key in known if key[0] in pks and key[1] != "item"]
        rest += [key for key in known if key[0] == f"{SHOP}#locations"]
        self.judge.read(0.0, who, invocation, "InventoryTable", rest)

    def row(self, number: int, sku: str = "TEE", place: str = "hq", **units: int) -> Item:
        """A reservation's numbers."""
        zero = {"quantity": 0, "shipped": 0, "backordered": 0, "released": 0}
        return {"sku": sku, "location_id": place} | zero | units

    def reservation(self, number: int, version: int, row: Item) -> tuple[str, Item]:
        """A reservation line of the ledger."""
        bucket = sum(order_id(number).encode()) % 8
        pk = f"{SHOP}#lines#{row['sku']}#{row['location_id']}#{bucket}"
        order = order_id(number)
        item = {"pk": pk, "sk": f"{AT}#{order}", "shop_id": SHOP, "order_id": order}
        waits = {"owed_pk": f"{SHOP}#{row['sku']}"} if row["backordered"] else {}
        return "InventoryTable", item | waits | {"version": version} | row

    def allocation(
        self, number: int, rows: Sequence[Item], *, decision: str = "allocated",
        order_version: int = 1, allocated: int = 2, backordered: int = 0, **changes: Any,
    ) -> list[tuple[str, Item]]:  # fmt: skip
        """An order's allocation with its rows, next in version."""
        pk = f"{SHOP}#{order_id(number)}"
        before = self.tables["InventoryTable"].get((pk, "allocation"))
        version = before["version"] + 1 if before else 1
        item = {
            "pk": pk, "sk": "allocation", "shop_id": SHOP, "order_id": order_id(number),
            "version": version, "order_version": order_version, "decision": decision,
            "lines": {"line_1": {"allocated": allocated, "backordered": backordered}},
            "reservations": list(rows), "decided": True,
        } | changes  # fmt: skip
        known = {} if before is None else {
            (row["sku"], row["location_id"]): row for row in before["reservations"]
        }  # fmt: skip
        new = [row for row in rows if known.get((row["sku"], row["location_id"])) != row]
        return [("InventoryTable", item), *(self.reservation(number, version, r) for r in new)]

    def allocate(self, number: int = 1, units: int = 2, invocation: int = 1) -> None:
        """Inventory reserves units of TEE for an order."""
        self.reads(number, invocation=invocation)
        rows = [self.row(number, quantity=units)]
        self.write(
            *self.allocation(number, rows, allocated=units),
            self.level(reserved=units, available=-units),
            invocation=invocation,
        )

    def confirm(self, number: int = 1, units: int = 2) -> None:
        """The order hears that it is allocated."""
        lines = self.lines(number, allocated=units)
        self.write(self.changed(number, status="confirmed", lines=lines, inventory_version=1))

    # --- shipments -------------------------------------------------------------------------------

    def shipment(self, number: int = 1, place: int = 0, units: int = 2, **changes: Any
                 ) -> tuple[str, Item]:  # fmt: skip
        """A new shipment of an order's first line."""
        name = shipment_id(number, place)
        return "ShipmentsTable", {
            "pk": f"{SHOP}#{name[:16]}", "sk": f"shipment#{name[:18]}", "id_tail": name[18:],
            "version": 1, "shop_id": SHOP, "order_id": order_id(number), "status": "pending",
            "lines": [{"line_id": "line_1", "quantity": units}],
            "parcels": [{"tracking_number": f"EE{number}{place}", "carrier": "ems"}],
            "token": f"trk_{number}{place}", "request_hash": "hash", "created_at": AT,
        } | changes  # fmt: skip

    def scanned(
        self, *scans: str, number: int = 1, told: bool = True, **changes: Any
    ) -> tuple[str, Item]:
        """A shipment's next version, with these scans, which its carrier tells."""
        name = shipment_id(number)
        item = self.now("ShipmentsTable", f"{SHOP}#{name[:16]}", f"shipment#{name[:18]}")
        parcel = item["parcels"][0]
        parcel["scans"] = list(scans)
        if told:
            said = [scan_of(text)[:2] for text in scans]
            asked = asked_of(parcel["carrier"])
            self.judge.carrier_told(0.0, parcel["tracking_number"], asked, said)
        return "ShipmentsTable", item | {"version": item["version"] + 1} | changes

    def shipped(self, version: int = 1, *, delivered: bool = False, units: int = 2, **changes: Any
                ) -> tuple[str, Item]:  # fmt: skip
        """The order hears of its shipment."""
        known = {"version": version, "lines": {"line_1": units}, "delivered": delivered}
        number = {"fulfilled": units} | ({"delivered": units} if delivered else {})
        return self.changed(
            demand=not delivered, lines=self.lines(1, **number),
            shipments={shipment_id(1): known}, **changes,
        )  # fmt: skip

    # --- messages --------------------------------------------------------------------------------

    def message(
        self, event: str = "order_confirmed", state: str = "sending", *, number: int = 1,
        name: str = "", **changes: Any,
    ) -> tuple[str, Item]:  # fmt: skip
        """A new row of the ledger of messages, about an order; its name is usually its event."""
        name, order = name or event, order_id(number)
        return "NotificationsTable", {
            "pk": f"{SHOP}#{order}", "sk": f"message#{name}", "message_id": name,
            "shop_id": SHOP, "order_id": order, "subject_id": order, "event": event,
            "channel": "email", "audience": "customer", "state": state, "created_at": AT,
            "version": 1, "attempt": f"att_{number}_{name}", "attempts": 1,
        } | changes  # fmt: skip

    def becomes(
        self, state: str, name: str = "order_confirmed", *, number: int = 1, **changes: Any
    ) -> tuple[str, Item]:
        """What became of a message."""
        item = self.now("NotificationsTable", f"{SHOP}#{order_id(number)}", f"message#{name}")
        item |= {"state": state, "version": item["version"] + 1}
        return "NotificationsTable", item | changes

    def mailed(
        self, name: str = "order_confirmed", *, number: int = 1, to: str = MAIL,
        message_id: str = "ses-1", subject: str = "", text: str = "",
    ) -> None:  # fmt: skip
        """SES accepts a mail."""
        key = (f"{SHOP}#{order_id(number)}", f"message#{name}")
        about = self.tables.get("NotificationsTable", {}).get(key, {})
        if not text and about.get("subject_id", order_id(number)) != order_id(number):
            text = f"Order NO-{number}\n- 2 x TEE\nhttps://x.example/track/trk_{number}0"
        text = text or f"Order NO-{number}\n- 2 x TEE\nTotal: 1.00 EUR"
        tags = {"message_id": name, "order_id": order_id(number), "shop_id": SHOP}
        self.judge.mailed(0.0, to, subject or f"Order NO-{number}", text, tags, message_id)

    def tell(self, event: str = "order_confirmed", *, number: int = 1, **changes: Any) -> None:
        """A message goes its whole way."""
        provider_id = f"ses-{number}-{event}"
        self.write(self.message(event, number=number, **changes))
        self.mailed(event, number=number, message_id=provider_id)
        self.write(self.becomes("sent", event, number=number, provider_id=provider_id))

    # --- clients ---------------------------------------------------------------------------------

    def answers(
        self, method: str, path: str, status: int, body: Any = None, *, sent: Any = None,
        headers: Mapping[str, str] | None = None, key: str | None = KEY, etag: str = "",
    ) -> None:  # fmt: skip
        """A client calls and is answered, with nothing in between."""
        call = Call(method, path, sent, headers or {}, key=key)
        self.judge.asked(0.0, "client", call)
        self.judge.answered(0.0, "client", call, status, {"ETag": etag}, body)

    def shown(self, number: int = 1, /, **changes: Any) -> Item:
        """An order as it is answered when it is placed."""
        item = self.now("OrdersTable", f"{SHOP}#{order_id(number)}", "order")
        names = ("cancelled", "allocated", "backordered", "fulfilled", "delivered", "returned")
        lines = [
            {"id": line["line_id"], "sku": line["sku"], "quantity": line["quantity"],
             "quantities": {name: line.get(name, 0) for name in (*names, "refunded")}
             | {"ordered": line["quantity"]}}
            for line in item["lines"]
        ]  # fmt: skip
        due = item["total"] - item.get("removed", 0)
        return {
            "id": order_id(number), "number": item["number"], "status": item["status"],
            "inventory_status": "pending", "fulfillment_status": "unfulfilled",
            "payment_status": "pending", "return_status": "none", "holds": [],
            "lines": lines, "placed_at": AT,
            "totals": {"total": {"amount": 100, "currency": "EUR"}},
            "current_total": {"amount": due},
            "balance": {"to_collect": {"amount": due}, "to_refund": {"amount": 0}},
            "customer": {"email": MAIL}, "payments": [],
        } | changes  # fmt: skip
