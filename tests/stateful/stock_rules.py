"""Rules of stock: settings, movements, transfers."""

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple

from tests.stateful.base import rule
from tests.stateful.model.said import money
from tests.stateful.model.stock import Transfer
from tests.stateful.opening import SKUS, items, places
from tests.stateful.selling_rules import BERLIN, CUSTOMERS, SellingRules

_PLACES = st.sampled_from(("hq", "hq", "ny", "annex"))
_WAYS = st.sampled_from((("hq", "ny"), ("ny", "hq"), ("hq", "annex"), ("ny", "ny")))
_SKUS = st.sampled_from(SKUS)
_PLACE_CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"priority": 0},
    {"priority": 3},
    {"closed": True},
    {"closed": True},
    {"country": "FR"},
)
_ITEM_CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"oversell_policy": "deny", "backorder_limit": None, "release_at": None},
    {"oversell_policy": "backorder", "backorder_limit": 2, "release_at": None},
    {"safety_stock": 2},
    {"reorder_point": 3},
    {"tracked": False},
)


class StockRules(SellingRules):
    """What a shop does with its stock."""

    transfers: Bundle[Transfer] = Bundle("transfers")

    @rule(
        target=SellingRules.orders,
        sku=st.sampled_from(("MUG", "CAP", "TEE")),
        units=st.tuples(st.integers(1, 4), st.integers(1, 4)),
        arrives=st.integers(1, 5),
        partial=st.booleans(),
    )
    def queue_up(self, sku: str, units: tuple[int, int], arrives: int, partial: bool) -> Any:
        """Two order the same, one after the other, and some of it arrives."""
        line = {"sku": sku, "unit_price": money(700)}
        rule_of_part = {"allocation": "partial"} if partial else {}
        placed = [
            self._placed(
                {
                    "currency": "EUR",
                    "customer": CUSTOMERS[0],
                    "shipping_address": BERLIN,
                    "lines": [line | {"quantity": number}],
                }
                | rule_of_part,
                None,
                "place",
            )
            for number in units
        ]
        self.is_as_the_model_says()
        body = {"sku": sku, "location_id": "hq", "kind": "received", "quantity": arrives}
        self._move(body, None, "receive")
        return multiple(*placed)

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
        self.same("movement", answer.body, ledger_row(row))
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
        way=_WAYS,
        units=st.integers(1, 3),
        then=st.sampled_from(("there", "on its way", "arrives", "is lost")),
    )
    def transfer(self, sku: str, way: tuple[str, str], units: int, then: str) -> Any:
        """Units go to another location, at once or by and by; the first may arrive soon."""
        later = then != "there"
        body = {
            "sku": sku,
            "location_id": way[0],
            "to_location_id": way[1],
            "kind": "transferred",
            "quantity": units,
        } | ({"in_transit": True} if later else {})
        row = self._move(body, None, "transfer")
        if row is None:
            return multiple()
        if then in {"arrives", "is lost"}:
            self._end(row["transfer"], 1, lost=then == "is lost")
        return row["transfer"]

    @rule(transfer=transfers, lost=st.booleans(), units=st.integers(1, 2))
    def arrive(self, transfer: Transfer, lost: bool, units: int) -> None:
        """Some units of a transfer arrive, or are lost."""
        self._end(transfer, units, lost=lost)

    def _end(self, transfer: Transfer, units: int, *, lost: bool) -> None:
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

    # --- settings -------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(("hq", "ny", "annex", *SKUS)),
        change=st.integers(0, 5),
        found=st.sampled_from((None, *SKUS)),
    )
    def set_up(self, name: str, change: int, found: str | None) -> None:
        """A location is made, changed, closed or opened again; or a SKU is sold otherwise.

        Of a location stock is taken at once, or not.
        """
        if name in SKUS:
            item = items(self.shop.kind)[name] | _ITEM_CHANGES[change]
            says = partial(self.model.stock.put_item, name, item)
            self._put(f"/v1/items/{name}", item, says, "put item")
        else:
            usual = {"name": "Annex", "priority": 2, "country": "DE"}
            place = places().get(name, usual) | _PLACE_CHANGES[change]
            says = partial(self.model.stock.put_location, name, place)
            self._put(f"/v1/locations/{name}", place, says, "put location")
            if found:
                count = {"sku": found, "location_id": name, "kind": "counted", "quantity": 2}
                self._move(count, None, "counted")

    def _put(self, path: str, body: dict[str, Any], says: Any, use: str) -> None:
        self.pass_seconds(1)
        told: list[int] = []

        def said() -> Any:
            status, view = says()
            told.append(status)
            return view

        answer, view = self.ask("PUT", path, body, use=use, says=said, status=None)
        if view is not None:
            self.same(use, answer.status, told[0])
            self.same(use, answer.body, view)


def ledger_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the ledger as it is answered; when the first ones were made does not matter."""
    transfer = row["transfer"]
    told = {name: value for name, value in row.items() if name not in {"transfer", "created_at"}}
    return told | {"transfer_id": transfer.id if transfer else None}
