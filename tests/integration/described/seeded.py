"""A shop in the middle of its work: stock, and orders, shipments and returns in their states."""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from notify.endpoint import unsubscribe_secret
from notify.feedback.mail_events import Objection
from notify.feedback.suppressing import SuppressionTable
from notify.ledger.messages import Cause, Message, Reason, State
from notify.ledger.repository import MessageTable
from notify.people import contact
from notify.people.tokens import Subscription, sign
from notify.policy.rules import Audience, Channel, Topic
from shops import api as shops_api
from tests.integration.conftest import REGION, Aws
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import money, order_body
from tests.support.http import OPERATOR_KEY, http_event
from tracking import api as tracking_api
from waybill import keys
from waybill.customers import customer_id
from waybill.dynamo import marshal_item

PAID = [{"kind": "captured", "amount": money(4997)}]


def units(quantity: int = 1, **more: Any) -> list[dict[str, Any]]:
    """Units of an order's first line."""
    return [{"line_id": "line_1", "quantity": quantity} | more]


BODIES: Mapping[str, dict[str, Any]] = {
    "orders.place_order": order_body(payments=PAID),
    "orders.amend_order": {"note": "Ring twice.", "tags": ["gift"]},
    "orders.hold_order": {"kind": "OTHER", "note": "Ana is asked."},
    "orders.cancel_order": {"reason": "customer"},
    "orders.quote_edit": {"lines": units(), "shipping_price": money(500)},
    "orders.record_payment": {"kind": "captured", "amount": money(100)},
    "orders.request_return": {"lines": units(reason="defective")},
    "orders.decline_return": {"note": "worn"},
    "orders.receive_return": {"lines": units(disposition="restock", location_id="hq")},
    "orders.refund_return": {"amount": money(100)},
    "inventory.put_location": {"name": "Shelf", "priority": 3, "country": "PT"},
    "inventory.put_item": {"title": "Tea"},
    "inventory.record_movement": {
        "sku": "TEE",
        "location_id": "hq",
        "kind": "received",
        "quantity": 3,
    },
    "inventory.check_stock": {"sku": "TEE"},
    "notify.put_preferences": {
        "locale": "de-AT",
        "time_zone": "Europe/Vienna",
        "quiet_hours": {"from": "22:00", "to": "07:00"},
        "topics": {"marketing": True},
        "consents": [
            {"what": "marketing", "given": True, "source": "checkout", "text": "News, please"}
        ],
    },
    "notify.put_template": {
        "subject": "Order {{ number }}",
        "headline": "Thank you",
        "body": "Dear {{ name or 'customer' }}, we have it.",
    },
    "notify.preview_template": {},
    "tracking.correct_parcel": {"tracking_number": "RR473124829DE", "carrier": "dhl"},
    "tracking.identify_number": {"number": "EE473124829CN"},
    "tracking.put_carrier": {"credentials": {"token": "t"}, "daily_budget": 100},
    "shops.create_shop": {
        "name": "Tea",
        "currency": "EUR",
        "alert_email": "ana@shop.example",
        "locale": "de-AT",
        "message_budgets": {"email": 1000, "sms": 10},
    },
    "shops.amend_shop": {"time_zone": "Europe/Lisbon", "message_budgets": {"sms": 5}},
    "shops.create_api_key": {"name": "till", "scopes": ["orders:read"]},
    "shops.set_platform": {"secrets": ["a-secret"]},
}
"""By operation, a body that it accepts."""


