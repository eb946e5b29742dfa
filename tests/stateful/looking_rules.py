"""Rules of who only looks: all lists, page by page and filtered, and checks of stock."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.stateful.base import Base, rule
from tests.stateful.model.orders import Order
from tests.stateful.opening import SKUS
from tests.stateful.shop_rules import TEMPLATE
from tests.stateful.stock_rules import ledger_row

_ORDER_FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"status": "confirmed"},
    {"status": "cancelled"},
    {"email": "Ana@mail.example"},
    {"external_id": "x1"},
    {"tag": "vip"},
)
_MOVEMENT_FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"sku": "TEE"},
    {"location_id": "ny"},
    {"sku": "MUG", "location_id": "hq"},
)
_STATES = (None, "sent", "skipped", "waiting", "folded")
_WHAT = (
    "orders",
    "returns",
    "timeline",
    "movements",
    "levels",
    "reservations",
    "check",
    "shipments",
    "scans",
    "messages",
    "preview",
    "shop",
)


class LookingRules(Base):
    """What anybody of a shop may look at."""

    @rule(
        order=Base.orders,
        what=st.sampled_from(_WHAT),
        limit=st.integers(1, 3),
        pick=st.integers(0, 5),
    )
    def look(self, order: Order, what: str, limit: int, pick: int) -> None:
        """A list is read to its end, so many a page; ``pick`` says which of its filters."""
        look: Callable[[Order, int, int], None] = getattr(self, f"_look_at_{what}")
        look(order, limit, pick)
        self.tally[f"look at {what}"] += 1

    # --- orders ---------------------------------------------------------------------------------

    def _look_at_orders(self, _order: Order, limit: int, pick: int) -> None:
        query = _ORDER_FILTERS[pick]
        email = query.get("email", "").lower()
        wanted = [
            order.row()
            for order in sorted(self.model.orders, key=lambda order: -order.placed_at)
            if query.get("status") in {None, order.status}
            and query.get("external_id") in {None, order.request.get("external_id")}
            and (not email or order.customer.get("email") == email)
            and ("tag" not in query or query["tag"] in order.tags)
        ]
        self.same(f"orders {query}", self.pages("/v1/orders", limit, **query), wanted)

    def _look_at_returns(self, order: Order, limit: int, _pick: int) -> None:
        found = self.pages(f"/v1/orders/{order.id}/returns", limit)
        self.same("returns", found, [one.view() | {"id": one.id} for one in order.returns[::-1]])

    def _look_at_timeline(self, order: Order, limit: int, _pick: int) -> None:
        path = f"/v1/orders/{order.id}/timeline"
        told = self.pages(path, limit)
        self.same("at once", told, self.pages(path, 100))
        events = [moment["event"] for moment in told]
        self.same("payments", events.count("payment"), len(order.payments))
        self.same("placed", events.count("placed"), 1)
        self.same("confirmed", "confirmed" in events, order.was_confirmed)
        at = [moment["at"] for moment in told]
        self.same("its order", at, sorted(at, reverse=True))

    # --- stock ----------------------------------------------------------------------------------

    def _look_at_movements(self, _order: Order, limit: int, pick: int) -> None:
        query = _MOVEMENT_FILTERS[pick % len(_MOVEMENT_FILTERS)]
        found = self.pages("/v1/stock-movements", limit, **query)
        wanted = [
            ledger_row(row)
            for row in self.model.stock.movements
            if all(row[name] == value for name, value in query.items())
        ]
        self.same(f"movements {query}", sorted(found, key=_by_all), sorted(wanted, key=_by_all))
        at = [row["created_at"] for row in found]
        self.same("their order", at, sorted(at, reverse=True))

    def _look_at_levels(self, _order: Order, limit: int, pick: int) -> None:
        place = ("hq", "ny", "annex")[pick % 3]
        wanted = [
            level
            for sku in sorted(SKUS)
            for level in self.model.stock.level_views(sku)
            if level["location_id"] == place
        ]
        self.same("levels", self.pages("/v1/stock-levels", limit, location_id=place), wanted)

    def _look_at_reservations(self, _order: Order, limit: int, pick: int) -> None:
        sku = SKUS[pick % len(SKUS)]
        found = self.pages("/v1/reservations", limit, sku=sku)
        wanted = [
            row
            for order in self.model.orders
            for row in order.allocation.view(order.id)
            if row["sku"] == sku
        ]
        self.same("reservations", sorted(found, key=_by_all), sorted(wanted, key=_by_all))

    def _look_at_check(self, _order: Order, limit: int, pick: int) -> None:
        sku = SKUS[pick % len(SKUS)]
        body = {"sku": sku} | ({"from_start": True} if limit == 1 else {})
        answer = self.world.call("POST", "/v1/stock-checks", body, key=self.shop.key)
        self.same("check", answer.status, 200)
        levels = sorted(answer.body["levels"], key=lambda level: level["location_id"])
        for level, wanted in zip(levels, self.model.stock.level_views(sku), strict=True):
            for name in ("on_hand", "reserved", "available", "backordered", "incoming"):
                both = {"stored": wanted[name], "computed": wanted[name]}
                self.same(f"{sku} {name}", level[name], both)

    # --- shipments ------------------------------------------------------------------------------

    def _look_at_shipments(self, order: Order, limit: int, pick: int) -> None:
        status = ("delivered", "pending", None)[pick % 3]
        query = {"status": status} if status else {}
        wanted = [
            each.view() for each in self.model.shipments[::-1] if status in {None, each.status}
        ]
        self.same("shipments", self.pages("/v1/shipments", limit, **query), wanted)
        found = self.pages("/v1/shipments", limit, order_id=order.id, **query)
        own = [each for each in wanted if each["order_id"] == order.id]
        self.same("shipments of an order", found, own)

    def _look_at_scans(self, order: Order, limit: int, _pick: int) -> None:
        for shipment in self.model.shipments:
            if shipment.order is order:
                found = self.pages(f"/v1/shipments/{shipment.id}/events", limit)
                told = sum(len(parcel.scans) for parcel in shipment.parcels)
                self.same("scans", len(found), told)
                at = [scan["occurred_at"] for scan in found]
                self.same("their order", at, sorted(at, reverse=True))
                page = self.get(f"/v1/shipments/{shipment.id}").body["tracking_url"]
                path = "/" + page.partition("://")[2].partition("/")[2]
                headers = {"Accept": "application/json"}
                public = self.world.call("GET", path, key=None, headers=headers)
                self.same("public page", public.status, 200)
                self.same("its status", public.body["status"], shipment.status)

    # --- messages and shops ---------------------------------------------------------------------

    def _look_at_messages(self, order: Order, limit: int, pick: int) -> None:
        state = _STATES[pick % len(_STATES)]
        query = {"state": state} if state else {}
        found = self.pages("/v1/notifications", limit, order_id=order.id, **query)
        rows = [row[:4] for row in self.model.messages.of(order.id) if state in {None, row[3]}]
        self.same("messages", sorted(_named(row) for row in found), sorted(rows))
        if state == "waiting":
            found = self.pages("/v1/notifications", limit, state=state)
            rows = [row.view()[:4] for row in self.model.messages.rows if row.state == state]
            self.same("what waits", sorted(_named(row) for row in found), sorted(rows))

    def _look_at_preview(self, order: Order, _limit: int, _pick: int) -> None:
        body = {"order_id": order.id}
        answer = self.world.call("POST", f"{TEMPLATE}/preview", body, key=self.shop.key)
        self.same("preview", answer.status, 200)

    def _look_at_shop(self, _order: Order, limit: int, _pick: int) -> None:
        path = f"/v1/shops/{self.shop.shop_id}"
        rules = self.model.rules
        wanted = {
            "payment_rule": rules.payment,
            "payment_minutes": rules.minutes,
            "on_shortage": rules.shortage,
        }
        self.same("shop", self.get(path).body, wanted)
        names = [row["id"] for row in self.pages(f"{path}/api-keys", limit)]
        self.same("keys", len(names), 1 + self.made_keys)


def _named(row: dict[str, Any]) -> tuple[str, ...]:
    return row["event"], row["channel"], row["audience"], row["state"]


def _by_all(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("sku", "location_id", "kind", "order_id", "quantity", "delta", "incoming")
    return tuple(str(row.get(name)) for name in (*names, "transfer_id", "reason"))
