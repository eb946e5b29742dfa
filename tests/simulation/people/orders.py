"""What people order: lines with discounts and tax, a price for shipping, and how it is paid."""

from collections.abc import Sequence
from typing import Any, Final

from tests.simulation.people.calls import money
from tests.simulation.people.scene import HOT, Scene, Shop
from tests.simulation.people.shops import COUNTRIES, PREORDERED, WAITED_FOR

_WANTED: Final = ("SKU-0", "SKU-0", "SKU-1", "SKU-2", WAITED_FOR)
_OWED: Final = (WAITED_FOR, WAITED_FOR, PREORDERED)
_PATIENT: Final = 0.4
_PLAIN: Final = 0.5
"""Share of the orders that cost what their lines do, and nothing beside it."""
TAGS: Final = ("gift", "press", "wholesale")


def wanted(scene: Scene, shop: Shop, number: int, skus: Sequence[str]) -> dict[str, Any]:
    """The body of a customer's order; ``skus``: one unit of each of these."""
    dice = scene.dice
    mail, phone = f"canary{number}@customers.example", f"+49151{23456000 + number}"
    name, street = f"Ada Canary {number}", f"Canary Street {number}"
    body: dict[str, Any] = {
        "currency": "EUR",
        "customer": {"email": mail, "name": name, "phone": phone},
        "shipping_address": address(scene, name, street),
        "allocation": "all" if HOT in skus else dice.choice(("all", "all", "partial")),
        "lines": [{"sku": sku, "quantity": 1, "unit_price": money(900)} for sku in skus],
    }
    if not skus:
        body |= _priced(scene)
    body["payments"] = _payments(scene, shop, total(body), sure=HOT in skus)
    return body


def address(scene: Scene, name: str, street: str) -> dict[str, Any]:
    """Where something goes."""
    return {
        "name": name,
        "line1": street,
        "city": "Lisboa",
        "postal_code": "1100-053",
        "country": scene.dice.choice(COUNTRIES),
    }


def total(body: dict[str, Any]) -> int:
    """What an order costs, in minor units."""
    amount = sum(net(line) for line in body["lines"]) + _amount(body.get("shipping_price"))
    if not body.get("prices_include_tax"):
        amount += sum(_amount(line.get("tax")) for line in body["lines"])
    return amount - sum(_amount(one["amount"]) for one in body.get("discounts", ()))


def net(line: dict[str, Any]) -> int:
    """What a line costs without tax."""
    return int(line["quantity"] * line["unit_price"]["amount"]) - _amount(line.get("discount"))


def _amount(amount: dict[str, Any] | None) -> int:
    return int(amount["amount"]) if amount else 0


def line(scene: Scene, sku: str, quantity: int, *, plain: bool) -> dict[str, Any]:
    """Units of a SKU, at odd prices unless ``plain``."""
    dice = scene.dice
    made: dict[str, Any] = {
        "sku": sku,
        "quantity": quantity,
        "unit_price": money(dice.randint(0, 5000)),
    }
    if not plain and dice.random() < 0.5:
        made["discount"] = money(dice.randint(0, net(made)))
    if not plain and dice.random() < 0.7:
        made["tax"] = money(dice.randint(0, 700))
    return made


def _priced(scene: Scene) -> dict[str, Any]:
    """Anything there is, or, of those who do not mind to wait, nothing but what they wait for."""
    dice = scene.dice
    skus = _OWED if dice.random() < _PATIENT else _WANTED
    plain = dice.random() < _PLAIN
    quantities = (1, 1, 1, 2, 3) if plain else (2, 3, 3, 7)
    body: dict[str, Any] = {
        "lines": [
            line(scene, dice.choice(skus), dice.choice(quantities), plain=plain)
            for _ in range(dice.choice((1, 1, 1, 2, 3)))
        ]
    }
    if plain:
        return body
    left = sum(map(net, body["lines"]))
    body |= {"prices_include_tax": dice.random() < 0.5, "shipping_price": money(dice.randint(0, 9))}
    if left and dice.random() < 0.7:
        body["discounts"] = [{"code": "HALF", "amount": money(dice.randint(0, left))}]
    if dice.random() < 0.5:
        body["tags"] = [dice.choice(TAGS)]
    return body


def _payments(scene: Scene, shop: Shop, due: int, *, sure: bool) -> list[dict[str, Any]]:
    if not due or (scene.dice.random() < (0.5 if shop.is_prepaid else 0.2) and not sure):
        return []
    return [{"kind": "captured", "amount": money(due), "reference": "pay"}]
