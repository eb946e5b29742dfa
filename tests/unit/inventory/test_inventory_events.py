"""Which changes of a level are events."""

import pytest

from inventory.events import level_events, stock_events
from waybill.batch import Change


def level(available, point=None, version=7, *, on_hand=9, reserved=0):
    return {
        "pk": "shop_1#sku#A",
        "sk": "level#hq",
        "shop_id": "shop_1",
        "sku": "A",
        "location_id": "hq",
        "on_hand": on_hand,
        "reserved": reserved,
        "available": available,
        "reorder_point": point,
        "version": version,
        "updated_at": "2026-11-22T10:00:00.000Z",
        "correlation_id": "req-1",
        "actor": "inventory",
    }


def names(old, new):
    change = Change("1", {"pk": "shop_1#sku#A", "sk": "level#hq"}, old, new)
    return [event.name.value for event in level_events(change)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (level(5), level(6), ["StockIncreased"]),
        (level(-2), level(-1), ["StockIncreased"]),
        (level(5), level(5), []),
        (level(5), level(1), []),
        (level(1), level(0), ["OutOfStock"]),
        (level(1), level(-3), ["OutOfStock"]),
        (level(0), level(-1), []),
        (level(6, 5), level(5, 5), ["LowStock"]),
        (level(5, 5), level(4, 5), []),
        (level(6, 5), level(0, 5), ["LowStock", "OutOfStock"]),
        (level(4, 5), level(6, 5), ["StockIncreased"]),
        (level(4, None), level(4, 5), ["LowStock"]),
        (level(4, 5), level(4, None), []),
        (None, level(0, 5), []),
        (level(3), None, []),
    ],
)
def test_each_crossing_is_told_once(old, new, expected):
    assert names(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((5, 5), (4, 5), 1),
        ((5, 5), (2, 5), 3),
        ((9, 0), (-2, 0), 2),
        ((5, 3), (3, 3), None),
        ((4, 5), (1, 5), None),
        ((4, 5), (6, 5), None),
        ((4, 5), (5, 5), None),
    ],
)
def test_a_shortfall_is_told_when_there_was_none(old, new, expected):
    before, after = (level(0, on_hand=on_hand, reserved=held) for on_hand, held in (old, new))
    change = Change("1", {"pk": "shop_1#sku#A", "sk": "level#hq"}, before, after)
    told = [event.data for event in level_events(change)]
    assert told == (
        []
        if expected is None
        else [{"sku": "A", "location_id": "hq", "available": 0, "shortfall": expected}]
    )


def test_other_items_of_the_table_are_no_events():
    assert names({"version": 1}, {"version": 2}) == []


def test_an_event_carries_the_level_it_was_true_at():
    change = Change("1", {"pk": "p", "sk": "level#hq"}, level(1), level(0))
    (event,) = level_events(change)
    assert (event.key, event.version, event.correlation_id) == ("A@hq", 7, "req-1")
    assert event.data == {"sku": "A", "location_id": "hq", "available": 0}


def check(drift, version=3):
    return {
        "pk": "shop_1#sku#A",
        "sk": "check#hq",
        "shop_id": "shop_1",
        "sku": "A",
        "location_id": "hq",
        "drift": drift,
        "version": version,
        "updated_at": "2026-11-22T10:00:00.000Z",
        "correlation_id": "chk-1",
        "actor": "inventory",
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (None, check({"on_hand": 1}), True),
        (check({}), check({"on_hand": 1}), True),
        (check({"on_hand": 1}), check({"on_hand": 1}), False),
        (check({"on_hand": 1}), check({"on_hand": 2}), True),
        (check({"on_hand": 1}), check({}), False),
        (None, check({}), False),
        (check({"on_hand": 1}), None, False),
    ],
)
def test_drift_is_told_when_it_appears_or_changes(old, new, told):
    change = Change("1", {"pk": "shop_1#sku#A", "sk": "check#hq"}, old, new)
    events = list(stock_events(change))
    assert [event.name.value for event in events] == ["StockDriftFound"] * told
    for event in events:
        assert (event.key, event.version) == ("check#A@hq", 3)
        assert event.data == {"sku": "A", "location_id": "hq", "drift": new["drift"]}


def test_a_level_and_its_check_have_their_own_events():
    change = Change("1", {"pk": "shop_1#sku#A", "sk": "level#hq"}, level(5), level(6))
    assert [event.name.value for event in stock_events(change)] == ["StockIncreased"]
