"""Rules of shipments: registered, scanned by their carriers, asked about, and time."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple

from tests.stateful.base import Base, DiffersError, rule
from tests.stateful.model.orders import Order
from tests.stateful.model.parcels import DONE, Shipment
from tests.stateful.selling_rules import UNITS

_DAY = 26 * 3600
"""Seconds after which everybody who is followed has been asked about."""
_JOURNEYS = (
    ("picked-up",),
    ("out", "delivered"),
    ("arrived", "attempted", "out"),
    ("picked-up", "pickup"),
    ("customs-hold",),
    ("attempted", "returning"),
    ("delivered",),
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
        units=st.none() | st.lists(UNITS, min_size=1, max_size=2),
        key=st.sampled_from((None, None, None, "s1")),
    )
    def ship(
        self,
        order: Order,
        carriers: tuple[str, ...],
        units: list[tuple[int, int]] | None,
        key: str | None,
    ) -> Any:
        """Parcels leave, with all that is open or with some of it."""
        parcels = [
            {"tracking_number": self.world.post.new_number(name), "carrier": name}
            for name in carriers
        ]
        lines = [
            {"line_id": self.line_of(order, line), "quantity": quantity}
            for line, quantity in units or ()
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

    # --- what happens to parcels ----------------------------------------------------------------

    @rule(
        shipment=shipments,
        journey=st.sampled_from(_JOURNEYS),
        which=st.sampled_from((None, None, 0)),
        told=st.sampled_from(("at once", "at once", "later")),
    )
    def scan(
        self, shipment: Shipment, journey: tuple[str, ...], which: int | None, told: str
    ) -> None:
        """Something happens to a shipment's parcels, or to its first; somebody asks, or time does.

        What was delivered stays where it is.
        """
        for what in journey:
            self.pass_seconds(20)
            for parcel in shipment.parcels if which is None else shipment.parcels[:1]:
                known = self.world.post.scans.get(parcel.number, [])
                if not known or known[-1][1] != "delivered":
                    self.world.post.scan(parcel.number, what, self.world.now)
            self.tally[f"scan {what}"] += 1
            if told == "at once":
                self._refresh(shipment)
                self.is_as_the_model_says()

    @rule(target=shipments, order=Base.orders)
    def bring(self, order: Order) -> Any:
        """All that is open of an order leaves, and arrives."""
        number = self.world.post.new_number("ems")
        parcel = {"tracking_number": number, "carrier": "ems"}
        shipment = self._ship({"order_id": order.id, "parcels": [parcel]}, None, "ship")
        if isinstance(shipment, Shipment):
            self.is_as_the_model_says()
            for what in ("out", "delivered"):
                self.pass_seconds(20)
                self.world.post.scan(number, what, self.world.now)
                self._refresh(shipment)
                self.is_as_the_model_says()
        return shipment

    @rule(shipment=shipments)
    def refresh(self, shipment: Shipment) -> None:
        """Somebody wants to know at once."""
        self._refresh(shipment)

    def _refresh(self, shipment: Shipment) -> None:
        """Ask the carriers: EMS has no limits but that between two such questions."""
        self.pass_seconds(1)
        answer = self.world.call("POST", f"/v1/shipments/{shipment.id}/refresh", key=self.shop.key)
        self.tally[f"refresh {answer.status}"] += 1
        ours = {parcel.number for parcel in shipment.parcels}
        told = {number for number, _ in self.world.post.told}
        if not told <= ours:
            raise DiffersError(f"asked about {told}, which are not {ours}")
        carriers = {parcel.carrier for parcel in shipment.parcels}
        early = not self.model.may_refresh(shipment)
        if early and not shipment.is_over:
            self.same("refresh", answer.status, 429)
        elif carriers == {"ems"} and not shipment.is_over:
            self.same("refresh", (answer.status, told), (200, ours))
        elif answer.status not in {200, 429}:
            raise DiffersError(f"refresh: {answer.status} {answer.body}")
        if answer.status == 200 and not early:
            shipment.asked_at = self.world.now
        self.settle()
        if answer.status == 200:
            self.same("refreshed", answer.body, shipment.view())

    # --- time -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((16, 125, 125, 700, 3700, _DAY)))
    def wait(self, seconds: int) -> None:
        """Time passes, and the schedules fire."""
        self.pass_seconds(seconds)
        began = self.world.now
        self.tick()
        for shipment in self.model.shipments:
            must = seconds == _DAY and shipment.status not in DONE
            if must and shipment.heard_at < began:
                raise DiffersError(f"nobody asked about {shipment.id} for a day")
        self.tally[f"wait {seconds}"] += 1
