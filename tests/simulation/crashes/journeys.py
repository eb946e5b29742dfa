"""Nine use cases, each a small story: what is there, what is done, and by which functions.

A story is told by callers and by the clock alone: they do the same whatever becomes of it, and
ask again until they are answered. What a play tells is never judged here, but by its end.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.carriers import dhl, ups
from tests.simulation.crashes.stage import DOUBT, LATER, Stage
from tests.simulation.people.calls import money
from tests.support.shopify import headers, line, order

_RELAYS: Final = ("OrdersRelayFunction", "InventoryRelayFunction")
_STOCK: Final = ("InventoryOrderChangeFunction", "OrdersInventoryChangeFunction")
_GONE: Final = 409
"""What is answered to who cancels what is cancelled."""
_SHELVES: Final = {"SKU-A": 10, "SKU-B": 3}
_ADDRESS: Final = {
    "name": "Ada Canary",
    "line1": "Canary Street 1",
    "line2": "canary of a door",
    "city": "Berlin",
    "region": "canary of a region",
    "postal_code": "10115",
    "country": "DE",
}


@dataclass(frozen=True)
class Journey:
    """One use case."""

    name: str
    functions: tuple[str, ...]
    """Who carries it out: each of their calls is a crash point."""
    prepare: Callable[[Stage], None]
    play: Callable[[Stage], None]
    """Its docstring tells the story."""
    healed_by: tuple[str, ...] = ()
    """Schedules that do what nobody else has done of it; their calls are second points of pairs."""

    def story(self) -> str:
        """What happens, in a sentence."""
        return " ".join((self.play.__doc__ or "").split())


# --- what several do ------------------------------------------------------------------------------


def _body(**lines: int) -> dict[str, Any]:
    """An order of so many units of SKUs, "_" for "-", with all that a person may type."""
    return {
        "currency": "EUR",
        "customer": {
            "email": "canary@customers.example",
            "name": "Ada Canary",
            "phone": "+4915123456000",
        },
        "shipping_address": _ADDRESS,
        "billing_address": _ADDRESS | {"name": "Canary & Sons", "line2": "canary of a floor"},
        "note": "canary of a present",
        "metadata": {"engraved": "canary of a metal"},
        "lines": [
            {"sku": sku.replace("_", "-"), "quantity": units, "unit_price": money(900)}
            for sku, units in lines.items()
        ],
    }


def _place(stage: Stage, name: str, **lines: int) -> dict[str, Any]:
    answer = stage.call("POST", "/v1/orders", _body(**lines), once=f"order-{name}")
    return dict(answer.body)


def _open(stage: Stage) -> None:
    stage.open(_SHELVES)
    stage.begin()


def _order_there(stage: Stage) -> None:
    """One confirmed order of three units and one."""
    stage.open(_SHELVES)
    stage.known["order"] = _place(stage, "there", SKU_A=3, SKU_B=1)
    stage.begin()


def _ship(stage: Stage, name: str, **what: Any) -> None:
    body = {"order_id": stage.known["order"]["id"]} | what
    stage.call("POST", "/v1/shipments", body, once=f"shipment-{name}")


# --- place, reserve -------------------------------------------------------------------------------


def _play_place(stage: Stage) -> None:
    """One is placed through the API, another was sold by a platform."""
    _place(stage, "here", SKU_A=2, SKU_B=1)
    stage.pause()
    sold = order(
        id=7_000_001,
        name="#1",
        email="canary@customers.example",
        line_items=[line(id=1, sku="SKU-A", quantity=1, current_quantity=1)],
        created_at=stage.at(),
        updated_at=stage.at(),
    )
    raw = json.dumps(sold)
    signed = headers(raw, stage.shop.secret, topic="orders/create")
    stage.told_by(None, "POST", f"/webhooks/shopify/{stage.shop.id}", raw=raw, **signed)


def _play_reserve(stage: Stage) -> None:
    """There is enough for one order; another waits for what arrives then."""
    _place(stage, "first", SKU_A=2, SKU_B=2)
    stage.pause()
    _place(stage, "second", SKU_B=3)
    stage.pause()
    body = {"sku": "SKU-B", "location_id": "loc0", "kind": "received", "quantity": 5}
    stage.call("POST", "/v1/stock-movements", body, once="arrived")


# --- cancel, edit, expire -------------------------------------------------------------------------


def _play_cancel(stage: Stage) -> None:
    """Some units first, then all that is left."""
    known = stage.known["order"]
    path = f"/v1/orders/{known['id']}/cancel"
    some = [{"line_id": known["lines"][0]["id"], "quantity": 1}]
    stage.call("POST", path, {"reason": "customer", "lines": some}, once="cancel-some")
    stage.pause()
    stage.call("POST", path, {"reason": "customer"}, _GONE)


def _play_edit(stage: Stage) -> None:
    """More of one SKU and less of another; what is added is reserved first."""
    known = stage.known["order"]
    path = f"/v1/orders/{known['id']}/edits"
    less = [{"line_id": known["lines"][0]["id"], "quantity": 1}]
    more = [{"sku": "SKU-B", "quantity": 2, "unit_price": money(700)}]
    quote = stage.call("POST", path, {"lines": less, "add": more}, once="edit").body
    stage.call("POST", f"{path}/{quote['id']}/confirm")


def _prepare_expire(stage: Stage) -> None:
    stage.open(_SHELVES, payment_rule="paid", payment_minutes=10)
    stage.begin()


def _play_expire(stage: Stage) -> None:
    """Nobody pays."""
    _place(stage, "unpaid", SKU_A=2, SKU_B=1)
    stage.pause()
    stage.tick("OrdersScheduleFunction")


# --- ship, return, poll ---------------------------------------------------------------------------


def _prepare_ship(stage: Stage) -> None:
    stage.carrier(dhl.NAME, dhl.CREDENTIALS)
    _order_there(stage)


def _play_ship(stage: Stage) -> None:
    """The order leaves in two shipments."""
    lines = stage.known["order"]["lines"]
    first = [{"line_id": lines[0]["id"], "quantity": 2}]
    _ship(stage, "first", lines=first, parcels=[stage.parcel("dhl", "picked-up")])
    stage.pause()
    _ship(stage, "rest", parcels=[stage.parcel("dhl", "picked-up")])


def _prepare_return(stage: Stage) -> None:
    stage.carrier(dhl.NAME, dhl.CREDENTIALS)
    stage.open(_SHELVES)
    body = _body(SKU_A=3) | {"payments": [{"kind": "captured", "amount": money(2700)}]}
    answer = stage.call("POST", "/v1/orders", body, once="order-there")
    stage.known["order"] = answer.body
    stage.pause()
    _ship(stage, "all", parcels=[stage.parcel("dhl", "picked-up")])
    stage.begin()


def _play_return(stage: Stage) -> None:
    """Two units come back, one of them damaged, and so does the money."""
    known = stage.known["order"]
    line_id = known["lines"][0]["id"]
    wanted = {"lines": [{"line_id": line_id, "quantity": 2, "reason": "unwanted"}]}
    asked = stage.call("POST", f"/v1/orders/{known['id']}/returns", wanted, once="return").body
    path = f"/v1/returns/{asked['id']}"
    stage.call("POST", f"{path}/approve")
    came: list[dict[str, Any]] = [
        {"line_id": line_id, "quantity": 1, "disposition": "restock", "location_id": "loc0"},
        {"line_id": line_id, "quantity": 1, "disposition": "damaged"},
    ]
    stage.call("POST", f"{path}/receive", {"lines": came}, once="receive")
    stage.pause()
    stage.call("POST", f"{path}/refund", {}, once="refund")


def _prepare_poll(stage: Stage) -> None:
    """Two shipments of an order whose customer left no address to write to."""
    stage.carrier(ups.NAME, ups.CREDENTIALS)
    stage.open(_SHELVES)
    body = _body(SKU_A=3, SKU_B=1) | {"customer": {"name": "Ada Canary"}}
    known = stage.call("POST", "/v1/orders", body, once="order-there").body
    stage.known["order"] = known
    stage.begin()
    for place, one in enumerate(known["lines"]):
        some = [{"line_id": one["id"], "quantity": one["quantity"]}]
        parcels = [stage.parcel("ups", "picked-up", "delivered")]
        _ship(stage, f"line-{place}", lines=some, parcels=parcels)
    stage.pause()


def _play_poll(stage: Stage) -> None:
    """A carrier is asked that wants an access token, and has news of both."""
    stage.tick("TrackingScheduleFunction")


# --- notify ---------------------------------------------------------------------------------------


def _prepare_notify(stage: Stage) -> None:
    stage.carrier(dhl.NAME, dhl.CREDENTIALS)
    stage.open(_SHELVES, alert_email="warehouse@shop0.example")
    stage.begin()


def _play_notify(stage: Stage) -> None:
    """An order is confirmed, held, of which the shop hears, and yet leaves and arrives."""
    known = stage.known["order"] = _place(stage, "here", SKU_A=1)
    stage.pause()
    hold = {"kind": "OTHER", "note": "canary of a hold"}
    stage.call("POST", f"/v1/orders/{known['id']}/holds", hold, once="hold")
    parcel = stage.parcel("dhl", "picked-up", "out", "delivered", every=600.0)
    _ship(stage, "all", parcels=[parcel])
    stage.pause(DOUBT)
    stage.tick("NotifyScheduleFunction")
    stage.pause(DOUBT)
    stage.tick("TrackingScheduleFunction")
    stage.pause(DOUBT)
    stage.tick("NotifyScheduleFunction")
    stage.pause(LATER)
    stage.tick("TrackingScheduleFunction")


JOURNEYS: Final = (
    Journey(
        "place",
        (
            "OrdersApiFunction",
            "ShopsApiFunction",
            "ShopsRelayFunction",
            "OrdersPlatformOrderFunction",
            "OrdersRelayFunction",
        ),
        _open,
        _play_place,
        healed_by=("OrdersScheduleFunction",),
    ),
    Journey(
        "reserve",
        (*_STOCK, "InventoryRelayFunction", "InventoryStockIncreasedFunction"),
        _open,
        _play_reserve,
        healed_by=("OrdersScheduleFunction",),
    ),
    Journey("cancel", ("OrdersApiFunction", *_STOCK, *_RELAYS), _order_there, _play_cancel),
    Journey("edit", ("OrdersApiFunction", *_STOCK, *_RELAYS), _order_there, _play_edit),
    Journey("expire", ("OrdersScheduleFunction", *_STOCK, *_RELAYS), _prepare_expire, _play_expire),
    Journey(
        "ship",
        (
            "TrackingApiFunction",
            "TrackingRelayFunction",
            "OrdersShipmentFunction",
            "InventoryOrderChangeFunction",
            "OrdersRelayFunction",
        ),
        _prepare_ship,
        _play_ship,
    ),
    Journey(
        "return",
        ("OrdersApiFunction", "InventoryOrderChangeFunction", *_RELAYS),
        _prepare_return,
        _play_return,
    ),
    Journey(
        "poll",
        (
            "TrackingScheduleFunction",
            "TrackingSweepFunction",
            "TrackingRelayFunction",
            "OrdersShipmentFunction",
        ),
        _prepare_poll,
        _play_poll,
    ),
    Journey(
        "notify",
        ("NotifyEventFunction", "NotifyScheduleFunction", "NotifyMailFeedbackFunction"),
        _prepare_notify,
        _play_notify,
    ),
)
