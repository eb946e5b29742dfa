"""waybill.keys: tenants are apart in the keys themselves, and no two things share one."""

import inspect
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill import keys


def call(builder: Callable[..., dict[str, str]], **given: str) -> dict[str, str]:
    parameters = inspect.signature(builder).parameters
    values = {
        name: 1 if parameter.annotation is int else given.get(name, f"{name}-value")
        for name, parameter in parameters.items()
    }
    return builder(**values)


BUILDERS: dict[str, Callable[..., dict[str, str]]] = {
    name: function
    for name, function in vars(keys).items()
    if inspect.isfunction(function)
    and not name.startswith("_")
    and inspect.signature(function).return_annotation == keys.Key
    and "pk" in call(function)
}
# A carrier that pushes knows numbers and no shop; whose they are stands in the rest of the key.
DEPLOYMENT_WIDE = {
    "carrier",
    "watermark",
    "parked",
    "schedule_marks",
    "known_shop",
    "pushed_number",
}
OF_A_SHOP = sorted(
    name
    for name, builder in BUILDERS.items()
    if "shop_id" in inspect.signature(builder).parameters and name not in DEPLOYMENT_WIDE
)


def test_little_belongs_to_no_shop():
    assert set(BUILDERS) - set(OF_A_SHOP) >= DEPLOYMENT_WIDE


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_key_has_both_parts(name):
    key = call(BUILDERS[name])
    assert {"pk", "sk"} <= set(key)
    assert all(isinstance(part, str) and part for part in key.values())


@pytest.mark.parametrize("name", OF_A_SHOP)
def test_what_belongs_to_a_shop_begins_with_the_shop(name):
    key = call(BUILDERS[name], shop_id="shop_a")
    assert key["pk"] == "shop_a" or key["pk"].startswith("shop_a#")


@pytest.mark.parametrize("name", OF_A_SHOP)
def test_another_shop_has_another_partition(name):
    one, other = (call(BUILDERS[name], shop_id=shop)["pk"] for shop in ("shop_a", "shop_b"))
    assert one != other


def test_no_two_kinds_of_item_share_a_key():
    seen: dict[tuple[str, str], str] = {}
    for name, builder in BUILDERS.items():
        key = call(builder)
        assert (key["pk"], key["sk"]) not in seen, (name, seen)
        seen[key["pk"], key["sk"]] = name


def test_a_shop_its_keys_and_its_platforms_are_one_partition():
    partition = keys.shop_and_below("shop_a")
    assert keys.shop("shop_a") == {"pk": partition, "sk": "shop"}
    assert keys.api_key("shop_a", "k1") == {"pk": partition, "sk": "key#k1"}
    assert keys.platform("shop_a", "shopify") == {"pk": partition, "sk": "platform#shopify"}


def test_shops_are_listed_by_time_of_creation():
    first = keys.shop_listing("2026-01-01T00:00:00.000Z", "shop_z")
    second = keys.shop_listing("2026-01-02T00:00:00.000Z", "shop_a")
    assert first["list_pk"] == second["list_pk"]
    assert first["list_sk"] < second["list_sk"]


def test_a_platforms_orders_are_apart_by_platform_and_id():
    found = {
        keys.platform_order("shop_a", platform, external_id)["pk"]
        for platform in ("shopify", "woocommerce")
        for external_id in ("1", "11")
    }
    assert len(found) == 4


@given(st.text(min_size=1, max_size=40))
def test_an_orders_reservation_lines_stay_in_their_bucket(order_id):
    key = keys.reservation("shop_a", "SKU", "main", "2026", order_id)
    assert key == keys.reservation("shop_a", "SKU", "main", "2026", order_id)
    buckets = [keys.reservation_bucket("shop_a", "SKU", "main", n) for n in range(8)]
    assert key["pk"] in buckets


def test_reservation_lines_are_spread_over_all_buckets():
    found = {keys.reservation("s", "SKU", "main", "2026", f"ord_{n}")["pk"] for n in range(1000)}
    assert len(found) == 8
