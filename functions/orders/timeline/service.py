"""The use case of the timeline: a page of an order's past, for a bounded number of reads."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

from orders.details import Details
from orders.order import Order
from orders.records import Entry, PaymentFact
from orders.timeline.assembling import Moment, Sources, moment_of, moments
from waybill.dynamo import Item


class Orders(Protocol):
    """Where orders are read; see OrderService."""

    def order(self, shop_id: str, order_id: str) -> tuple[Order, Details]:
        """Read an order; raises NotFound."""


class Entries(Protocol):
    """What was written beside an order; see TimelineRepository."""

    def entries(
        self, shop_id: str, order_id: str, before: str | None, limit: int
    ) -> list[tuple[str, Entry]]:
        """Read entries with their places, newest first, from a place on."""

    def payments(self, shop_id: str, order_id: str) -> list[PaymentFact]:
        """Read the payments told of since the order was placed."""


class Decisions(Protocol):
    """What inventory decided; see :class:`waybill.views.InventoryView`."""

    def decision(self, shop_id: str, order_id: str) -> Item | None:
        """updated_at, decision and lines, if it has."""


class Shipments(Protocol):
    """What tracking knows; see :class:`waybill.views.ShipmentsView`."""

    def shipments(self, shop_id: str, shipment_ids: Iterable[str]) -> list[Item]:
        """id, status, parcels, created_at, updated_at, version and actor of those that exist."""


class Reached(NamedTuple):
    """How far a timeline has been shown: the last entry, and the last of all else."""

    entry: str | None = None
    other: str | None = None


@dataclass(frozen=True)
class Timelines:
    """Tells what happened to orders."""

    orders: Orders
    beside: Entries
    stock: Decisions
    tracking: Shipments

    def page(
        self, shop_id: str, order_id: str, *, limit: int, after: Reached
    ) -> tuple[list[Moment], Reached | None]:
        """Return what happened, newest first, and how far that goes (None: to the beginning).

        Reads ``limit`` entries and one, and what each page needs of the order: its stock's
        decision, its shipments and its payments. Raises NotFound.
        """
        order, details = self.orders.order(shop_id, order_id)
        facts = self.beside.payments(shop_id, order_id) if order.payment_facts else []
        shipments = self.tracking.shipments(shop_id, sorted(order.shipments))
        decision = self.stock.decision(shop_id, order_id)
        told = moments(Sources(order, details, decision, shipments, facts))
        others = [one for one in told if after.other is None or one.place < after.other]
        entries = self.beside.entries(shop_id, order_id, after.entry, limit + 1)
        rows: Iterator[tuple[str | None, Moment]] = heapq.merge(
            ((place, moment_of(entry, place)) for place, entry in entries),
            ((None, other) for other in others),
            key=lambda row: row[1].place,
            reverse=True,
        )
        shown = list(islice(rows, limit))
        for place, moment in shown:
            after = (
                after._replace(other=moment.place) if place is None else Reached(place, after.other)
            )
        goes_on = len(entries) + len(others) > len(shown)
        return [moment for _, moment in shown], after if goes_on else None
