"""Rules of shipments: registered, scanned by their carriers, asked about, and time."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule

from tests.stateful.base import Base, Differs
from tests.stateful.model.orders import Order
from tests.stateful.model.parcels import DONE, Shipment
from tests.stateful.model.said import missing, unprocessable

_DAY = 26 * 3600
"""Seconds after which everybody who is followed has been asked about."""
_SCANS = (
    "picked-up",
    "arrived",
    "out",
    "delivered",
    "attempted",
    "pickup",
    "customs-hold",
    "returning",
)
_WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"parcels": []}, "/parcels"),
    (
        {"parcels": [{"tracking_number": "EE400001374CN", "carrier": "nobody"}]},
        "/parcels/0/carrier",
    ),
    ({"parcels": [{"tracking_number": "1"}]}, "/parcels/0/tracking_number"),
    ({"lines": [{"line_id": "line_1", "quantity": 0}]}, "/lines/0/quantity"),
)


class ParcelRules(Base):
    """What a shop asks of shipments, and what becomes of them."""

    shipments: Bundle[Shipment] = Bundle("shipments")

    def _ship(self, body: dict[str, Any], key: str | None, use: str) -> Any:
        answer, said = self.ask(
            "POST",
            "/v1/shipments",
            body,
            key=key,
            use=use,
            status=201,
            says=lambda: self.model.ship(body, key),
        )
        if said is None:
            return multiple()
        shipment, new = said
        if new:
            shipment.id = answer.body["id"]
        fresh = [parcel | {"status": "pending"} for parcel in shipment.view()["parcels"]]
        wanted = shipment.view() | {"status": "pending", "parcels": fresh}
        self.same("shipment", answer.body, wanted)
        return shipment if new else multiple()

    @rule(
        target=shipments,
        order=Base.orders,
        carriers=st.sampled_from((("ems",), ("dhl",), ("ems", "ems"), ("ems", "dhl"))),
        units=st.none()
        | st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1, max_size=2),
        key=st.sampled_from((None, None, None, "s1")),
    )
    def ship(
        self,
        order: Order,
        carriers: tuple[str, ...],
        units: dict[int, int] | None,
        key: str | None,
    ) -> Any:
        """Parcels leave, with all that is open or with some of it."""
        parcels = [
            {"tracking_number": self.world.post.new_number(name), "carrier": name}
            for name in carriers
        ]
        lines = [
            {"line_id": f"line_{number}", "quantity": quantity}
            for number, quantity in (units or {}).items()
        ]
        body = {"order_id": order.id, "parcels": parcels} | ({"lines": lines} if units else {})
        return self._ship(body, key, "ship some" if units else "ship")

    @rule(
        target=shipments,
        shipment=shipments,
        change=st.sampled_from(("same", "other lines", "other order")),
    )
    def ship_again(self, shipment: Shipment, change: str) -> Any:
        """The same parcels are registered again, or for something else."""
        body = dict(shipment.request)
        if change == "other lines":
            body["lines"] = [{"line_id": "line_1", "quantity": 1}]
        if change == "other order":
            body["order_id"] = "ord_00000000000000000000000000"
        key = shipment.identity[1] if shipment.identity[0] == "key" else None
        return self._ship(body, key, f"ship {change} again")

    @rule(order=Base.orders, wrong=st.sampled_from(_WRONG))
    def ship_wrongly(self, order: Order, wrong: tuple[dict[str, Any], str]) -> None:
        """A shipment cannot be, and is not."""

        def refuse() -> None:
            raise unprocessable(wrong[1])

        number = {"tracking_number": self.world.post.new_number("ems"), "carrier": "ems"}
        body = {"order_id": order.id, "parcels": [number]} | wrong[0]
        self.ask("POST", "/v1/shipments", body, use="ship wrongly", says=refuse)

    # --- what happens to parcels ----------------------------------------------------------------

    @rule(
        shipment=shipments,
        what=st.sampled_from(_SCANS),
        which=st.sampled_from((None, None, 0)),
        told=st.sampled_from(("at once", "at once", "later")),
    )
    def scan(self, shipment: Shipment, what: str, which: int | None, told: str) -> None:
        """Something happens to a shipment's parcels, or to its first; somebody asks, or time does.

        What was delivered stays where it is.
        """
        self.world.advance(20)
        for parcel in shipment.parcels if which is None else shipment.parcels[:1]:
            known = self.world.post.scans.get(parcel.number, [])
            if not known or known[-1][1] != "delivered":
                self.world.post.scan(parcel.number, what, self.world.now)
        self.tally[f"scan {what}"] += 1
        if told == "at once":
            self._refresh(shipment)

    @rule(shipment=shipments)
    def refresh(self, shipment: Shipment) -> None:
        """Somebody wants to know at once."""
        self._refresh(shipment)

    def _refresh(self, shipment: Shipment) -> None:
        """Ask the carriers: EMS has no limits but that between two such questions."""
        self.world.advance(1)
        self.model.now = self.world.now
        self._sound = False
        self.world.post.told.clear()
        answer = self.world.call("POST", f"/v1/shipments/{shipment.id}/refresh", key=self.shop.key)
        self.tally[f"refresh {answer.status}"] += 1
        ours = {parcel.number for parcel in shipment.parcels}
        told = {number for number, _ in self.world.post.told}
        if not told <= ours:
            raise Differs(f"asked about {told}, which are not {ours}")
        carriers = {parcel.carrier for parcel in shipment.parcels}
        early = not self.model.may_refresh(shipment)
        if early and not shipment.is_over:
            self.same("refresh", answer.status, 429)
        elif carriers == {"ems"} and not shipment.is_over:
            self.same("refresh", (answer.status, told), (200, ours))
        elif answer.status not in {200, 429}:
            raise Differs(f"refresh: {answer.status} {answer.body}")
        if answer.status == 200 and not early:
            shipment.asked_at = self.world.now
        self.settle()
        if answer.status == 200:
            self.same("refreshed", answer.body, shipment.view())

    @rule(name=st.sampled_from(("shp_00000000000000000000000000", "nonsense")))
    def look_for_no_shipment(self, name: str) -> None:
        """There is no such shipment."""

        def refuse() -> None:
            raise missing()

        self.ask("GET", f"/v1/shipments/{name}", use="look for no shipment", says=refuse)

    @rule(order=Base.orders, limit=st.integers(1, 3), status=st.sampled_from((None, "delivered")))
    def list_shipments(self, order: Order, limit: int, status: str | None) -> None:
        """Shipments are listed, newest first: the shop's, and an order's."""
        query = {"status": status} if status else {}
        all_of = [
            each.view() for each in reversed(self.model.shipments) if status in {None, each.status}
        ]
        self.same("shipments", self.pages("/v1/shipments", limit, **query), all_of)
        found = self.pages("/v1/shipments", limit, order_id=order.id, **query)
        wanted = [each for each in all_of if each["order_id"] == order.id]
        self.same("shipments of an order", found, wanted)
        self.tally["list shipments"] += 1

    @rule(shipment=shipments, limit=st.integers(1, 3))
    def list_scans(self, shipment: Shipment, limit: int) -> None:
        """A shipment's scans, and its public page."""
        found = self.pages(f"/v1/shipments/{shipment.id}/events", limit)
        wanted = sum(len(parcel.scans) for parcel in shipment.parcels)
        self.same("scans", len(found), wanted)
        self.tally["list scans"] += 1

    # --- time -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((16, 125, 125, 700, 3700, _DAY)))
    def wait(self, seconds: int) -> None:
        """Time passes, and the schedules fire."""
        self.world.advance(seconds)
        began = self.world.now
        self.tick()
        for shipment in self.model.shipments:
            must = seconds == _DAY and shipment.status not in DONE
            if must and shipment.heard_at < began:
                raise Differs(f"nobody asked about {shipment.id} for a day")
        self.tally[f"wait {seconds}"] += 1
