"""What a mail says: of its own order and shipment, and of nobody else's."""

import re
from typing import Final

from tests.simulation.judge.derived import agreed
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World, shipment_key

_TOKEN: Final = re.compile(r"/track/(\w+)")
_GOODS: Final = re.compile(r"^- \d+ x (.+?)(?:  .+)?$", re.MULTILINE)
"""Two spaces part a title from what its units cost."""
_AMOUNT: Final = re.compile(r"^(?:Total|Gesamtbetrag): ([^(\n]+)", re.MULTILINE)
_PLAIN: Final = re.compile(r"[\w ]{1,60}")
"""A name that no greeting has a reason to leave out or to shorten."""


def check_mail(world: World, row: Item, text: str) -> None:
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
    _check_links(world, row, text)
    _check_amounts(world, row, text)


def _name(details: Item) -> str:
    customer, address = details.get("customer") or {}, details.get("shipping_address") or {}
    return " ".join(str(customer.get("name") or address.get("name") or "").split())


def _check_links(world: World, row: Item, text: str) -> None:
    """A shipment's mail leads to its page; an order's has none."""
    token = None
    if row["subject_id"] != row["order_id"]:
        key = shipment_key(row["shop_id"], row["subject_id"])
        token = (world.now("ShipmentsTable", key) or {}).get("token")
    if set(_TOKEN.findall(text)) != ({token} if token else set()):
        broken(
            "wording", "a mail leads not to its shipment's page", row["order_id"], row["subject_id"]
        )


def _check_amounts(world: World, row: Item, text: str) -> None:
    """The total of an order that is confirmed, while nothing of it was ever cancelled."""
    past = world.orders_past(row["shop_id"], row["order_id"])
    told = [int(re.sub(r"\D", "", found)) for found in _AMOUNT.findall(text)]
    whole = not any(line.get("cancelled") for state in past for line in agreed(state))
    totals = {state["total"] for state in past}
    due = row["event"] == "order_confirmed" and whole
    if set(told) - totals or (due and not told):
        broken("wording", f"a mail tells {told} of {past[-1]['total']}", row["order_id"])
