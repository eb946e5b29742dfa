"""Which kind of item a key names, and whether item and key agree: tenants are apart in the keys."""

from collections.abc import Callable
from typing import Final

from tests.simulation.judge.verdict import Item, Key, broken

_BUCKETS: Final = 8


def kind_of(table: str, key: Key) -> str:
    """The kind of an item; raises for a key that no access pattern knows."""
    if key[0].startswith("parked#"):
        return "parked"
    kind = _KINDS[table](key)
    if kind is None:
        broken("keys", f"{table} has an item nobody knows: {key}", *key)
    return kind


def _inventory(key: Key) -> str | None:
    below = key[0].partition("#")[2]
    if below == "locations":
        return "location"
    if below.startswith("sku#"):
        names = {"item": "item", "level": "level", "check": "check"}
        return names.get(key[1].partition("#")[0])
    if below.startswith("lines#"):
        return "reservation"
    if below.startswith("movements#"):
        return "movement"
    return _OF_ITS_OWN.get(key[1])


_OF_ITS_OWN: Final = {
    "allocation": "allocation",
    "movement-request": "marker",
    "transfer": "transfer",
}


def _orders(key: Key) -> str | None:
    if key[0] == "shops":
        return "known shop"
    names = {"order": "order", "details": "details"}
    beside = {
        "entry": "entry",
        "payment": "payment",
        "key-use": "key use",
        "edit": "edit",
        "return": "return",
    }
    if key == ("schedule", "marks"):
        return "marks"
    return names.get(key[1]) or beside.get(key[1].partition("#")[0])


def _shops(key: Key) -> str | None:
    names = {"shop": "shop", "observation": "observation"}
    return names.get(key[1]) or {"key": "api_key", "platform": "platform"}.get(
        key[1].partition("#")[0]
    )


def _shipments(key: Key) -> str | None:
    if key[0].startswith("number#"):
        return "number"
    names = {
        "settings": "carrier",
        "watermark": "watermark",
        "usage": "usage",
        "token": "token",
        "rhythm": "rhythm",
    }
    return names.get(key[1]) or {"shipment": "shipment", "due": "due"}.get(key[1].partition("#")[0])


_NOTIFIED: Final = {
    "message": "message",
    "contact": "contact",
    "unsubscribe": "secret",
    "spent": "budget",
}
_KINDS: Final[dict[str, Callable[[Key], str | None]]] = {
    "OrdersTable": _orders,
    "InventoryTable": _inventory,
    "ShipmentsTable": _shipments,
    "NotificationsTable": lambda key: _NOTIFIED.get(key[1].partition("#")[0]),
    "ShopsTable": _shops,
}


def check_identity(kind: str, key: Key, item: Item) -> None:
    """Raise where an item's attributes name another place, or another shop, than its key."""
    place = _PLACES.get(kind)
    if place is None:
        return
    if place(item) != key:
        broken("tenants", f"{kind} of shop {item.get('shop_id')} lies under {key}", *key)


def reservation_key(item: Item) -> Key:
    """Where a reservation line lies: 8 partitions for each SKU and location."""
    bucket = sum(item["order_id"].encode()) % _BUCKETS
    return (
        f"{item['shop_id']}#lines#{item['sku']}#{item['location_id']}#{bucket}",
        f"{item['sk'].rpartition('#')[0]}#{item['order_id']}",
    )


def shipment_id(item: Item) -> str:
    """The whole id of a shipment: the part in its key, and the rest."""
    return str(item["sk"].partition("#")[2] + item["id_tail"])


def _of_order(sk: str) -> Callable[[Item], Key]:
    return lambda item: (f"{item['shop_id']}#{item['order_id']}", sk)


_PLACES: Final[dict[str, Callable[[Item], Key]]] = {
    "order": _of_order("order"),
    "details": _of_order("details"),
    "edit": lambda item: (
        f"{item['shop_id']}#{item['order_id']}",
        item["sk"] if item["sk"] in {"edit", f"edit#{item['edit_id']}"} else "",
    ),
    "return": lambda item: (
        f"{item['shop_id']}#{item['order_id']}",
        f"return#{item['return_id']}",
    ),
    "payment": lambda item: (
        f"{item['shop_id']}#{item['order_id']}",
        f"payment#{item['payment_id']}",
    ),
    "known shop": lambda item: ("shops", item["shop_id"]),
    "allocation": _of_order("allocation"),
    "message": lambda item: (
        f"{item['shop_id']}#{item['order_id']}",
        f"message#{item['message_id']}",
    ),
    "location": lambda item: (f"{item['shop_id']}#locations", item["location_id"]),
    "item": lambda item: (f"{item['shop_id']}#sku#{item['sku']}", "item"),
    "level": lambda item: (
        f"{item['shop_id']}#sku#{item['sku']}",
        f"level#{item['location_id']}",
    ),
    "check": lambda item: (
        f"{item['shop_id']}#sku#{item['sku']}",
        f"check#{item['location_id']}",
    ),
    "reservation": reservation_key,
    "movement": lambda item: (
        f"{item['shop_id']}#movements#{item['sku']}",
        item["movement_id"],
    ),
    "transfer": lambda item: (f"{item['shop_id']}#{item['transfer_id']}", "transfer"),
    "marker": lambda item: (
        (item["pk"], "movement-request")
        if item["pk"].startswith(f"{item['shop_id']}#")
        else ("", "")
    ),
    "shipment": lambda item: (
        f"{item['shop_id']}#{shipment_id(item)[:16]}",
        f"shipment#{shipment_id(item)[:18]}",
    ),
    "observation": lambda item: (
        f"{item['shop_id']}#{item['platform']}#{item['external_id']}",
        "observation",
    ),
}
