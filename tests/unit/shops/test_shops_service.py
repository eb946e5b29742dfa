"""Use cases of tenants: who may, what is created, what is told again."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from shops import access
from shops.models import NewApiKey, PlatformSettings
from shops.service import ShopsService
from shops.shop import NewShop
from tests.unit.shops.fakes import FakeStore
from waybill.auth import Caller, hash_secret, shop_of_key
from waybill.clock import from_text
from waybill.problems import Forbidden, NotFound, Unavailable, Unprocessable

OPERATOR = Caller("", "operator", frozenset({"operator"}))
NEW = NewShop(name="Mugs", currency="EUR")


class FakeClock:
    def __init__(self):
        self.now = from_text("2026-07-01T12:00:00Z")

    def __call__(self):
        return self.now


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def service(store, clock):
    return ShopsService(store, clock)


def key_of(shop_id, *scopes):
    return Caller(shop_id, "k" * 34, frozenset(scopes or {"*"}))


# --- shops -------------------------------------------------------------------------------------


def test_a_shop_has_its_defaults(service):
    shop = service.create_shop(OPERATOR, NEW, None)
    view = shop.view().model_dump(mode="json")
    assert access.is_shop_id(view.pop("id"))
    assert view == {
        "name": "Mugs",
        "currency": "EUR",
        "country": None,
        "time_zone": "UTC",
        "payment_rule": "none",
        "payment_minutes": None,
        "on_shortage": "hold",
        "quiet_hours": None,
        "alert_email": None,
        "locale": None,
        "message_budgets": None,
        "created_at": "2026-07-01T12:00:00.000Z",
        "updated_at": "2026-07-01T12:00:00.000Z",
    }


def test_without_a_key_every_call_makes_a_shop(service):
    assert (
        service.create_shop(OPERATOR, NEW, None).id != service.create_shop(OPERATOR, NEW, None).id
    )


def test_a_retry_is_answered_with_the_shop_as_it_was_created(service, store, clock):
    first = service.create_shop(OPERATOR, NEW, "retry-1")
    clock.now += timedelta(days=1)
    assert service.create_shop(OPERATOR, NEW, "retry-1") == first
    assert len(store.all_shops) == 1


def test_the_same_key_with_another_body_is_refused(service):
    service.create_shop(OPERATOR, NEW, "retry-1")
    with pytest.raises(Unprocessable):
        service.create_shop(OPERATOR, NewShop(name="Cups", currency="EUR"), "retry-1")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "", "currency": "EUR"},
        {"name": "  ", "currency": "EUR"},
        {"name": "x" * 201, "currency": "EUR"},
        {"name": "x", "currency": "euro"},
        {"name": "x", "currency": "EUR", "country": "de"},
        {"name": "x", "currency": "EUR", "country": "DEU"},
        {"name": "x", "currency": "EUR", "time_zone": "Berlin"},
        {"name": "x", "currency": "EUR", "time_zone": "Europe"},
        {"name": "x", "currency": "EUR", "time_zone": "europe/berlin"},
        {"name": "x", "currency": "EUR", "time_zone": "../../etc/passwd"},
        {"name": "x", "currency": "EUR", "time_zone": ""},
        {"name": "x", "currency": "EUR", "time_zone": None},
        {"name": "x", "currency": "EUR", "payment_rule": "later"},
        {"name": "x", "currency": "EUR", "payment_minutes": 0},
        {"name": "x", "currency": "EUR", "payment_minutes": 1.5},
        {"name": "x", "currency": "EUR", "payment_minutes": 10**12},
        {"name": "x", "currency": "EUR", "on_shortage": "ignore"},
        {"name": "x", "currency": "EUR", "quiet_hours": {"start": "21:00"}},
        {"name": "x", "currency": "EUR", "quiet_hours": {"start": "24:00", "end": "08:00"}},
        {"name": "x", "currency": "EUR", "quiet_hours": {"start": "08:00", "end": "08:00"}},
        {"name": "x", "currency": "EUR", "colour": "blue"},
    ],
)
def test_a_shop_that_makes_no_sense_is_refused(body):
    with pytest.raises(ValidationError):
        NewShop.model_validate(body)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_time_zones_are_the_iana_databases(zone):
    assert NewShop(name="x", currency="EUR", time_zone=zone).time_zone == zone


def test_quiet_hours_may_span_midnight():
    hours = {"start": "21:00", "end": "08:00"}
    shop = NewShop.model_validate({"name": "x", "currency": "EUR", "quiet_hours": hours})
    assert shop.quiet_hours.model_dump() == hours


def test_a_shop_is_read_by_the_operator_and_its_own_keys(service):
    shop = service.create_shop(OPERATOR, NEW, None)
    assert service.shop(OPERATOR, shop.id) == shop
    assert service.shop(key_of(shop.id), shop.id) == shop


def test_another_shops_id_is_not_found(service):
    mine, other = (service.create_shop(OPERATOR, NEW, None) for _ in range(2))
    for use_case in (
        lambda: service.shop(key_of(mine.id), other.id),
        lambda: service.create_api_key(key_of(mine.id), other.id, new_key()),
        lambda: service.api_keys(key_of(mine.id), other.id, 10, None),
        lambda: service.revoke_api_key(key_of(mine.id), other.id, other.id[5:] + "00000000"),
        lambda: service.set_platform(key_of(mine.id), other.id, "shopify", ["s"]),
    ):
        with pytest.raises(NotFound):
            use_case()


@pytest.mark.parametrize(
    "shop_id", ["", "shop_", "x", "shop_" + "a" * 26, "shop_" + "A" * 26, "a" * 9000]
)
def test_what_is_no_shop_is_not_found(service, shop_id):
    with pytest.raises(NotFound):
        service.shop(OPERATOR, shop_id)


# --- API keys ----------------------------------------------------------------------------------


def new_key(*scopes):
    return NewApiKey(name="backend", scopes=list(scopes or ("*",)))


@pytest.fixture
def shop(service):
    return service.create_shop(OPERATOR, NEW, None)


def test_a_key_names_its_shop_and_only_its_hash_is_kept(service, store, shop):
    key, text = service.create_api_key(OPERATOR, shop.id, new_key("orders:read", "orders:read"))
    prefix, key_id, secret = text.split("_", 2)
    assert (prefix, key_id) == ("wb", key.id)
    assert shop_of_key(key_id) == shop.id
    assert access.is_key_of(key_id, shop.id)
    assert key.scopes == ("orders:read",)
    stored = store.keys[key.id]
    assert stored.hash == hash_secret(secret)
    assert secret not in repr(stored)


def test_keys_of_one_millisecond_have_names_of_their_own(service, store, shop):
    keys = {service.create_api_key(OPERATOR, shop.id, new_key())[0].id for _ in range(5)}
    assert len(keys) == 5
    with pytest.raises(Unavailable):
        service.create_api_key(OPERATOR, shop.id, new_key())
    assert len(store.keys) == 5


def test_later_keys_sort_later(service, shop, clock):
    ids = []
    for _ in range(5):
        ids.append(service.create_api_key(OPERATOR, shop.id, new_key())[0].id)
        clock.now += timedelta(days=400)
    assert ids == sorted(ids)
    found, _ = service.api_keys(OPERATOR, shop.id, 10, None)
    assert [key.id for key in found] == ids[::-1]


@pytest.mark.parametrize(
    "scopes", [[], ["operator"], ["orders"], ["orders:delete"], ["*:*"], [""], None]
)
def test_a_scope_that_is_none_is_refused(scopes):
    with pytest.raises(ValidationError):
        NewApiKey.model_validate({"name": "x", "scopes": scopes})


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (("shops:write",), ("*",)),
        (("shops:write",), ("orders:read",)),
        (("shops:write", "orders:read"), ("orders:read", "orders:write")),
        (("shops:write", "orders:write"), ("orders:read",)),
    ],
)
def test_no_key_grants_what_it_lacks(service, store, shop, own, wanted):
    with pytest.raises(Forbidden):
        service.create_api_key(key_of(shop.id, *own), shop.id, new_key(*wanted))
    assert store.keys == {}


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (("*",), ("*",)),
        (("*",), ("orders:read", "shops:write")),
        (("shops:write", "orders:read"), ("orders:read",)),
        (("shops:write",), ("shops:write",)),
    ],
)
def test_a_key_grants_what_it_has(service, shop, own, wanted):
    key, _ = service.create_api_key(key_of(shop.id, *own), shop.id, new_key(*wanted))
    assert set(key.scopes) == set(wanted)


def test_revoking_is_for_keys_of_the_shop(service, shop):
    key, _ = service.create_api_key(OPERATOR, shop.id, new_key())
    service.revoke_api_key(key_of(shop.id), shop.id, key.id)
    other = service.create_shop(OPERATOR, NEW, None)
    for shop_id, key_id in (
        (other.id, key.id),
        (shop.id, "x"),
        (shop.id, shop.id[5:] + "00000000"),
        (shop.id, "a" * 9000),
        (shop.id, "operator"),
    ):
        with pytest.raises(NotFound):
            service.revoke_api_key(OPERATOR, shop_id, key_id)


# --- platforms ---------------------------------------------------------------------------------


@pytest.mark.secrecy
def test_a_platform_counts_its_secrets_and_never_shows_them(service, shop):
    platform = service.set_platform(key_of(shop.id), shop.id, "shopify", ["canary-1", "canary-2"])
    view = platform.view()
    assert view.model_dump() == {
        "platform": "shopify",
        "secret_count": 2,
        "webhook_path": f"/webhooks/shopify/{shop.id}",
        "updated_at": "2026-07-01T12:00:00.000Z",
    }
    assert "canary" not in repr(platform) + view.model_dump_json()


def test_secrets_left_out_stay_and_none_are_none(service, store, shop):
    service.set_platform(OPERATOR, shop.id, "shopify", ["a"])
    assert service.set_platform(OPERATOR, shop.id, "shopify", None).secrets == ("a",)
    assert service.set_platform(OPERATOR, shop.id, "shopify", ["b", "b"]).secrets == ("b",)
    assert service.set_platform(OPERATOR, shop.id, "shopify", []).secrets == ()


@pytest.mark.parametrize("name", ["woocommerce", "bigcommerce"])
def test_a_platform_that_is_not_supported_yet_says_so(service, shop, name):
    with pytest.raises(Unprocessable, match="not supported yet"):
        service.set_platform(OPERATOR, shop.id, name, ["a"])


@pytest.mark.parametrize("name", ["", "Shopify", "carriers", "x" * 5000])
def test_a_platform_nobody_knows_is_not_found(service, store, shop, name):
    with pytest.raises(NotFound):
        service.set_platform(OPERATOR, shop.id, name, ["a"])
    assert store.platforms == {}


@pytest.mark.parametrize(
    "secrets", [["a", "b", "c"], [""], ["a b"], ["a\n"], ["ü"], ["x" * 256], "a", [1]]
)
def test_secrets_that_make_no_sense_are_refused(secrets):
    with pytest.raises(ValidationError):
        PlatformSettings.model_validate({"secrets": secrets})
