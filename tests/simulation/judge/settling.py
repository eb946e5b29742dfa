"""When everything is quiet: nothing waits, nothing is lost, and all rooms agree.

The end is compared with what follows from the facts alone: what was placed, what moved, what was
decided, which parcels left, and what their carriers told.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from tests.simulation.judge.alerts import is_alert
from tests.simulation.judge.folding import parts_of
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.messages import MessageRules, is_fact
from tests.simulation.judge.occasions import occasions
from tests.simulation.judge.orders import demand
from tests.simulation.judge.rules import ARRIVAL, ENDED, ENDED_UNDELIVERED, TRUE_WHILE
from tests.simulation.judge.sales import check_sales
from tests.simulation.judge.shelf import amounts
from tests.simulation.judge.shipments import entries_into
from tests.simulation.judge.stock import StockRules
from tests.simulation.judge.stocktaking import check_ledger
from tests.simulation.judge.truth import check_truth
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World, difference

_MAILS_OF_SHIPMENTS: Final = (
    "shipment_dispatched", "available_for_pickup", "delivery_attempted", "delivered",
)  # fmt: skip


class Settlement:
    """Judges the state a run ends in."""

    def __init__(
        self,
        world: World,
        stock: StockRules,
        messages: MessageRules,
        accepted: Sequence[tuple[str, str]],
    ) -> None:
        self._world = world
        self._stock = stock
        self._messages = messages
        self._accepted = accepted

    def check(self, items: Mapping[str, Sequence[Item]]) -> int:
        """Judge the whole state, all items by table; how many SKUs could be judged by totals."""
        self._check_mirror(items)
        for shop_id, order_id in self._accepted:
            if self._world.order(shop_id, order_id) is None:
                broken("lost", "an order that was answered 201 is gone", order_id)
        check_ledger(self._world)
        self._check_parked()
        rows = self._messages_by_subject()
        for kind, _, item in self._world.items("OrdersTable"):
            if kind == "order":
                self._check_order(item)
                self._check_told(item, rows)
        for kind, _, item in self._world.items("ShipmentsTable"):
            if kind == "shipment":
                self._check_shipment(item)
                check_truth(self._world, item)
                self._check_told_of_shipment(item, rows)
        self._check_messages()
        judged = check_sales(self._world, self._stock)
        self._messages.alerts.settle()
        return judged

    def _check_mirror(self, items: Mapping[str, Sequence[Item]]) -> None:
        for table in sorted(items.keys() | self._world.tables.keys()):
            told = {(item["pk"], item["sk"]): item for item in items.get(table, ())}
            key = difference(told, self._world.tables.get(table, {}))
            if key is not None:
                known = self._world.now(table, key)
                text = f"{table} {key} is {told.get(key)}, was last written as {known}"
                broken("mirror", text, *key)

    def _check_parked(self) -> None:
        """What inventory could not read was set aside, and taken up again once it was mended."""
        for order_id in sorted(self._world.expected_poison):
            if not any(order_id in name for name in self._world.parked):
                broken("parked", "an order that nobody can read was not set aside", order_id)
        for kind, key, _ in self._world.items("InventoryTable"):
            if kind == "parked":
                broken("parked", f"{key[1]} was mended, and is still set aside", key[1])

    # --- orders ----------------------------------------------------------------------------------

    def _check_order(self, order: Item) -> None:
        shop_id, order_id = order["shop_id"], order["order_id"]
        asked = self._asked(shop_id, order_id)
        allocation = self._world.allocation(shop_id, order_id)
        if allocation is None:
            if asked:
                broken("undecided", "inventory never heard of an order", order_id)
            return
        if allocation["order_version"] < asked:
            text = f"inventory knows version {allocation['order_version']}, it asked in {asked}"
            broken("undecided", text, order_id)
        past = self._world.allocations_past(shop_id, order_id)
        news = max((one["version"] for one in past if one["decided"]), default=0)
        known = order.get("inventory_version", 0)
        if known < news:  # one that was driven again may know a later one, which was no news
            broken("undecided", f"the order knows decision {known}, not {news}", order_id)
        open_rows = [
            row
            for row in map(amounts, allocation["reservations"])
            if row["quantity"] > row["shipped"] or row["backordered"]
        ]
        if order["status"] in ENDED and open_rows:
            skus = [row["sku"] for row in allocation["reservations"]]
            broken("reserved for ever", f"{order['status']}, and holds {skus}", order_id, *skus)

    def _asked(self, shop_id: str, order_id: str) -> int:
        """The newest version of an order that changed what inventory must hold."""
        newest, before = 0, demand(None)
        for version in self._world.orders_past(shop_id, order_id):
            if demand(version) != before:
                newest = version["version"]
            before = demand(version)
        return newest

    # --- shipments -------------------------------------------------------------------------------

    def _check_shipment(self, shipment: Item) -> None:
        name = shipment_id(shipment)
        order = self._world.order(shipment["shop_id"], shipment["order_id"])
        known = (order or {}).get("shipments", {}).get(name)
        if known is None:
            broken("unheard", "an order never heard of its shipment", name, shipment["order_id"])
        if known.get("ended", False) != (shipment["status"] in ENDED_UNDELIVERED):
            text = f"it is {shipment['status']}, its order knows ended={known.get('ended')}"
            broken("unheard", text, name, shipment["order_id"])
        if known["delivered"] != (shipment["status"] == "delivered"):
            text = f"it is {shipment['status']}, its order knows delivered={known['delivered']}"
            broken("unheard", text, name, shipment["order_id"])

    # --- messages --------------------------------------------------------------------------------

    def _messages_by_subject(self) -> dict[tuple[str, str], list[Item]]:
        rows: dict[tuple[str, str], list[Item]] = {}
        for _, _, row in self._world.items("NotificationsTable"):
            if "subject_id" in row:
                rows.setdefault((row["shop_id"], row["subject_id"]), []).append(row)
        return rows

    def _check_told(self, order: Item, rows: Mapping[tuple[str, str], Sequence[Item]]) -> None:
        """An order's news has a row each."""
        subject = (order["shop_id"], order["order_id"])
        past = self._world.orders_past(*subject)
        statuses = [one["status"] for one in past]
        never_placed = statuses[0] == "draft" and {*statuses} <= {"draft", "cancelled"}
        expected = ["order_confirmed"] if is_told("order_confirmed", past) else []
        if is_told("order_cancelled", past) and not never_placed:
            expected.append("order_cancelled")
        for event in expected:
            if not any(row["event"] == event for row in rows.get(subject, ())):
                broken("lost message", f"{event} has no row", order["order_id"])
        _check_rows(order, "order_refunded", past, rows.get(subject, ()))

    def _check_told_of_shipment(
        self, shipment: Item, rows: Mapping[tuple[str, str], Sequence[Item]]
    ) -> None:
        name = shipment_id(shipment)
        own = rows.get((shipment["shop_id"], name), ())
        past = self._world.shipments_past(shipment["shop_id"], name)
        for event in _MAILS_OF_SHIPMENTS:
            times = 1 if event == "shipment_dispatched" else min(1, entries_into(past, event))
            if event == "delivery_attempted":
                times = entries_into(past, event)
            mails = [row for row in own if row["channel"] == "email" and row["event"] == event]
            if len(mails) != times:
                text = f"{event} came to be {times} times, {len(mails)} rows"
                broken("lost message", text, name, shipment["order_id"])
        _check_rows(shipment, "estimate_changed", past, own)
        attempted = entries_into(past, "delivery_attempted")
        texts = [row for row in own if row["channel"] == "sms"]
        if self._has_phone(shipment):
            tried = sum(row["event"] == "delivery_attempted" for row in texts)
            if tried != attempted:
                text = f"attempted {attempted} times, {tried} SMS rows"
                broken("lost message", text, name, shipment["order_id"])
        told = self._messages.arrivals.is_told(shipment["shop_id"], name)
        if entries_into(past, "delivered") and self._has_phone(shipment) and not told:
            text = "delivered, and no SMS told of the arrival"
            broken("lost message", text, name, shipment["order_id"])
        arrived = [one for one in past if one["status"] in ARRIVAL - {"delivered"}]
        if arrived and not any(row["event"] in ARRIVAL for row in texts):
            broken("lost message", "its arrival has no SMS row", name, shipment["order_id"])

    def _has_phone(self, shipment: Item) -> bool:
        """Whether there is somebody to write to; all numbers of customers here are mobiles."""
        details = self._world.details(shipment["shop_id"], shipment["order_id"]) or {}
        return bool(details.get("customer", {}).get("phone"))

    def _check_messages(self) -> None:
        """Nothing is under way, and what is unknown was interrupted."""
        told = Counter(attempt for _, attempt in self._messages.accepted.values())
        for _, _, row in self._world.items("NotificationsTable"):
            ids = (row.get("order_id", ""), row.get("message_id", ""))
            state, attempt = row.get("state"), row.get("attempt", "")
            if state in {"sending", "waiting"} or "due_at" in row:
                broken("unsettled message", f"{row['event']} is {state}", *ids)
            claimed_by = self._messages.claimed_by.get(attempt, ())
            if state == "unknown" and self._messages.interrupted.isdisjoint(claimed_by):
                broken("unsettled message", "unknown, and nothing was interrupted", *ids)
            if state == "unknown" and row["channel"] == "email" and told[attempt]:
                broken("unsettled message", "unknown, and SES has told that it took it", *ids)
            if state == "unknown" and row["channel"] == "email" and row["attempts"] == 1:
                self._check_left_unknown(row)
            if state in {"failed", "skipped"} and told[attempt] and attempt:
                broken("unsettled message", f"{state}, and the provider took it", *ids)

    def _check_left_unknown(self, row: Item) -> None:
        """A mail of which nobody knows was sent again, unless it was true no more."""
        true = TRUE_WHILE.get(row["event"])
        subjects = map(self._messages.subject_of, parts_of(row))
        statuses = [subject["status"] for subject in subjects if subject]
        if is_alert(row) or any(true is None or status in true for status in statuses):
            broken("lost message", "a mail of which nobody knows", row["order_id"])


def _check_rows(subject: Item, event: str, past: Sequence[Item], rows: Sequence[Item]) -> None:
    """A message that may come to be true again has a row for each time."""
    times, found = occasions(event, past), sum(row["event"] == event for row in rows)
    if found != times:
        text = f"{event} came to be {times} times, {found} rows"
        broken("lost message", text, subject["order_id"])


def is_told(event: str, past: Sequence[Item]) -> bool:
    """Whether a message's fact ever came to be."""
    return any(is_fact(event, state) for state in past)
