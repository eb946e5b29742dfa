"""Customers: they order, at times twice at once, and some think better of it.

Names, addresses and numbers are canaries: no log may show them.
"""

from collections.abc import Sequence
from typing import Any, Final

from tests.simulation.people import desk, staff
from tests.simulation.people.calls import cancel, expect, money
from tests.simulation.people.front import Client
from tests.simulation.people.scene import HOT, Scene, Shop
from tests.simulation.people.shops import COUNTRIES, PREORDERED, WAITED_FOR

_WANTED: Final = ("SKU-0", "SKU-0", "SKU-1", "SKU-2", WAITED_FOR)
_OWED: Final = (WAITED_FOR, WAITED_FOR, PREORDERED)
_PATIENT: Final = 0.4


def come(
    scene: Scene,
    shop: Shop,
    number: int,
    within: float,
    *,
    after: float = 0.0,
    skus: Sequence[str] = (),
) -> None:
    """Let a customer come; ``skus``: who knows already what to buy, one unit of each."""
    eager = not skus and scene.dice.random() < 0.2  # buys the hot item, and keeps it
    body = _order(scene, shop, number, (HOT,) if eager else skus)
    headers: dict[str, str] = {}
    if scene.dice.random() < 0.5:
        body["external_id"] = f"web-{number}"
    else:
        headers["Idempotency_Key"] = scene.once("ord")
    is_unpaid = not body["payments"]
    changes_mind = not eager and scene.dice.random() < 0.3

    def order(client: Client) -> None:
        placed = expect(client.call("POST", "/v1/orders", body, **headers), 201)
        if not placed.ok:
            return
        staff.attend(scene, shop, placed.body["id"], may_cancel=not eager)
        if not eager:
            scene.placed.append((shop, placed.body["id"]))
            desk.attend(scene, shop, placed.body["id"], unpaid=shop.is_prepaid and is_unpaid)
        if changes_mind:
            client.sleep(scene.dice.choice((0.0, 0.2, 3.0, 30.0)) * scene.dice.random())
            cancel(scene, client, placed.body["id"])

    scene.enter(f"customer {number}", shop.key, order, within, after=after)
    if scene.dice.random() < 0.15:

        def again(client: Client) -> None:
            expect(client.call("POST", "/v1/orders", body, **headers), 201)

        scene.enter(f"customer {number} again", shop.key, again, within, after=after)


def _order(scene: Scene, shop: Shop, number: int, skus: Sequence[str]) -> dict[str, Any]:
    dice = scene.dice
    mail, phone = f"canary{number}@customers.example", f"+49151{23456000 + number}"
    name, street = f"Ada Canary {number}", f"Canary Street {number}"
    for canary in (mail, phone, name, street):
        scene.judge.expect_canary(canary)
    lines = [{"sku": sku, "quantity": 1, "unit_price": money(900)} for sku in skus]
    lines = lines or _lines(scene)
    return {
        "currency": "EUR",
        "customer": {"email": mail, "name": name, "phone": phone},
        "shipping_address": {
            "name": name,
            "line1": street,
            "city": "Lisboa",
            "postal_code": "1100-053",
            "country": dice.choice(COUNTRIES),
        },
        "lines": lines,
        "allocation": "all" if HOT in skus else dice.choice(("all", "all", "partial")),
        "payments": _payments(scene, shop, lines),
    }


def _lines(scene: Scene) -> list[dict[str, Any]]:
    """Anything there is, or, of those who do not mind to wait, nothing but what they wait for."""
    dice = scene.dice
    wanted = _OWED if dice.random() < _PATIENT else _WANTED
    return [
        {
            "sku": dice.choice(wanted),
            "quantity": dice.choice((1, 1, 1, 2, 3)),
            "unit_price": money(dice.randint(0, 5000)),
        }
        for _ in range(dice.choice((1, 1, 1, 2, 3)))
    ]


def _payments(scene: Scene, shop: Shop, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    total = sum(line["quantity"] * line["unit_price"]["amount"] for line in lines)
    if not total or scene.dice.random() < (0.45 if shop.is_prepaid else 0.2):
        return []
    return [{"kind": "captured", "amount": money(total), "reference": "pay"}]
