"""What was asked for is what is kept: whom an order is for, and what it costs."""

from typing import Any, Final

from tests.simulation.judge.verdict import Item, broken

_CONTACT: Final = ("email", "name", "phone")


def check_kept(body: Any, order: Item, details: Item) -> None:
    """Judge an order that was accepted by the request that placed it."""
    if not isinstance(body, dict):
        return
    ids = (order["order_id"], order["shop_id"])
    asked, kept = body.get("customer") or {}, details.get("customer") or {}
    for name in _CONTACT:
        if name in asked and asked[name] != kept.get(name):
            broken("kept", f"the customer's {name} is not what was sent", *ids)
    if (sent := body.get("shipping_address")) is not None:
        stored = details.get("shipping_address") or {}
        wrong = sorted(name for name in sent if sent[name] != stored.get(name))
        if wrong:
            broken("kept", f"of the address {wrong} are not what was sent", *ids)
    for name in ("note", "billing_address"):
        if body.get(name) is not None and body[name] != details.get(name):
            broken("kept", f"its {name} is not what was sent", *ids)
    lines = body.get("lines", ())
    if all(isinstance(line, dict) and "unit_price" in line for line in lines):
        due = _total(body)
        if order["total"] != due:
            broken("kept", f"it costs {order['total']}, by its request {due}", *ids)


def _total(body: Item) -> int:
    """Minor units: prices less discounts, shipping, and tax unless the prices hold it."""
    total = _amount(body.get("shipping_price"))
    for line in body["lines"]:
        total += line["quantity"] * _amount(line["unit_price"]) - _amount(line.get("discount"))
        total += 0 if body.get("prices_include_tax") else _amount(line.get("tax"))
    return total - sum(_amount(one["amount"]) for one in body.get("discounts", ()))


def _amount(money: Item | None) -> int:
    return int(money["amount"]) if money else 0
