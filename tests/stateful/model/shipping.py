"""Shipments: registered, followed, and what they do to their orders and their customers."""

from collections import Counter
from functools import partial
from typing import Any

from tests.stateful.model.lines import Parcel
from tests.stateful.model.orders import Order
from tests.stateful.model.parcels import DONE, GONE, Shipment, Tracked
from tests.stateful.model.returning import Returning
from tests.stateful.model.said import conflict, missing, unprocessable

_REFRESH_APART = 15.0
"""Seconds between two questions that somebody wants asked at once."""
_TOLD = frozenset(
    {"out_for_delivery", "available_for_pickup", "delivery_attempted", "delivered", "exception"}
)


class Shipping(Returning):
    """What a shop asks of shipments."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.shipments: list[Shipment] = []

    def shipment(self, name: str) -> Shipment:
        """The shipment of an id; raises Refused."""
        found = next((each for each in self.shipments if each.id == name), None)
        if found is None:
            raise missing()
        return found

    def ship(self, body: dict[str, Any], key: str | None) -> tuple[Shipment, bool]:
        """Register a shipment; whether it is new."""
        names = sorted((each["carrier"], each["tracking_number"]) for each in body["parcels"])
        if len(set(names)) < len(names):
            raise unprocessable("/parcels/1/tracking_number")
        identity = ("key", key) if key else ("parcels", *names)
        siblings = [each for each in self.shipments if each.order.id == body["order_id"]]
        for sibling in siblings:
            if sibling.identity == identity:
                if sibling.request == body:
                    return sibling, False
                raise unprocessable() if key else conflict(shipment_id=sibling.id)
        for sibling in siblings:
            if {number for _, number in names} & {each.number for each in sibling.parcels}:
                raise conflict(shipment_id=sibling.id)
        order = next((each for each in self.orders if each.id == body["order_id"]), None)
        if order is None:
            raise unprocessable("/order_id")
        if order.status == "draft":
            raise conflict()
        lines = self._lines(order, siblings, body.get("lines"))
        parcels = [Tracked(number, carrier) for carrier, number in names]
        by_number = {each.number: each for each in parcels}
        parcels = [by_number[each["tracking_number"]] for each in body["parcels"]]
        made = Shipment(order, lines, parcels, self.now, identity, body, heard_at=self.now)
        self.shipments.append(made)
        self.todo.append(partial(self._announce, made, "ShipmentCreated", 1, ""))
        return made, True

    @staticmethod
    def _lines(
        order: Order, siblings: list[Shipment], asked: list[dict[str, Any]] | None
    ) -> dict[str, int]:
        shipped = Counter[str]()
        for sibling in siblings:
            shipped.update(sibling.lines)
        left = {line.id: line.quantity - max(shipped[line.id], line.sent) for line in order.agreed}
        if asked is not None:
            named = [each["line_id"] for each in asked]
            wrong = [
                f"/lines/{number}/line_id"
                for number, name in enumerate(named)
                if name not in left or named.count(name) > 1
            ]
            if wrong:
                raise unprocessable(*wrong)
            if any(each["quantity"] > left[each["line_id"]] for each in asked):
                raise conflict()
            return {each["line_id"]: each["quantity"] for each in asked}
        physical = [line for line in order.agreed if line.ships]
        wanted = {line.id: left[line.id] - line.cancelled for line in physical}
        if not any(units > 0 for units in wanted.values()):
            wanted = {line.id: left[line.id] for line in physical}
        lines = {name: units for name, units in wanted.items() if units > 0}
        if not lines:
            raise conflict()
        return lines

    # --- what carriers tell ---------------------------------------------------------------------

    def may_refresh(self, shipment: Shipment) -> bool:
        """Whether it was long enough ago that somebody asked at once."""
        return self.now >= shipment.asked_at + _REFRESH_APART

    def heard(self, number: str, scans: tuple[str, ...]) -> None:
        """A carrier was asked about a number, and told all that it knows."""
        for shipment in self.shipments:
            for parcel in shipment.parcels:
                if parcel.number == number:
                    self._told_of(shipment, parcel, scans)

    def _told_of(self, shipment: Shipment, parcel: Tracked, scans: tuple[str, ...]) -> None:
        before = shipment.status
        shipment.heard_at = self.now
        parcel.scans = list(scans)
        parcel.lost = not scans
        after = shipment.status
        shipment.version += 1
        if after != before:
            fact = after if after in _TOLD else ""
            told = partial(self._announce, shipment, fact, shipment.version, before)
            self.todo.append(told)

    def _announce(self, shipment: Shipment, fact: str, version: int, before: str) -> None:
        """The bus hears of a shipment: its order first, then who writes messages."""
        self.todo.append(partial(self._move, shipment, shipment.status, before))
        if fact:
            self.todo.append(partial(self.messages.of_shipment, shipment, fact, version))

    def _move(self, shipment: Shipment, status: str, before: str) -> None:
        """An order hears of a shipment."""
        order = shipment.order
        known = order.parcels.get(shipment.id)
        latest = Parcel(dict(shipment.lines), delivered=status == "delivered", ended=status in GONE)
        if known is not None:
            on_the_way = not (latest.delivered or latest.ended or before in DONE)
            if on_the_way and not known.delivered and not known.ended:
                return
        with self.changing(order):
            order.parcels[shipment.id] = latest
            order.recount()
            order.settle(self.now)
