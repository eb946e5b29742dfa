"""What happens elsewhere, over fakes: in any order, any number of times."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.news import ShipmentNews, StockDecision
from orders.observing import PlatformReactions
from orders.order import OrderStatus, PaymentRule, ShopRules
from orders.placing import external_order_id
from orders.reactions import ShipmentReactions, StockReactions
from orders.records import Happening, Told
from orders.writing import OrderMissingError, OrderWriter
from tests.unit.orders.orders_builders import (
    DEFAULT_RULES,
    NOW,
    SHOP,
    FakeRules,
    FakeSkus,
    FakeStore,
    body,
    money,
    placed,
)
from waybill.problems import Unprocessable

ORDER_ID = external_order_id(SHOP, "shopify", "1001")
PAID = [{"kind": "captured", "amount": money(4997)}]


class Observed:
    """The newest observation of a platform's order."""

    def __init__(self):
        self.item = None

    def tell(self, version, **changes):
        told = {
            "number": "#1001",
            "placed_at": "2026-03-04T05:00:00.000Z",
            "request": body(**changes.pop("request", {})),
        }
        self.item = {"version": version, "order": told | changes}

    def platform_order(self, shop_id, platform, external_id):
        return self.item


class World:
    def __init__(self, *unknown, rules=DEFAULT_RULES):
        self.store = FakeStore()
        self.skus = FakeSkus(*unknown)
        self.seen = Observed()
        writer = OrderWriter(self.store, lambda: NOW)
        self.platform = PlatformReactions(writer, FakeRules(rules), self.skus, self.seen)
        self.stock = StockReactions(writer)
        self.shipments = ShipmentReactions(writer)

    def observe(self):
        self.platform.observed(SHOP, "shopify", "1001")

    @property
    def order(self):
        return self.store.order(SHOP, ORDER_ID)


def test_an_observation_places_the_order_once():
    world = World()
    world.seen.tell(1)
    world.observe()
    world.observe()
    assert (world.order.number, world.order.version) == ("#1001", 1)
    assert [(kind, asked) for kind, _, asked in world.store.writes] == [("put", True)]
    assert world.store.writes[0][1].actor == "platform:shopify"


def test_a_later_payment_confirms():
    world = World(rules=ShopRules(payment=PaymentRule.PAID))
    world.seen.tell(1)
    world.observe()
    share = {"allocated": 2}
    decision = StockDecision(1, "allocated", {"line_1": share, "line_2": {"allocated": 1}})
    world.stock.decided(SHOP, ORDER_ID, decision)
    assert world.order.status is OrderStatus.PENDING
    world.seen.tell(2, request={"payments": PAID})
    world.observe()
    assert world.order.status is OrderStatus.CONFIRMED


def test_an_unknown_sku_waits_until_it_is_known_and_a_newer_observation_comes():
    world = World("MUG")
    world.seen.tell(1)
    world.observe()
    assert [hold.note for hold in world.order.holds] == ["unknown SKU"]
    assert [asked for _, _, asked in world.store.writes] == [False]
    world.skus.unknown = set()
    world.observe()
    assert world.order.holds
    world.seen.tell(2)
    world.observe()
    assert not world.order.holds
    assert [asked for _, _, asked in world.store.writes] == [False, True]


GIFT = {"sku": "GIFT-WRAP", "quantity": 1, "unit_price": money(100)}
TEE = {"sku": "TEE", "quantity": 1, "unit_price": money(1999)}


def test_an_unknown_sku_is_waited_for_though_the_platform_does_not_name_it_any_more():
    world = World("GIFT-WRAP")
    world.seen.tell(1, request={"lines": [TEE, GIFT]})
    world.observe()
    world.seen.tell(2, request={"lines": [TEE]})
    world.observe()
    assert [hold.note for hold in world.order.holds] == ["unknown SKU"]
    assert (world.order.asks_stock, world.order.platform_version) == (False, 2)
    assert [line.sku for line in world.order.lines] == ["TEE", "GIFT-WRAP"]
    world.skus.unknown = set()
    world.seen.tell(3, request={"lines": [TEE]})
    world.observe()
    assert (world.order.asks_stock, world.order.holds) == (True, ())


