"""One order's whole story, step by step, over public HTTP: the demo plays it, the tests drive it.

It knows a running stack by its description alone and imports nothing of the product.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

import requests

from local import props
from local.calls import PATIENCE_SECONDS, Calls, StepFailedError, comes_true, until
from local.errors import one_line
from local.home import Stack

_RECEIVED = 5
_ORDERED = 2
_TOO_MANY = 3
_PRICE = 1890
_SWEEP_SECONDS = 2.0


class Story:
    """The actors of one order: a shop, two customers, a platform, a carrier. Play it once."""

    def __init__(self, stack: Stack, say: Callable[[str], None] = print) -> None:
        self.stack = stack
        self.calls = Calls(stack)
        self._say = say
        mark = secrets.token_hex(3)  # several stories may be played on one stack
        chance = random.SystemRandom()
        self.sku = f"BEANS-{mark}"
        self.email = f"ada.{mark}@customer.example"
        self.phone = f"+49151{chance.randint(10_000_000, 99_999_999)}"
        self.platform_secret = f"shpss_{secrets.token_hex(16)}"
        self.platform_order_id = str(chance.randint(5 * 10**12, 6 * 10**12))
        self.tracking_number = props.ems_number("EB", "JP")
        self.shop_id = ""
        self.shop_key = ""
        self.orders: dict[str, str] = {}
        self.shipment_id = ""
        self.tracking_url = ""

    def play(self) -> None:
        """Play every step, one line each with its time; raises StepFailedError at the first."""
        for title, step in STEPS:
            self.perform(title, step)

    def perform(self, title: str, step: Callable[[Story], str]) -> str:
        """Play one step and say what came of it."""
        started = time.perf_counter()
        try:
            outcome = step(self)
        except StepFailedError as error:
            raise StepFailedError(f"{title}: {error}") from None
        except (requests.RequestException, KeyError, ValueError, TypeError) as error:
            seen = f"{type(error).__name__} {one_line(error)}"
            raise StepFailedError(f"{title}: {seen}") from error
        self._say(f"{time.perf_counter() - started:6.2f} s  {title}: {outcome}")
        return outcome

    # --------------------------------------------------------------------------------- steps
    def open_shop(self) -> str:
        """Let the operator open a shop and hand out its key."""
        shop = self.calls.operator("POST", "/v1/shops", props.shop())
        self.shop_id = shop["id"]
        wanted = {"name": "demo", "scopes": ["*"]}
        key = self.calls.operator("POST", f"/v1/shops/{self.shop_id}/api-keys", wanted)
        self.shop_key = key["key"]
        return f"{self.shop_id} and its key"

    def receive_stock(self) -> str:
        """Receive five units of one item at one location."""
        self.call("PUT", "/v1/locations/DUB", {"name": "Dublin", "priority": 1, "country": "IE"})
        item = {"title": "Espresso beans, 1 kg", "oversell_policy": "deny"}
        self.call("PUT", f"/v1/items/{self.sku}", item)
        received = {"sku": self.sku, "location_id": "DUB", "kind": "received"}
        self.call("POST", "/v1/stock-movements", received | {"quantity": _RECEIVED})
        until(lambda: self.level()["available"] == _RECEIVED, self.level_text)
        return f"{self.sku} in DUB, {self.level_text()}"

    def order_by_platform(self) -> str:
        """Hear of an order from Shopify, whose signature covers the raw body."""
        path = f"/v1/shops/{self.shop_id}/platforms/shopify"
        self.calls.operator("PUT", path, {"secrets": [self.platform_secret]})
        order = props.shopify_order(self.platform_order_id, self.sku, _ORDERED, _PRICE)
        body = json.dumps(order, ensure_ascii=False).encode()
        digest = hmac.new(self.platform_secret.encode(), body, hashlib.sha256).digest()
        headers = props.shopify_headers(base64.b64encode(digest).decode())
        self.calls.webhook(f"/webhooks/shopify/{self.shop_id}", body, headers)
        found: list[str] = []

        def arrived() -> bool:
            orders = self.call("GET", f"/v1/orders?external_id={self.platform_order_id}")["items"]
            found[:] = [order["id"] for order in orders]
            return len(found) == 1

        until(arrived, lambda: f"orders with the platform's id: {found}")
        self.orders["platform"] = found[0]
        return f"signature accepted, order {found[0]}"

    def order_directly(self) -> str:
        """Place a customer's order through the API."""
        order = self.place(_ORDERED, {"email": self.email, "phone": self.phone})
        self.orders["direct"] = order["id"]
        return f"order {order['id']}"

    def reserve(self) -> str:
        """Wait until both orders have their stock, through the table's stream."""
        self.order_becomes("platform", "confirmed")
        self.order_becomes("direct", "confirmed")
        left = _RECEIVED - 2 * _ORDERED
        until(lambda: self.level()["available"] == left, self.level_text)
        return f"both confirmed; {self.level_text()}"

    def run_short(self) -> str:
        """Order more than is left: it is accepted and held, and reserves nothing."""
        order = self.place(_TOO_MANY, {"email": f"late.{self.email}"})
        self.orders["short"] = order["id"]

        def held() -> bool:
            seen = self.order("short")
            kinds = [hold.get("kind") for hold in seen["holds"]]
            return seen["inventory_status"] == "out_of_stock" and "INVENTORY_OUT_OF_STOCK" in kinds

        until(held, lambda: self.order_text("short"))
        if self.level()["available"] != _RECEIVED - 2 * _ORDERED:
            raise StepFailedError(f"the short order took stock: {self.level_text()}")
        return f"{self.order_text('short')}; {self.level_text()}"

    def ship(self) -> str:
        """Send the direct order with EMS, whom the adapter reaches at the simulator."""
        carrier = {
            "base_url": self.stack.carrier_simulator_url,
            "credentials": self.calls.control("GET", "credentials")["ems"],
        }
        self.calls.operator("PUT", "/v1/carriers/ems", carrier)
        parcels = [{"tracking_number": self.tracking_number}]
        wanted = {"order_id": self.orders["direct"], "parcels": parcels}
        shipment = self.call("POST", "/v1/shipments", wanted)
        self.shipment_id = shipment["id"]
        self.tracking_url = shipment["tracking_url"]
        return f"shipment {self.shipment_id}, EMS number {self.tracking_number}"

    def travel(self) -> str:
        """Let the journey appear at the carrier, to its last scan: the sweep asks and learns it."""
        journey = {"events": props.JOURNEY, "origin": "JP", "destination": "IE"}
        self.calls.control("PUT", f"ems/{self.tracking_number}", journey)
        self.sweep_until("delivered")
        if self.tracking_number not in self.calls.page(self.tracking_url):
            raise StepFailedError(f"the tracking page does not show {self.tracking_number}")
        calls = self.calls.control("GET", "calls")["count"]
        scans = self.call("GET", f"/v1/shipments/{self.shipment_id}/events")["items"]
        return f"delivered; {len(scans)} scans from {calls} question(s) to the carrier"

    def complete(self) -> str:
        """Wait until the delivery has completed the order, and its goods have left the stock."""
        self.order_becomes("direct", "completed")
        left = _RECEIVED - _ORDERED
        until(lambda: self.level()["on_hand"] == left, self.level_text)
        return f"{self.order_text('direct')}; {self.level_text()}"

    def tell_customer(self) -> str:
        """Find what the customer was told: three mails and one SMS, each exactly once."""

        def told() -> tuple[int, int]:
            return len(self.calls.mails(self.email)), len(self.calls.texts(self.phone))

        until(lambda: told() == (3, 1), lambda: "{} mails and {} SMS".format(*told()))
        return f"3 mails to {self.email}, 1 SMS to {self.phone}"

    # ------------------------------------------------------------------------ parts of steps
    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the API with the shop's key."""
        return self.calls.keyed(self.shop_key, method, path, body)

    def place(self, quantity: int, customer: dict[str, str]) -> dict[str, Any]:
        """Place an order of the story's item, paid for."""
        return self.call("POST", "/v1/orders", props.order(self.sku, quantity, _PRICE, customer))

    def order(self, name: str) -> dict[str, Any]:
        """Read one of the story's orders."""
        return self.call("GET", f"/v1/orders/{self.orders[name]}")

    def order_becomes(self, name: str, status: str) -> None:
        """Wait until an order has a status."""
        until(lambda: self.order(name)["status"] == status, lambda: self.order_text(name))

    def order_text(self, name: str) -> str:
        """Describe an order's state in a few words."""
        order = self.order(name)
        kinds = ", ".join(str(hold.get("kind")) for hold in order["holds"])
        return f"order {order['status']}" + (f", held: {kinds}" if kinds else "")

    def level(self) -> dict[str, Any]:
        """Read the stock level of the story's item."""
        levels = self.call("GET", f"/v1/stock-levels?sku={self.sku}")["items"]
        return levels[0] if levels else {"on_hand": 0, "reserved": 0, "available": 0}

    def level_text(self) -> str:
        """Describe the stock level in a few words."""
        level = self.level()
        return f"{level['on_hand']} on hand, {level['available']} available"

    def sweep_until(self, status: str) -> None:
        """Bring the sweep's scheduled firing forward until it has brought the news."""

        def seen() -> str:
            return str(self.call("GET", f"/v1/shipments/{self.shipment_id}")["status"])

        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            props.fire_sweep(self.stack)
            if comes_true(lambda: seen() == status, _SWEEP_SECONDS):
                return
        raise StepFailedError(f"still {seen()} after {PATIENCE_SECONDS:.0f} s of sweeps")


STEPS: tuple[tuple[str, Callable[[Story], str]], ...] = (
    ("A shop and its key", Story.open_shop),
    ("Five units received", Story.receive_stock),
    ("An order from Shopify's webhook", Story.order_by_platform),
    ("An order through the API", Story.order_directly),
    ("Stock is reserved", Story.reserve),
    ("An order for more than is left", Story.run_short),
    ("A parcel leaves", Story.ship),
    ("The parcel travels", Story.travel),
    ("The order completes", Story.complete),
    ("The customer has heard", Story.tell_customer),
)
