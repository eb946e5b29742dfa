"""Which changes of ShopsTable are events."""

import pytest

from shops.events import events_of
from waybill import keys
from waybill.batch import Change
from waybill.events import EventName

SHOP = "shop_" + "a" * 26
STAMP = {
    "shop_id": SHOP,
    "updated_at": "2026-07-01T12:00:00.000Z",
    "correlation_id": "req-1",
    "actor": "platform:shopify",
}
SHOP_ITEM = (
    keys.shop(SHOP) | STAMP | {"version": 1, "name": "canary", "alert_email": "canary@mail.example"}
)
OBSERVATION = (
    keys.platform_order(SHOP, "shopify", "1")
    | STAMP
    | {
        "platform": "shopify",
        "external_id": "1",
        "observed_at": "2026-07-01T11:00:00.000Z",
        "topic": "orders/paid",
        "order": b"canary",
        "version": 3,
    }
)


def change(new, old=None):
    image = new or old
    return Change("1", {"pk": image["pk"], "sk": image["sk"]}, old, new)


@pytest.mark.secrecy
def test_a_new_shop_is_an_event():
    (event,) = events_of(change(SHOP_ITEM))
    assert event.name is EventName.SHOP_CREATED
    assert (event.shop_id, event.key, event.version) == (SHOP, SHOP, 1)
    assert event.data == {"shop_id": SHOP}
    assert "canary" not in event.detail()


def test_a_changed_shop_is_none():
    assert list(events_of(change(SHOP_ITEM | {"version": 2}, SHOP_ITEM))) == []


@pytest.mark.secrecy
@pytest.mark.parametrize("old", [None, OBSERVATION | {"version": 2}])
def test_an_observation_is_an_event_each_time(old):
    (event,) = events_of(change(OBSERVATION, old))
    assert event.name is EventName.PLATFORM_ORDER_OBSERVED
    assert (event.room, event.shop_id, event.key, event.version) == ("shops", SHOP, "shopify#1", 3)
    assert (event.correlation_id, event.actor) == ("req-1", "platform:shopify")
    assert event.data == {
        "platform": "shopify",
        "external_id": "1",
        "observed_at": "2026-07-01T11:00:00.000Z",
        "topic": "orders/paid",
    }
    assert "canary" not in event.detail()


def test_a_write_that_changes_nothing_is_no_event():
    assert list(events_of(change(OBSERVATION, OBSERVATION))) == []


@pytest.mark.parametrize("item", [SHOP_ITEM, OBSERVATION])
def test_a_removal_is_no_event(item):
    assert list(events_of(change(None, item))) == []


@pytest.mark.parametrize(
    "key", [keys.api_key(SHOP, "k"), keys.platform(SHOP, "shopify"), keys.parked("x", "y")]
)
def test_other_items_are_no_events(key):
    assert list(events_of(change(key | STAMP | {"version": 1}))) == []