class Seeded:
    """The shop, and by the name of a parameter or a field the values that exist."""

    def __init__(self, aws: Aws) -> None:
        then = "2026-03-04T05:06:07.000Z"
        settings = {"name": "Tea & Co", "currency": "EUR", "version": 1}
        self.shop = Joint(aws, **settings, created_at=then, updated_at=then)
        path = f"/v1/shops/{self.shop.id}"
        asked = BODIES["shops.create_api_key"]
        key = ask(shops_api, "POST", f"{path}/api-keys", asked | {"scopes": ["*"]})["key"]
        forget_key(aws, self.shop.key)
        self.key = self.shop.key = key
        revocable = ask(shops_api, "POST", f"{path}/api-keys", asked)["id"]
        ask(shops_api, "PUT", f"{path}/platforms/shopify", BODIES["shops.set_platform"])
        ask(tracking_api, "PUT", "/v1/carriers/ems", BODIES["tracking.put_carrier"])
        transfer = self._stock()
        orders, shipments, returns = self._orders()
        edit = self.shop.call(
            "POST", f"/v1/orders/{orders[0]}/edits", {"lines": units()}, expect=201
        )
        held = self.shop.call(
            "POST", f"/v1/orders/{orders[1]}/holds", BODIES["orders.hold_order"], expect=201
        )
        customer = customer_id(self.shop.id, "jane@mail.example")
        plain = self.shop.place(payments=PAID)["id"]
        self.shop.settle(plain)
        self.known: Mapping[str, Sequence[str]] = {
            "order_id": [*orders, plain, self.shop.place(draft=True)["id"]],
            "edit_id": [edit["id"]],
            "hold_id": [held["holds"][0]["id"]],
            "return_id": returns,
            "shipment_id": [one["id"] for one in shipments],
            "parcel_id": ["1"],
            "customer_id": [customer, self._bounced(aws)],
            "message_id": [failed_mail(aws, self.shop.id, one) for one in (*orders, plain)][:1],
            "token": [
                shipments[0]["tracking_url"].rpartition("/")[2],
                sign(
                    Subscription(self.shop.id, customer, Topic.DELIVERIES),
                    unsubscribe_secret().get(),
                ),
            ],
            "line_id": ["line_1", "line_2"],
            "event": ["order_confirmed", "delivered"],
            "channel": ["email", "sms"],
            "locale": ["en", "de-AT"],
            "sku": ["TEE", "MUG"],
            "location_id": ["hq", "outlet"],
            "to_location_id": ["hq", "outlet"],
            "shop_id": [self.shop.id],
            "key_id": [revocable],
            "platform": ["shopify"],
            "carrier": ["ems"],
            "transfer_id": [transfer],
            "currency": ["EUR"],
        }
        self.bodies = BODIES | {
            "tracking.create_shipment": {
                "order_id": orders[0],
                "parcels": [{"tracking_number": "EE473124829CN"}],
                "lines": units(),
            }
        }
        self.keep()

    def keep(self) -> None:
        """Remember everything as it is now."""
        self._tables = {name: copy.deepcopy(table.items) for name, table in tables()}

    def restore(self) -> None:
        """Put everything back as it was kept, whatever was done since."""
        for name, table in tables():
            table.items = copy.deepcopy(self._tables[name])

    def _bounced(self, aws: Aws) -> str:
        """A customer whose mail came back: their id."""
        customer = customer_id(self.shop.id, "ana@mail.example")
        told = Objection("f1", contact.Cause.BOUNCE, "General", None, ("ana@mail.example",))
        suppressions = SuppressionTable(aws.table("NotificationsTable"))
        suppressions.take(self.shop.id, customer, told, "sns-1")
        return customer

    def _stock(self) -> str:
        """Units on a shelf, and some on their way to another: the transfer's id."""
        outlet = {"name": "Outlet", "priority": 2, "country": "ES"}
        self.shop.inventory("PUT", "/v1/locations/outlet", outlet)
        for sku in ("TEE", "MUG"):
            self.shop.receive(sku, 1000)
        moved = {
            "sku": "TEE",
            "location_id": "hq",
            "to_location_id": "outlet",
            "kind": "transferred",
            "quantity": 5,
            "in_transit": True,
        }
        transfer: str = self.shop.inventory("POST", "/v1/stock-movements", moved)["transfer_id"]
        return transfer

    def _orders(self) -> tuple[list[str], list[dict[str, Any]], list[str]]:
        """Orders: confirmed, paid, shipped, and delivered with returns; what belongs to them."""
        names = []
        for _ in range(4):
            names.append(self.shop.place(payments=PAID)["id"])
            self.shop.settle(names[-1])
        shipments = [self._ship(order_id, number) for number, order_id in enumerate(names[2:])]
        for one in shipments:
            self.shop.ship(one["order_id"], shipment=one["id"])
        delivered = shipments[1]
        self.shop.ship(
            names[3], 2, delivered["id"], status="delivered", previous_status="in_transit"
        )
        returns = [self._return(names[3], line_id) for line_id in ("line_1", "line_1", "line_2")]
        for return_id in returns[1:]:
            self.shop.call("POST", f"/v1/returns/{return_id}/approve", expect=200)
        got = {"lines": [{"line_id": "line_2", "quantity": 1, "disposition": "damaged"}]}
        self.shop.call("POST", f"/v1/returns/{returns[2]}/receive", got, expect=200)
        return names, shipments, returns

    def _ship(self, order_id: str, number: int) -> dict[str, Any]:
        parcel = {"tracking_number": ("EE473124829CN", "EB123456785JP")[number]}
        body = {"order_id": order_id, "parcels": [parcel]}
        return ask(tracking_api, "POST", "/v1/shipments", body, key=self.key)

    def _return(self, order_id: str, line_id: str) -> str:
        body = {"lines": [{"line_id": line_id, "quantity": 1}]}
        return self.shop.call("POST", f"/v1/orders/{order_id}/returns", body, expect=201)["id"]


def forget_key(aws: Aws, key: str) -> None:
    """Take away a key that was put beside the API, and lacks what a list of keys tells."""
    key_id = key.split("_")[1]
    where = marshal_item(keys.api_key(f"shop_{key_id[:26]}", key_id))
    aws.client("dynamodb").delete_item(TableName="ShopsTable", Key=where)


def ask(room: Any, method: str, path: str, body: Any, key: str = OPERATOR_KEY) -> dict[str, Any]:
    """What a room's API answers; a refusal fails the test."""
    answer = room.lambda_handler(http_event(method, path, body, key=key), None)
    assert answer["statusCode"] < 300, answer["body"]
    document: dict[str, Any] = json.loads(answer["body"])
    return document


def failed_mail(aws: Aws, shop_id: str, order_id: str) -> str:
    """A mail that was given up, and may be tried again: its id, the same for each order."""
    then = "2026-03-04T05:06:07.000Z"
    mail = Message(
        shop_id=shop_id,
        order_id=order_id,
        id="msg_" + "0" * 25 + "1",
        subject_id=order_id,
        event="order_confirmed",
        channel=Channel.EMAIL,
        audience=Audience.CUSTOMER,
        state=State.FAILED,
        reason=Reason.UNAVAILABLE,
        created_at=then,
        updated_at=then,
        correlation_id="req-1",
        actor="key:k1",
        attempts=6,
        cause=Cause("OrderConfirmed", 2, {"status": "confirmed"}),
    )
    MessageTable(aws.table("NotificationsTable")).add(mail)
    return mail.id


def tables() -> Iterable[tuple[str, Any]]:
    """moto's tables, by name."""
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.items()
