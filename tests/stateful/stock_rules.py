"""Rules of stock: settings, movements, transfers, and looks at them."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule

from tests.stateful.base import Base
from tests.stateful.model.said import missing
from tests.stateful.model.stock import Transfer
from tests.stateful.opening import SKUS, items, places

_PLACES = st.sampled_from(("hq", "ny", "annex"))
_SKUS = st.sampled_from(SKUS)
_MISFITS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"kind": "received", "quantity": 0}, "/quantity"),
    ({"kind": "adjusted", "quantity": 3}, "/reason"),
    ({"kind": "adjusted", "quantity": 0, "reason": "r"}, "/quantity"),
    ({"kind": "transferred", "quantity": 1}, "/to_location_id"),
    ({"kind": "counted", "quantity": 1, "in_transit": True}, "/in_transit"),
    ({"kind": "received", "quantity": 1, "sku": "GONE"}, "/sku"),
    ({"kind": "received", "quantity": 1, "location_id": "moon"}, "/location_id"),
)


class StockRules(Base):
    """What a shop does with its stock."""

    transfers: Bundle[Transfer] = Bundle("transfers")

    def _move(self, body: dict[str, Any], key: str | None, use: str) -> dict[str, Any] | None:
        answer, row = self.ask(
            "POST",
            "/v1/stock-movements",
            body,
            key=key,
            use=use,
            status=201,
            says=lambda: self.model.stock.move(body, key, self.world.now),
        )
        if row is None:
            return None
        transfer = row["transfer"]
        if transfer is not None and not transfer.id:
            transfer.id = answer.body["transfer_id"]
        self.same("movement", answer.body, _row(row))
        return row

    @rule(
        sku=_SKUS,
        place=_PLACES,
        units=st.integers(1, 6),
        key=st.sampled_from((None, None, None, "m1")),
    )
    def receive(self, sku: str, place: str, units: int, key: str | None) -> None:
        """Units arrive."""
        body = {"sku": sku, "location_id": place, "kind": "received", "quantity": units}
        self._move(body, key, "receive")

    @rule(
        sku=_SKUS,
        place=_PLACES,
        kind=st.sampled_from(("adjusted", "counted")),
        units=st.integers(-4, 4),
    )
    def correct(self, sku: str, place: str, kind: str, units: int) -> None:
        """Units are found or missed, by hand or by counting."""
        units = abs(units) if kind == "counted" else units
        body = {"sku": sku, "location_id": place, "kind": kind, "quantity": units}
        self._move(body | {"reason": "shelf", "reference": "doc 1"}, None, kind)

    @rule(
        target=transfers,
        sku=_SKUS,
        origin=_PLACES,
        target_place=_PLACES,
        units=st.integers(1, 3),
        later=st.booleans(),
    )
    def transfer(
        self,
        sku: str,
        origin: str,
        target_place: str,
        units: int,
        later: bool,
    ) -> Any:
        """Units go to another location, now or by and by."""
        body = {
            "sku": sku,
            "location_id": origin,
            "to_location_id": target_place,
            "kind": "transferred",
            "quantity": units,
        } | ({"in_transit": True} if later else {})
        row = self._move(body, None, "transfer")
        return row["transfer"] if row else multiple()

    @rule(transfer=transfers, lost=st.booleans(), units=st.integers(1, 2))
    def arrive(self, transfer: Transfer, lost: bool, units: int) -> None:
        """Some units of a transfer arrive, or are lost."""
        body = {
            "sku": transfer.sku,
            "location_id": transfer.target,
            "transfer_id": transfer.id,
            "kind": "adjusted" if lost else "received",
            "quantity": -units if lost else units,
        } | ({"reason": "lost"} if lost else {})
        self._move(body, None, "lose" if lost else "arrive")
        found = self.get(f"/v1/transfers/{transfer.id}").body
        self.same("transfer", found, self.model.stock.transfer(transfer.id))

    @rule(misfit=st.sampled_from(_MISFITS))
    def move_wrongly(self, misfit: tuple[dict[str, Any], str]) -> None:
        """A movement makes no sense, and nothing moves."""
        body = {"sku": "TEE", "location_id": "hq"} | misfit[0]
        self._move(body, None, f"move wrong {misfit[0]['kind']}")

    # --- settings -------------------------------------------------------------------------------

    @rule(
        name=_PLACES,
        change=st.sampled_from(
            ({}, {"priority": 0}, {"priority": 3}, {"closed": True}, {"country": "FR"})
        ),
    )
    def put_location(self, name: str, change: dict[str, Any]) -> None:
        """A location is made, changed, closed or opened again."""
        usual = {"name": "Annex", "priority": 2, "country": "DE"}
        body = places().get(name, usual) | change
        path = f"/v1/locations/{name}"
        self._put(path, body, lambda: self.model.stock.put_location(name, body), "put location")

    @rule(
        sku=_SKUS,
        change=st.sampled_from(
            (
                {},
                {"oversell_policy": "deny", "backorder_limit": None, "release_at": None},
                {"oversell_policy": "backorder", "backorder_limit": 2, "release_at": None},
                {"safety_stock": 2},
                {"reorder_point": 3},
                {"tracked": False},
            )
        ),
    )
    def put_item(self, sku: str, change: dict[str, Any]) -> None:
        """A SKU is sold otherwise."""
        body = items(self.shop.kind)[sku] | change
        self._put(
            f"/v1/items/{sku}", body, lambda: self.model.stock.put_item(sku, body), "put item"
        )

    def _put(self, path: str, body: dict[str, Any], says: Any, use: str) -> None:
        self.world.advance(1)
        told: list[int] = []

        def said() -> Any:
            status, view = says()
            told.append(status)
            return view

        answer, view = self.ask("PUT", path, body, use=use, says=said, status=None)
        if view is not None:
            self.same(use, answer.status, told[0])
            self.same(use, answer.body, view)

    # --- looks ----------------------------------------------------------------------------------

    @rule(sku=_SKUS | st.none(), place=_PLACES | st.none(), limit=st.integers(1, 4))
    def list_movements(self, sku: str | None, place: str | None, limit: int) -> None:
        """The ledger is read, newest first."""
        query = {} if sku is None else {"sku": sku}
        query |= {} if place is None else {"location_id": place}
        found = self.pages("/v1/stock-movements", limit, **query)
        rows = [
            _row(row)
            for row in self.model.stock.movements
            if sku in {None, row["sku"]} and place in {None, row["location_id"]}
        ]
        wanted = sorted(rows, key=_by_all)
        self.same(f"movements {query}", sorted(found, key=_by_all), wanted)
        at = [row["created_at"] for row in found]
        self.same("their order", at, sorted(at, reverse=True))
        self.tally["list movements"] += 1

    @rule(place=_PLACES, sku=_SKUS, limit=st.integers(1, 3))
    def list_levels(self, place: str, sku: str, limit: int) -> None:
        """A location's levels, a SKU's reservations, and a SKU's stock as a check tells it."""
        levels = [
            level
            for each in sorted(SKUS)
            for level in self.model.stock.level_views(each)
            if level["location_id"] == place
        ]
        self.same("levels", self.pages("/v1/stock-levels", limit, location_id=place), levels)
        found = self.pages("/v1/reservations", limit, sku=sku)
        wanted = [
            row
            for order in self.model.orders
            for row in order.allocation.view(order.id)
            if row["sku"] == sku
        ]
        self.same("reservations", sorted(found, key=_by_all), sorted(wanted, key=_by_all))
        self.tally["list levels"] += 1

    @rule(sku=_SKUS, from_start=st.booleans())
    def check(self, sku: str, from_start: bool) -> None:
        """Stock is proven: each number is what its rows come to."""
        body = {"sku": sku} | ({"from_start": True} if from_start else {})
        answer = self.world.call("POST", "/v1/stock-checks", body, key=self.shop.key)
        self.same("check", answer.status, 200)
        for level in answer.body["levels"]:
            for name in ("on_hand", "reserved", "available", "backordered", "incoming"):
                self.same(f"{sku} {name}", level[name]["stored"], level[name]["computed"])
        self.tally["check"] += 1

    @rule(name=st.sampled_from(("transfers/trf_nothing", "items/GONE", "locations/moon")))
    def look_for_nothing(self, name: str) -> None:
        """There is no such thing."""

        def refuse() -> None:
            raise missing()

        self.ask("GET", f"/v1/{name}", says=refuse, use="look for nothing")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the ledger as it is answered; when the first ones were made does not matter."""
    transfer = row["transfer"]
    told = {name: value for name, value in row.items() if name not in {"transfer", "created_at"}}
    return told | {"transfer_id": transfer.id if transfer else None}


def _by_all(row: dict[str, Any]) -> tuple[str, ...]:
    names = (
        "sku",
        "location_id",
        "kind",
        "order_id",
        "quantity",
        "delta",
        "incoming",
        "transfer_id",
    )
    return tuple(str(row.get(name)) for name in names)
