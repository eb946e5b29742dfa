"""What hardly anybody does, once each in a shop of its own, when all else is over and quiet.

What follows from it is the same whenever it is done; so nobody else's dice fall otherwise for it.
"""

import json
from collections import Counter
from typing import Any, Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done, expect, money
from tests.simulation.people.errands import (
    DECIDED,
    PRICE,
    SKU,
    address,
    found,
    look,
    owner_of,
    paid,
    place_order,
    see,
    ship,
    travelled,
    wanted,
)
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.simulation.people.shops import receive
from tests.support.shopify import headers, line, order

_NUMBER: Final = 99
"""Of the shop; the others are fewer."""
_TOO_LATE: Final = 409
_OTHER_BODY: Final = 422
_WRONG_ADDRESS: Final = "INCORRECT_ADDRESS"
_CHANGED: Final = 7_999_999
_REFUNDED: Final = 7_999_998
"""What the platform calls its orders."""


def come(scene: Scene) -> None:
    """Let the shop open, and each of them come in turn."""
    scene.operate(lambda operator: _open(scene, operator))


def _open(scene: Scene, operator: Client) -> None:
    shop, clerk = found(scene, operator, _NUMBER, payment_rule="authorized")
    _use_a_key_again(
        scene, operator, "/v1/shops", {"name": "Twice", "currency": "EUR"}, name="Other"
    )
    moved = {"sku": SKU, "location_id": shop.locations[0], "kind": "received", "quantity": 1}
    _use_a_key_again(scene, clerk, "/v1/stock-movements", moved, quantity=2)
    _number_orders_alike(clerk)
    _cancel_some_twice(scene, clerk)
    _mend_an_address(scene, clerk)
    _take_security_back(clerk)
    _sell_a_download(clerk)
    _mistake_a_parcel(scene, clerk)
    _tell_twice_in_a_second(scene, shop)
    _refund_behind_its_back(scene, shop, clerk)
    _send_back_to_where_nobody_sells(scene, clerk)


def _use_a_key_again(
    scene: Scene, client: Client, path: str, body: dict[str, Any], **other: Any
) -> None:
    """Ask for something else under a key: what was made stays, and this is refused."""
    key = {"Idempotency_Key": scene.once("seldom")}
    made = done(client.call("POST", path, body, **key)).body
    again = done(client.call("POST", path, body, **key)).body
    if again["id"] != made["id"]:
        raise Violation("seldom", f"POST {path} made two under one key", (made["id"], again["id"]))
    expect(client.call("POST", path, body | other, **key), _OTHER_BODY)


def _number_orders_alike(clerk: Client) -> None:
    """Sell one order in each of two channels, which both call it by one number."""
    ids = {place_order(clerk, external_id="1001", channel=channel) for channel in ("web", "till")}
    if len(ids) == 1:
        raise Violation("seldom", "two channels' orders of one number are one order", (*ids,))


def _cancel_some_twice(scene: Scene, clerk: Client) -> None:
    """Cancel one of two units, and ask for it once more as one does who got no answer."""
    order_id = place_order(clerk, **paid())
    (line_id,) = [one["id"] for one in see(clerk, order_id, "confirmed")["lines"]]
    body = {"reason": "customer", "lines": [{"line_id": line_id, "quantity": 1}]}
    key = {"Idempotency_Key": scene.once("cancel")}
    for _ in range(2):
        done(clerk.call("POST", f"/v1/orders/{order_id}/cancel", body, **key))
    see(clerk, order_id, "confirmed")


def _mend_an_address(scene: Scene, clerk: Client) -> None:
    """Hold an order for where it goes, and say where it goes."""
    order_id = place_order(clerk)
    path = f"/v1/orders/{order_id}"
    for kind in (_WRONG_ADDRESS, "OTHER"):
        key = {"Idempotency_Key": scene.once("hold")}
        done(clerk.call("POST", f"{path}/holds", {"kind": kind}, **key))
    mended = done(clerk.call("PATCH", path, {"shipping_address": address("Canary Lane 2")})).body
    if [hold["kind"] for hold in mended["holds"]] != ["OTHER"]:
        raise Violation("seldom", f"a mended address leaves {mended['holds']}", (order_id,))


def _take_security_back(clerk: Client) -> None:
    """Authorize half of what is due, take it back, and authorize half again: half is not enough."""
    order_id = place_order(clerk)
    for number, kind in enumerate(("authorized", "voided", "authorized")):
        fact = {"kind": kind, "amount": money(PRICE), "reference": f"pi-{number}"}
        done(clerk.call("POST", f"/v1/orders/{order_id}/payments", fact))
    see(clerk, order_id, "pending")
    rest = {"kind": "captured", "amount": money(2 * PRICE), "reference": "pi-rest"}
    done(clerk.call("POST", f"/v1/orders/{order_id}/payments", rest))
    see(clerk, order_id, "confirmed")
    _read_back(clerk, order_id)


def _read_back(clerk: Client, order_id: str) -> None:
    """Find in the timeline what was paid, as it was paid."""
    told = done(clerk.call("GET", f"/v1/orders/{order_id}/timeline", query={"limit": "100"})).body
    found = Counter(
        (one["data"]["kind"], one["data"]["amount"]["amount"])
        for one in told["items"]
        if one["event"] == "payment"
    )
    half, whole = PRICE, 2 * PRICE
    wanted = Counter({("authorized", half): 2, ("voided", half): 1, ("captured", whole): 1})
    if found != wanted:
        raise Violation("seldom", f"the timeline tells of {dict(found)} as paid", (order_id,))


