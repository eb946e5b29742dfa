"""What hardly ever falls together, made to, once all else is over and quiet.

Many come at the same instant, an index is behind just then, a process dies when it matters.
"""

from typing import Any, Final

from tests.simulation.aws.cloud import Request
from tests.simulation.aws.history import KEPT
from tests.simulation.judge import Violation
from tests.simulation.people.calls import done, expect, money
from tests.simulation.people.errands import (
    DECIDED,
    PRICE,
    SKU,
    Customer,
    address,
    found,
    order_as,
    owner_of,
    paid,
    place_order,
    say,
    ship,
)
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene, Shop
from tests.simulation.people.shops import found_shop, place, receive
from tests.simulation.processes.faults import Fault

_NUMBER: Final = 94
"""Of the shop."""
_ALERTED: Final = "canary-of-alerts@shop94.example"
_NEW: Final = 93
"""Of one that opens while reads are behind."""
_AT_ONCE: Final = 0.2
_DONE: Final = (200, 201)
_BUSY: Final = 503
_TOO_LATE: Final = 409

_AMENDERS: Final = 4
_AMENDMENTS: Final = 4
_MOVEMENTS: Final = 6
_CHECKS: Final = 3
_BETWEEN: Final = 5.0
"""Seconds between two movements: a check reads for less."""
_LONGER: Final = 6.0

_TABLES: Final = (
    "OrdersTable",
    "InventoryTable",
    "ShipmentsTable",
    "NotificationsTable",
)
"""All but that of shops: for a moment orders are refused in a new one, and tried again."""
_NOTING: Final = 8.0
"""Seconds between reading and writing what a customer wants: mostly, SES has told by then."""
_HEARD: Final = 660.0
"""Seconds in which SES has told of a mail."""
_WHO_WAITS: Final = "owed"
"""The index of orders by the SKU that they wait for."""
_LOOKS: Final = 40
"""Looks at an order until it waits; hardly ever it takes longer."""
_LOOKED_AGAIN: Final = 400.0
"""Seconds in which a queue has brought a message back."""

_WINDOW: Final = 600.0
"""Seconds whose news go into one alert, counted from midnight; it leaves a minute later."""
_BEFORE_ITS_END: Final = 20.0
_LEFT: Final = 90.0
_COME_AGAIN: Final = 240.0
"""Seconds in which Lambda has delivered an event twice more."""
_NONE: Final = "SKU-NONE"
_SHORT: Final = 6
"""Orders of what is not there."""
_MESSAGES: Final = "NotifyScheduleFunction"
_TELLER: Final = "NotifyEventFunction"


def come(scene: Scene) -> None:
    """Let a shop open, and all of it happen there."""
    scene.operate(lambda operator: _open(scene, operator))


def _open(scene: Scene, operator: Client) -> None:
    shop, clerk = found(scene, operator, _NUMBER, alert_email=_ALERTED)
    _arrive_before_an_index_knows(scene, shop, clerk)
    _fall_short_at_once(scene, shop, clerk)
    _miss_an_alert(scene, clerk)
    _amend_at_once(scene, shop, clerk)
    _check_what_moves(scene, shop, clerk)
    clerk.sleep(DECIDED)
    _object_while_a_wish_is_noted(scene, shop, clerk)
    _look_at_once(scene, operator)


