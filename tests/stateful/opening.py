"""Shops to begin with: made once through the API, and found again at the start of each example."""

from dataclasses import dataclass
from typing import Any

from tests.stateful.model.orders import Rules
from tests.stateful.model.shipping import Shipping
from tests.stateful.post import CREDENTIALS
from tests.stateful.world import START, Answer, Moment, World
from tests.support.http import OPERATOR_KEY

SKUS = ("TEE", "MUG", "CAP", "BAG", "CARD")
PLACES = ("hq", "ny")
ALERTS = "warehouse@shop.example"
_FIRST_TICK = START + 60


@dataclass(frozen=True)
class Kind:
    """What a shop is like."""

    payment: str = "none"
    minutes: int | None = None
    shortage: str = "hold"
    alerts: bool = False
    stock: tuple[tuple[str, str, int], ...] = ()
    """Units that were received: SKU, location, how many."""
    mug: str = "backorder"
    """The policy of one SKU."""
    safety: int = 0


PLENTY = (("TEE", "hq", 6), ("TEE", "ny", 4), ("MUG", "hq", 5), ("CAP", "ny", 8), ("BAG", "hq", 9))
LITTLE = (("TEE", "hq", 2), ("TEE", "ny", 1), ("CAP", "hq", 1))
KINDS = (
    Kind(stock=PLENTY),
    Kind(stock=LITTLE, alerts=True),
    Kind(payment="paid", minutes=5, stock=PLENTY),
    Kind(payment="authorized", minutes=90, stock=LITTLE, mug="preorder"),
    Kind(shortage="cancel", stock=LITTLE, safety=1),
    Kind(payment="paid", shortage="cancel", stock=PLENTY, alerts=True),
)


def items(kind: Kind) -> dict[str, dict[str, Any]]:
    """The settings of a shop's SKUs."""
    release = "2026-11-02T10:00:00.000Z" if kind.mug == "preorder" else None
    return {
        "TEE": {"title": "Tee", "safety_stock": kind.safety, "reorder_point": 1},
        "MUG": {"title": "Mug", "oversell_policy": kind.mug, "release_at": release},
        "CAP": {"title": "Cap", "oversell_policy": "backorder", "backorder_limit": 3},
        "BAG": {"title": "Bag"},
        "CARD": {"title": "Card", "tracked": False},
    }


def places() -> dict[str, dict[str, Any]]:
    """The settings of a shop's locations."""
    return {
        "hq": {"name": "HQ", "priority": 1, "country": "DE"},
        "ny": {"name": "NY", "priority": 2, "country": "US"},
    }


def rules_of(kind: Kind) -> Rules:
    """A shop's rules for its orders."""
    return Rules(kind.payment, kind.minutes, kind.shortage)


@dataclass(frozen=True)
class Opened:
    """A shop, and the world in which it has just been opened."""

    kind: Kind
    shop_id: str
    key: str
    other_key: str
    """Another shop's, which has nothing."""
    moment: Moment

    def model(self) -> Shipping:
        """The same in the model."""
        model = Shipping(rules_of(self.kind), ALERTS if self.kind.alerts else None, self.moment.now)
        model.ticked = _FIRST_TICK
        for name, settings in places().items():
            model.stock.put_location(name, settings)
        for sku, settings in items(self.kind).items():
            model.stock.put_item(sku, settings)
        for sku, place, units in self.kind.stock:
            model.stock.move(received(sku, place, units), None, self.moment.now)
        model.forget()
        return model


def received(sku: str, place: str, units: int) -> dict[str, Any]:
    """A movement: units arrive."""
    return {"sku": sku, "location_id": place, "kind": "received", "quantity": units}


def open_shop(world: World, kind: Kind, number: int) -> Opened:
    """Make a shop through the API, in a world that is as new."""
    world.restore(Moment(START, ({name: {} for name in world.tables.names}, {}), 0), seed=number)

    def done(answer: Answer) -> Any:
        assert answer.status < 300, answer
        return answer.body

    for carrier, credentials in CREDENTIALS.items():
        settings = {"credentials": credentials}
        done(world.call("PUT", f"/v1/carriers/{carrier}", settings, key=OPERATOR_KEY))
    keys = []
    for name in ("Shop", "Other"):
        rules = {
            "name": name,
            "currency": "EUR",
            "payment_rule": kind.payment,
            "payment_minutes": kind.minutes,
            "on_shortage": kind.shortage,
        } | ({"alert_email": ALERTS} if kind.alerts else {})
        shop_id = done(world.call("POST", "/v1/shops", rules, key=OPERATOR_KEY))["id"]
        path, wanted = f"/v1/shops/{shop_id}/api-keys", {"name": "all", "scopes": ["*"]}
        keys.append((shop_id, done(world.call("POST", path, wanted, key=OPERATOR_KEY))["key"]))
    (shop_id, key), (_, other_key) = keys
    for place, settings in places().items():
        done(world.call("PUT", f"/v1/locations/{place}", settings, key=key))
    for sku, settings in items(kind).items():
        done(world.call("PUT", f"/v1/items/{sku}", settings, key=key))
    for sku, place, units in kind.stock:
        done(world.call("POST", "/v1/stock-movements", received(sku, place, units), key=key))
    world.now = _FIRST_TICK
    world.tick()
    world.now += 1
    return Opened(kind, shop_id, key, other_key, world.keep())
