"""Reads what a fact is about, as it stands now."""

from dataclasses import dataclass

from notify.sending.occasion import Fact, Part
from notify.sending.ports import Orders, Shipments, Shops
from notify.words.wording import Subject
from waybill.dynamo import Item
from waybill.events import DEPLOYMENT


class MissingSubjectError(Exception):
    """A fact about something that is not stored; its event is delivered again."""


@dataclass(frozen=True)
class Reader:
    """Looks into the tables of others, by key."""

    orders: Orders
    shipments: Shipments
    shops: Shops
    operator_email: str = ""
    """Who is told of what is no shop's; "": nobody."""

    def read(self, fact: Fact) -> Part:
        """Return a fact with what it is about; raises MissingSubjectError, and AWS's errors."""
        order_id, shipment_id = fact.data["order_id"], fact.data.get("shipment_id")
        order = self.orders.order(fact.shop_id, order_id)
        shipment = self.shipments.shipment(fact.shop_id, shipment_id) if shipment_id else None
        if order is None or (shipment_id and shipment is None):
            raise MissingSubjectError(f"{fact.name} {fact.key} {fact.version}")
        subject = Subject(
            order=order,
            details=self.orders.details(fact.shop_id, order_id) or {},
            shop=self.shops.shop(fact.shop_id) or {},
            shipment=shipment,
        )
        return Part(fact, subject)

    def read_shop(self, fact: Fact) -> Part:
        """Return a fact that concerns the shop, or who runs them all, with the shop."""
        if fact.shop_id == DEPLOYMENT:
            shop: Item = {"alert_email": self.operator_email}
        else:
            shop = self.shops.shop(fact.shop_id) or {}
        return Part(fact, Subject(order={}, details={}, shop=shop, shipment=None))
