"""Whose facts a preview shows: an order's of the shop, or a sample's. Nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from notify.policy.rules import Audience
from notify.words.facts import AnyFacts, FactsIn
from notify.words.messages import MESSAGES, Said
from notify.words.samples import sample_facts, told
from notify.words.shop_wording import shop_facts_of
from notify.words.template import Place
from notify.words.wording import Reader, Subject, facts_of
from waybill.dynamo import Item
from waybill.problems import field_problem


class Orders(Protocol):
    """Orders; see :class:`waybill.views.OrdersView`."""

    def order(self, shop_id: str, order_id: str) -> Item | None:
        """Return status, number, lines and shipments."""

    def details(self, shop_id: str, order_id: str) -> Item | None:
        """Return customer, addresses, titles and totals."""


class Shipments(Protocol):
    """Shipments; see :class:`waybill.views.ShipmentsView`."""

    def shipment(self, shop_id: str, shipment_id: str) -> Item | None:
        """Return status, token, lines and parcels."""


class Shops(Protocol):
    """Shops; see :class:`waybill.views.ShopsView`."""

    def shop(self, shop_id: str) -> Item | None:
        """Return the shop's name and currency."""


@dataclass(frozen=True)
class PreviewFacts:
    """Reads what a preview is about."""

    orders: Orders
    shipments: Shipments
    shops: Shops
    clock: Callable[[], datetime]
    public_url: str

    def of(self, shop_id: str, place: Place, order_id: str | None) -> FactsIn:
        """Return the facts, once they are said in a locale; 422 for an order that will not do."""
        said, shop = MESSAGES[place.message], self.shops.shop(shop_id) or {}
        if order_id is None:
            return lambda locale: sample_facts(said, locale, shop=shop, public_url=self.public_url)
        subject = self._subject(shop_id, shop, order_id, said)
        reader = Reader(self.clock(), public_url=self.public_url)
        data = told(said, subject.order.get("currency") or "EUR") | self._of(subject)

        def facts(locale: str) -> AnyFacts:
            if said.audience is Audience.SHOP:
                return shop_facts_of(shop, data, locale=locale)
            return facts_of(subject, data, locale=locale, reader=reader)

        return facts

    def _subject(self, shop_id: str, shop: Item, order_id: str, said: Said) -> Subject:
        order = self.orders.order(shop_id, order_id)
        if order is None:
            raise field_problem("/order_id", "this shop has no such order")
        shipment = None
        if said.about_shipment:
            shipments = sorted(order.get("shipments", {}))
            shipment = self.shipments.shipment(shop_id, shipments[-1]) if shipments else None
            if shipment is None:
                raise field_problem("/order_id", "this order has no shipment yet to tell of")
        details = self.orders.details(shop_id, order_id) or {}
        return Subject(order=order, details=details, shop=shop, shipment=shipment)

    @staticmethod
    def _of(subject: Subject) -> dict[str, Any]:
        """What the order itself says of what an event would have told."""
        number, reason = subject.order["number"], subject.order.get("cancel_reason")
        holds = [hold["kind"] for hold in subject.order.get("holds", ())]
        told = {"number": number, "orders": [{"number": number, "holds": holds}]}
        return told | ({"reason": reason} if reason else {})