def _arrive_before_an_index_knows(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Let units come for an order that waits, and that no index shows yet."""
    sku = "SKU-OWED"
    done(clerk.call("PUT", f"/v1/items/{sku}", {"title": sku, "oversell_policy": "backorder"}))
    done(receive(scene, clerk, sku, shop.locations[0], 1))
    scene.machine.cloud.lags[_WHO_WAITS] = KEPT
    order_id = place_order(clerk, lines=_lines(sku), **paid())
    for _ in range(_LOOKS):
        clerk.sleep(0.2)
        if _stock(clerk, order_id) == "backordered":
            break
    done(receive(scene, clerk, sku, shop.locations[0], 1))
    clerk.sleep(_LOOKED_AGAIN)
    del scene.machine.cloud.lags[_WHO_WAITS]
    if (seen := _stock(clerk, order_id)) != "allocated":
        raise Violation("seldom", f"stock has come for an order, which is {seen}", (order_id,))


def _fall_short_at_once(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Let several orders be held at once, of whom the shop is told in one mail: the first news."""
    none = {"title": _NONE, "oversell_policy": "deny"}
    done(clerk.call("PUT", f"/v1/items/{_NONE}", none))
    clerk.sleep(_WINDOW - scene.machine.now % _WINDOW + 1.0)

    def order(client: Client) -> None:
        place_order(client, lines=_lines(_NONE), **paid())

    cloud, dice = scene.machine.cloud, scene.dice
    cloud.delay = lambda it: dice.random() if it.process.function == _TELLER else 0.0
    for number in range(_SHORT):
        scene.enter(f"customer {number} of what is not there", shop.key, order, _AT_ONCE)
    clerk.sleep(DECIDED)
    cloud.delay = _no_delay


def _miss_an_alert(scene: Scene, clerk: Client) -> None:
    """Let who notes another one's news die, and again, until the mail has left without it."""
    clerk.sleep(_WINDOW - scene.machine.now % _WINDOW - _BEFORE_ITS_END)
    deaths = [Fault.KILLED_BEFORE, Fault.KILLED_BEFORE]

    def befall(request: Request) -> Fault | None:
        is_it = request.process.function == _TELLER and request.operation == "UpdateItem"
        return deaths.pop() if deaths and is_it and _gathers(request) else None

    scene.machine.cloud.doom = befall
    place_order(clerk, lines=_lines(_NONE), **paid())
    clerk.sleep(_BEFORE_ITS_END + _LEFT)
    scene.tick(_MESSAGES)
    clerk.sleep(_COME_AGAIN)
    if deaths:
        raise Violation("seldom", f"nobody died {len(deaths)} times when news were gathered")


def _gathers(request: Request) -> bool:
    return ":entry" in request.document().get("ExpressionAttributeValues", {})


def _amend_at_once(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Let several correct one order again and again: each is answered with what they wrote."""
    path = f"/v1/orders/{place_order(clerk)}"

    def amend(client: Client) -> None:
        for _ in range(_AMENDMENTS):
            name = scene.once("canary of")
            body = {"note": name, "shipping_address": address(name)}
            expect(client.call("PATCH", path, body), *_DONE, _BUSY)

    for number in range(_AMENDERS):
        scene.enter(f"amender {number}", shop.key, amend, _AT_ONCE)


def _check_what_moves(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Let stock be checked while more and more of it comes: even when it was just proven."""

    def move(client: Client) -> None:
        for _ in range(_MOVEMENTS):
            expect(receive(scene, client, SKU, shop.locations[0], 1), *_DONE, _BUSY)
            client.sleep(_BETWEEN)

    scene.enter("mover", shop.key, move)
    scene.machine.cloud.delay = lambda request: _LONGER if _proves(request) else 0.0
    for _ in range(_CHECKS):
        done(clerk.call("POST", "/v1/stock-checks", {"sku": SKU}))
    scene.machine.cloud.delay = _no_delay


def _object_while_a_wish_is_noted(scene: Scene, shop: Shop, clerk: Client) -> None:
    """Let a mail come back just when something else is noted of the same customer."""
    customer = Customer("coincidence", 8)
    order = order_as(clerk, customer)
    say(clerk, order, {"locale": "en"})
    held = [_NOTING]
    scene.machine.cloud.delay = lambda it: held.pop() if held and _notes(it) else 0.0
    scene.enter(
        "who reads mails", shop.key, lambda _: scene.post.objects(customer.email, "Bounce"), 1.0
    )
    say(clerk, order, {"locale": "de"})
    scene.machine.cloud.delay = _no_delay
    clerk.sleep(_HEARD)


def _notes(request: Request) -> bool:
    """Whether it writes what a customer wants to hear."""
    is_put = request.operation == "PutItem"
    return is_put and request.document()["Item"]["sk"] == {"S": "contact"}


def _look_at_once(scene: Scene, operator: Client) -> None:
    """Open a shop and use it while all that may be behind is: what was just done is there."""
    lags = scene.machine.cloud.lags
    lags |= dict.fromkeys(_TABLES, KEPT)
    shop, clerk = found_shop(scene, operator, _NEW, (_NONE,), {})
    done(clerk.call("PUT", f"/v1/locations/{shop.locations[0]}", place(scene, shop.locations[0])))
    owed = {"title": _NONE, "oversell_policy": "backorder"}
    done(clerk.call("PUT", f"/v1/items/{_NONE}", owed))
    order_id = place_order(clerk, lines=_lines(_NONE))
    paid = {"kind": "captured", "amount": money(2 * PRICE), "reference": "at-once"}
    done(clerk.call("POST", f"/v1/orders/{order_id}/payments", paid))
    _read_at_once(clerk, order_id)
    clerk.sleep(DECIDED)
    if (seen := _stock(clerk, order_id)) != "backordered":
        raise Violation("seldom", f"the first order of a shop is {seen}", (order_id,))
    done(receive(scene, clerk, _NONE, shop.locations[0], 2))
    clerk.sleep(DECIDED)
    _return_at_once(scene, clerk, order_id)
    for table in _TABLES:
        del lags[table]


def _read_at_once(clerk: Client, order_id: str) -> None:
    """Find a payment and a hold in the order, and in its timeline."""
    path = f"/v1/orders/{order_id}"
    held = done(clerk.call("POST", f"{path}/holds", {"kind": "OTHER"}))
    done(clerk.call("GET", path))
    told = {one["event"] for one in done(clerk.call("GET", f"{path}/timeline")).body["items"]}
    if not told >= {"held", "payment"}:
        raise Violation("seldom", f"a timeline knows of {told} alone", (order_id,))
    done(clerk.call("DELETE", held.headers["location"]))


def _return_at_once(scene: Scene, clerk: Client, order_id: str) -> None:
    """Ship all of an order, and have it taken back; there is nothing left to be taken back then."""
    order = done(clerk.call("GET", f"/v1/orders/{order_id}")).body
    ship(scene, clerk, order, 2, scene.carriers.new_number(owner_of(scene)[1]))
    clerk.sleep(DECIDED)
    (line_id,) = [line["id"] for line in order["lines"]]
    body = {"lines": [{"line_id": line_id, "quantity": 2, "reason": "unwanted"}]}
    done(clerk.call("POST", f"/v1/orders/{order_id}/returns", body))
    expect(clerk.call("POST", f"/v1/orders/{order_id}/returns", body), _TOO_LATE)


def _proves(request: Request) -> bool:
    """Whether it takes a level off the list of those that are to be checked."""
    is_update = request.operation == "UpdateItem"
    return is_update and "unchecked_pk" in request.document()["UpdateExpression"]


def _no_delay(_request: Request) -> float:
    return 0.0


def _lines(sku: str) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": 2, "unit_price": money(PRICE)}]


def _stock(clerk: Client, order_id: str) -> str:
    return str(done(clerk.call("GET", f"/v1/orders/{order_id}")).body["inventory_status"])