def test_an_unknown_sku_that_only_the_platform_has_is_not_waited_for():
    world = World("GIFT-WRAP")
    world.seen.tell(1, request={"lines": [TEE, GIFT]})
    world.observe()
    world.skus.unknown = {"RIBBON"}
    world.seen.tell(2, request={"lines": [TEE, GIFT, GIFT | {"sku": "RIBBON"}]})
    world.observe()
    assert (world.order.asks_stock, world.order.holds) == (True, ())
    assert [asked for _, _, asked in world.store.writes] == [False, True]


def test_an_unknown_sku_that_was_cancelled_is_not_waited_for():
    world = World("GIFT-WRAP")
    world.seen.tell(1, request={"lines": [TEE, GIFT]})
    world.observe()
    tee, gift = world.order.lines
    kept = replace(world.order, lines=(tee, replace(gift, cancelled=1)))
    world.store.by_id[SHOP, ORDER_ID] = kept
    world.seen.tell(2, request={"lines": [TEE, GIFT]})
    world.observe()
    assert (world.order.asks_stock, world.order.holds) == (True, ())


def test_the_end_of_the_hold_for_an_unknown_sku_is_told():
    world = World("MUG")
    world.seen.tell(1)
    world.observe()
    (hold,) = world.order.holds
    world.skus.unknown = set()
    world.seen.tell(2)
    world.observe()
    (entry,) = world.store.beside
    assert (entry.version, entry.actor) == (2, "platform:shopify")
    data = {"kind": "OTHER", "hold_id": hold.id}
    assert entry.told == Told(Happening.HOLD_RELEASED, data)
    world.seen.tell(3)
    world.observe()
    assert world.store.beside == [entry]


def test_a_twin_observation_placed_in_between_is_brought_up_to_date():
    world = World()
    world.seen.tell(1)

    def overtake():
        world.observe_details = world.store.details(SHOP, ORDER_ID)
        first, _ = placed(external_id="1001", channel="shopify")
        world.store.put_order(replace(first, platform_version=1), None, demand_changed=True)

    world.seen.tell(2, cancelled_at="2026-03-04T06:00:00Z", cancel_reason="customer")
    world.store.before_write = overtake
    world.observe()
    assert world.order.status is OrderStatus.CANCELLED
    assert world.order.platform_version == 2


def test_an_order_the_api_placed_for_the_platform_is_brought_up_to_date():
    world = World()
    order, details = placed(external_id="1001", channel="shopify", note="by hand")
    world.store.put_details(details, None)
    world.store.put_order(order, None, demand_changed=True)
    world.seen.tell(3, request={"payments": PAID})
    world.observe()
    assert (world.order.payments.captured, world.order.platform_version) == (4997, 3)
    assert world.order.number == order.number


def test_an_order_in_two_currencies_is_an_error_and_not_stored():
    world = World()
    world.seen.tell(1, request={"shipping_price": money(1, "USD")})
    with pytest.raises(Unprocessable):
        world.observe()
    assert not world.store.details_by_id


def test_an_observation_that_cannot_be_read_yet_raises():
    with pytest.raises(LookupError):
        World().observe()


def test_news_of_a_missing_order_raises_so_that_it_is_not_lost():
    world = World()
    with pytest.raises(OrderMissingError):
        world.shipments.moved(SHOP, ORDER_ID, ShipmentNews("shp_a", 1, {"line_1": 1}))
    with pytest.raises(OrderMissingError):
        world.stock.decided(SHOP, ORDER_ID, StockDecision(1, "allocated", {}))


@given(st.permutations([1, 2, 3, 1, 2, 3]))
def test_observations_end_the_same_in_any_order(versions):
    """The observation's own item only ever moves forward; its events come as they like."""
    world = World()
    newest = 0
    for version in versions:
        newest = max(newest, version)
        changes = {"cancelled_at": "2026-03-04T06:00:00Z"} if newest == 3 else {}
        world.seen.tell(newest, request={"payments": PAID[: newest - 1]}, **changes)
        world.observe()
    assert world.order.status is OrderStatus.CANCELLED
    assert world.order.payments.captured == 4997
    assert (world.order.platform_version, world.order.number) == (3, "#1001")
