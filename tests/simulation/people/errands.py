"""What who does a thing once needs for it: orders of two units, and looking at what became of them.

All of it is done while nothing fails, so all of it must work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.carriers.parcels import Parcel, Scan
from tests.simulation.judge import Violation
from tests.simulation.people.calls import done, money
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.simulation.people.shops import found_shop, place, receive

SKU: Final = "SKU-SELDOM"
PRICE: Final = 700
_ENOUGH: Final = 200
_OUT: Final = ("picked-up", "out")
DECIDED: Final = 90.0
"""Seconds in which an order is decided, and told of, while nothing fails."""


def wanted(**more: Any) -> dict[str, Any]:
    """An order of two units."""
    return {
        "currency": "EUR",
        "customer": {"email": "canary-of-seldom@customers.example", "name": "Ada Canary"},
        "shipping_address": address("Canary Street 1"),
        "lines": [{"sku": SKU, "quantity": 2, "unit_price": money(PRICE)}],
    } | more


def address(street: str) -> dict[str, Any]:
    """Where an order goes."""
    return {
        "name": "Ada Canary",
        "line1": street,
        "city": "Lisboa",
        "postal_code": "1100-053",
        "country": "PT",
    }


def paid() -> dict[str, Any]:
    """That an order of two units is paid when it is placed."""
    return {"payments": [{"kind": "captured", "amount": money(2 * PRICE)}]}


def found(scene: Scene, operator: Client, number: int, **rules: Any) -> tuple[Shop, Client]:
    """Make a shop that has enough of what is ordered here; the shop, and its manager."""
    shop, clerk = found_shop(scene, operator, number, (SKU,), rules)
    for location in shop.locations:
        done(clerk.call("PUT", f"/v1/locations/{location}", place(scene, location)))
    done(clerk.call("PUT", f"/v1/items/{SKU}", {"title": SKU, "oversell_policy": "deny"}))
    done(receive(scene, clerk, SKU, shop.locations[0], _ENOUGH))
    return shop, clerk


def place_order(clerk: Client, **more: Any) -> str:
    """Place an order; its id."""
    return str(done(clerk.call("POST", "/v1/orders", wanted(**more))).body["id"])


def see(clerk: Client, order_id: str, status: str) -> dict[str, Any]:
    """Look at an order once it is decided; it must have come to a status."""
    clerk.sleep(DECIDED)
    seen: dict[str, Any] = done(clerk.call("GET", f"/v1/orders/{order_id}")).body
    if seen["status"] != status:
        raise Violation("seldom", f"an order is {seen['status']}, not {status}", (order_id,))
    return seen


def owner_of(scene: Scene) -> tuple[str, str]:
    """A carrier of the seed, and whose numbers it is asked about."""
    carrier = scene.carriers.names[0]
    return carrier, {"easypost": "usps"}.get(carrier, carrier)


def ship(
    scene: Scene, clerk: Client, order: dict[str, Any], units: int, number: str
) -> dict[str, Any]:
    """Ship units of an order's only line with the seed's first carrier."""
    (line_id,) = [line["id"] for line in order["lines"]]
    body = {
        "order_id": order["id"],
        "lines": [{"line_id": line_id, "quantity": units}],
        "parcels": [{"tracking_number": number, "carrier": owner_of(scene)[0]}],
    }
    key = {"Idempotency_Key": scene.once("seldom")}
    made: dict[str, Any] = done(clerk.call("POST", "/v1/shipments", body, **key)).body
    return made


def travelled(scene: Scene, number: str, journey: Sequence[str]) -> Parcel:
    """A parcel of the seed's first carrier to which all of this has happened by now."""
    began = int(scene.machine.now) - 60 * len(journey)
    scans = [Scan(began + 60.0 * place, what) for place, what in enumerate(journey)]
    return Parcel(number, owner_of(scene)[1], tuple(scans))


def look(clerk: Client, shipment_id: str, status: str) -> None:
    """Ask the carrier of a shipment, and see that it has come to a status."""
    answer = done(clerk.call("POST", f"/v1/shipments/{shipment_id}/refresh")).body
    if answer["status"] != status:
        text = f"a shipment is {answer['status']}, not {status}: {answer['refresh']}"
        raise Violation("seldom", text, (shipment_id,))


@dataclass(frozen=True)
class Customer:
    """Somebody who can be reached in both ways."""

    name: str
    number: int
    """The last digit of their phone's."""

    @property
    def email(self) -> str:
        """Their address."""
        return f"canary-of-{self.name}@customers.example"

    @property
    def phone(self) -> str:
        """Their number in E.164."""
        return f"+491512345609{self.number}"

    def named(self, **more: str) -> dict[str, Any]:
        """As an order names them."""
        return {"customer": {"email": self.email, "phone": self.phone} | more}


def order_as(clerk: Client, customer: Customer, **more: str) -> dict[str, Any]:
    """Order, pay, and be told so, if that is wanted."""
    return see(clerk, place_order(clerk, **customer.named(**more), **paid()), "confirmed")


def expect_a_parcel(scene: Scene, clerk: Client, customer: Customer, **more: str) -> None:
    """Order something that is out for delivery at once: a mail tells of it, and an SMS by day."""
    order = order_as(clerk, customer, **more)
    number = scene.carriers.new_number(owner_of(scene)[1])
    made = ship(scene, clerk, order, 2, number)
    scene.carriers.take(travelled(scene, number, _OUT))
    look(clerk, made["id"], "out_for_delivery")


def say(clerk: Client, order: dict[str, Any], preferences: dict[str, Any]) -> None:
    """Let a shop note what the customer of an order wants to hear."""
    done(clerk.call("PUT", f"/v1/customers/{order['customer_id']}/preferences", preferences))
