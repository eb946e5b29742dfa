"""What a mail says: of its own order and shipments, and of nobody else's."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from tests.simulation.judge.derived import agreed
from tests.simulation.judge.occasions import refunds
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World, shipment_key

_TOKEN: Final = re.compile(r"/track/(\w+)")
_GOODS: Final = re.compile(r"^- \d+ x (.+?)(?:  .+)?$", re.MULTILINE)
"""Two spaces part a title from what its units cost."""
_AMOUNT: Final = re.compile(r"^(?:Total|Gesamtbetrag): ([^(\n]+)", re.MULTILINE)
_PLAIN: Final = re.compile(r"[\w ]{1,60}")
"""A name that no greeting has a reason to leave out or to shorten."""
_MOST_GOODS: Final = 50
_MOST_PARCELS: Final = 20
"""Lines of goods, and parcels, that a mail names; of more it leaves some out."""

Parts = Sequence[tuple[Item, bool]]
"""What a mail tells of, and whether it must: what is true no more is left out."""


def check_mail(world: World, row: Item, text: str, parts: Parts) -> None:
    """Judge the words of a mail, as they were accepted."""
    ids = (row["order_id"], row["message_id"], row["subject_id"])
    order = world.order(row["shop_id"], row["order_id"]) or {}
    details = world.details(row["shop_id"], row["order_id"]) or {}
    if str(order.get("number")) not in text:
        broken("wording", "a mail does not name its order", *ids)
    name = _name(details)
    if _PLAIN.fullmatch(name) and name not in text:
        broken("wording", "a mail does not greet its customer", *ids)
    known = {str(line.get("title") or line["sku"]) for line in details.get("lines", ())}
    if foreign := sorted(set(_GOODS.findall(text)) - known):
        broken("wording", f"a mail lists {foreign}, which its order does not have", *ids)
    _check_links(world, row, text, parts)
    _check_amounts(world, row, text)
    if row["event"] == "order_refunded":
        _check_refund(world, row, text)
    if row.get("covers"):
        _check_named(world, details, text, parts, ids)


def _name(details: Item) -> str:
    customer, address = details.get("customer") or {}, details.get("shipping_address") or {}
    return " ".join(str(customer.get("name") or address.get("name") or "").split())


def _check_links(world: World, row: Item, text: str, parts: Parts) -> None:
    """A shipment's mail leads to its page, or to the first's that is told; an order's to none."""
    allowed: list[set[str]] = []
    for part, must in parts:
        token = (_shipment(world, part) or {}).get("token")
        allowed.append({token} if token else set())
        if must:
            break
    if set(_TOKEN.findall(text)) not in allowed:
        broken(
            "wording", "a mail leads not to its shipment's page", row["order_id"], row["subject_id"]
        )


def _check_named(world: World, details: Item, text: str, parts: Parts, ids: Sequence[str]) -> None:
    """A mail of several shipments names the goods and the numbers of each that it is about."""
    shipments = [(_shipment(world, part) or {}, must) for part, must in parts]
    sold = {line["line_id"]: line.get("title") or line["sku"] for line in details.get("lines", ())}
    named = Counter[str]()
    for kind, most in (("lines", _MOST_GOODS), ("parcels", _MOST_PARCELS)):
        if sum(len(shipment[kind]) for shipment, _ in shipments) > most:
            continue
        for one in (one for shipment, must in shipments if must for one in shipment[kind]):
            goods = f"- {one.get('quantity')} x {sold.get(one.get('line_id', ''))}"
            named[goods if kind == "lines" else one["tracking_number"]] += 1
    for what, times in named.items():
        if text.count(what) < times:
            text = f"a mail of several shipments leaves out {what}"
            broken("wording", text, *ids)


def _check_refund(world: World, row: Item, text: str) -> None:
    """A refund's mail tells, in its first line, an amount that was given back."""
    told = re.sub(r"\D", "", text.partition("\n")[0])
    amounts = refunds(world.orders_past(row["shop_id"], row["order_id"]))
    if int(told or 0) not in amounts:
        broken("wording", f"a mail tells of {told}, given back were {amounts}", row["order_id"])


def _shipment(world: World, part: Item) -> Item | None:
    if part["subject_id"] == part["order_id"]:
        return None
    return world.now("ShipmentsTable", shipment_key(part["shop_id"], part["subject_id"]))


def _check_amounts(world: World, row: Item, text: str) -> None:
    """The total of an order that is confirmed, while nothing of it was ever cancelled."""
    past = world.orders_past(row["shop_id"], row["order_id"])
    told = [int(re.sub(r"\D", "", found)) for found in _AMOUNT.findall(text)]
    whole = not any(line.get("cancelled") for state in past for line in agreed(state))
    totals = {state["total"] for state in past}
    due = row["event"] == "order_confirmed" and whole
    if set(told) - totals or (due and not told):
        broken("wording", f"a mail tells {told} of {past[-1]['total']}", row["order_id"])