def _sell_a_download(clerk: Client) -> None:
    """Sell what nobody ships: it is handed over when its order completes."""
    lines = [{**wanted()["lines"][0], "requires_shipping": False}]
    see(clerk, place_order(clerk, lines=lines, **paid()), "completed")


def _mistake_a_parcel(scene: Scene, clerk: Client) -> None:
    """Ship an order in two, give the second parcel the first one's number, and then its own."""
    carrier, owner = owner_of(scene)
    first, second, own = (scene.carriers.new_number(owner) for _ in range(3))
    order = see(clerk, place_order(clerk, **paid()), "confirmed")
    ship(scene, clerk, order, 1, first)
    made = ship(scene, clerk, order, 1, second)
    path = f"/v1/shipments/{made['id']}/parcels/1"
    wrong = {"tracking_number": first, "carrier": carrier}
    expect(clerk.call("PATCH", path, wrong), _TOO_LATE)
    done(clerk.call("PATCH", path, {"tracking_number": own, "carrier": carrier}))
    scene.carriers.take(travelled(scene, own, ("picked-up", "delivered")))
    look(clerk, made["id"], "delivered")


def _tell_twice_in_a_second(scene: Scene, shop: Shop) -> None:
    """Let a platform tell of two changes of one second, and the first of them arrive last."""
    platform = scene.gateway.client("platform, twice in a second", None)
    _tell(shop, platform, _CHANGED, "09:05:00.9", "the second")
    _tell(shop, platform, _CHANGED, "09:05:00.1", "the first")


def _refund_behind_its_back(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Give money back for a platform's order, of which it knows nothing when it tells again."""
    platform = scene.gateway.client("platform, refunded behind its back", None)
    _tell(shop, platform, _REFUNDED, "09:05:00.0", "the first")
    clerk.sleep(DECIDED)
    query = {"external_id": str(_REFUNDED), "channel": "shopify"}
    (known,) = done(clerk.call("GET", "/v1/orders", query=query)).body["items"]
    path = f"/v1/orders/{known['id']}"
    back = {"kind": "refunded", "amount": money(100), "reference": "re-seldom"}
    done(clerk.call("POST", f"{path}/payments", back))
    _tell(shop, platform, _REFUNDED, "09:06:00.0", "the second")
    clerk.sleep(DECIDED)
    paid = done(clerk.call("GET", path)).body["payments"]
    if ("refunded", 100) not in [(one["kind"], one["amount"]["amount"]) for one in paid]:
        raise Violation("seldom", "a refund is forgotten when its platform tells", (known["id"],))


def _send_back_to_where_nobody_sells(scene: Scene, clerk: Client) -> None:
    """Take goods back at a location that is closed; they are sold once it is opened again."""
    sku, place = "SKU-BACK", "depot"
    path, settings = f"/v1/locations/{place}", {"name": place, "priority": 9, "country": "PT"}
    lines = [{**wanted()["lines"][0], "sku": sku}]
    done(clerk.call("PUT", path, settings))
    done(clerk.call("PUT", f"/v1/items/{sku}", {"title": sku, "oversell_policy": "backorder"}))
    done(receive(scene, clerk, sku, place, 2))
    order = see(clerk, place_order(clerk, lines=lines, **paid()), "confirmed")
    ship(scene, clerk, order, 2, scene.carriers.new_number(owner_of(scene)[1]))
    clerk.sleep(DECIDED)
    done(clerk.call("PUT", path, settings | {"closed": True}))
    _give_back(clerk, order, place)
    waiting = see(clerk, place_order(clerk, lines=lines, **paid()), "confirmed")
    if waiting["inventory_status"] != "backordered":
        raise Violation("seldom", "an order is served from a closed location", (waiting["id"],))
    done(clerk.call("PUT", path, settings))
    if see(clerk, waiting["id"], "confirmed")["inventory_status"] != "allocated":
        raise Violation("seldom", "a location serves nobody once it is opened", (waiting["id"],))


def _give_back(clerk: Client, order: dict[str, Any], place: str) -> None:
    """Send all of an order back to a location."""
    (line_id,) = [line["id"] for line in order["lines"]]
    asked = {"line_id": line_id, "quantity": 2, "reason": "unwanted"}
    made = done(clerk.call("POST", f"/v1/orders/{order['id']}/returns", {"lines": [asked]})).body
    path = f"/v1/returns/{made['id']}"
    done(clerk.call("POST", f"{path}/approve"))
    came = {"line_id": line_id, "quantity": 2, "disposition": "restock", "location_id": place}
    done(clerk.call("POST", f"{path}/receive", {"lines": [came]}))
    clerk.sleep(DECIDED)


def _tell(shop: Shop, platform: Client, number: int, moment: str, note: str) -> None:
    at = f"2026-11-02T{moment[:8]}Z"
    told = order(
        id=number,
        name=f"#seldom {number}",
        note=f"canary of {note}",
        line_items=[line(id=1, sku=SKU, quantity=1, current_quantity=1)],
        created_at="2026-11-02T09:05:00Z",
        updated_at=at,
    )
    raw = json.dumps(told)
    sent = headers(raw, shop.secret, topic="orders/updated")
    sent |= {"X-Shopify-Triggered-At": f"2026-11-02T{moment}Z"}
    done(platform.call("POST", f"/webhooks/shopify/{shop.id}", raw=raw, **sent))
