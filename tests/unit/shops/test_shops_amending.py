"""Amending a shop: what is named changes, once, and nothing else does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.service import ShopsService
from shops.shop import AmendShop, NewShop, ShopSettings, amended
from tests.unit.shops.fakes import FakeStore
from waybill.auth import Caller
from waybill.clock import from_text
from waybill.dynamo import ContentionError
from waybill.preconditions import Precondition
from waybill.problems import NotFound, PreconditionFailed

OPERATOR = Caller("", "operator", frozenset({"operator"}))
ANY = Precondition()
NEW = NewShop.model_validate(
    {
        "name": "Mugs",
        "currency": "EUR",
        "country": "DE",
        "time_zone": "Europe/Berlin",
        "payment_rule": "paid",
        "payment_minutes": 60,
        "on_shortage": "cancel",
        "quiet_hours": {"start": "21:00", "end": "08:00"},
        "alert_email": "ana@shop.example",
        "locale": "de-AT",
        "message_budgets": {"email": 100, "sms": 0},
    }
)
OTHER = {
    "name": "Cups",
    "time_zone": "Europe/Lisbon",
    "payment_rule": "authorized",
    "payment_minutes": 5,
    "on_shortage": "hold",
    "quiet_hours": {"start": "22:00", "end": "06:00"},
    "alert_email": "rui@shop.example",
    "locale": "pt",
    "message_budgets": {"email": 7, "sms": 8},
}
NULLABLE = ("payment_minutes", "quiet_hours", "alert_email", "locale", "message_budgets")


class FakeClock:
    def __init__(self):
        self.now = from_text("2026-07-01T12:00:00Z")

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def service(store):
    return ShopsService(store, FakeClock())


@pytest.fixture
def shop(service):
    return service.create_shop(OPERATOR, NEW, None)


def wish(**named):
    return AmendShop.model_validate(named)


def settings_of(shop):
    return shop.settings.model_dump(mode="json")


# --- what becomes of the settings ---------------------------------------------------------------


@given(st.sets(st.sampled_from(sorted(OTHER))))
def test_what_is_named_changes_and_nothing_else(names):
    before = ShopSettings.model_validate(NEW.model_dump())
    named = {name: OTHER[name] for name in names}
    after = amended(before, wish(**named))
    assert after.model_dump(mode="json") == before.model_dump(mode="json") | named
    assert amended(after, wish(**named)) == after


@pytest.mark.parametrize("name", NULLABLE)
def test_null_takes_away(name):
    after = amended(NEW, wish(**{name: None}))
    assert after.model_dump(mode="json") == NEW.model_dump(mode="json") | {name: None}


@pytest.mark.parametrize(
    ("before", "told", "after"),
    [
        ({"email": 1, "sms": 2}, {"sms": 3}, {"email": 1, "sms": 3}),
        ({"email": 1, "sms": 2}, {"sms": None}, {"email": 1, "sms": None}),
        ({"email": 1, "sms": 2}, {}, {"email": 1, "sms": 2}),
        ({"email": None, "sms": 2}, {"sms": None}, None),
        (None, {"email": 0}, {"email": 0, "sms": None}),
        (None, {"email": None}, None),
        (None, {}, None),
    ],
)
def test_budgets_are_merged_channel_by_channel(before, told, after):
    settings = NewShop.model_validate({"name": "x", "currency": "EUR", "message_budgets": before})
    found = amended(settings, wish(message_budgets=told)).message_budgets
    assert (found.model_dump() if found else None) == after


# --- the use case --------------------------------------------------------------------------------


def test_a_change_is_stored_with_the_next_version(service, store, shop):
    after = service.amend_shop(OPERATOR, shop.id, wish(name="Cups"), ANY)
    assert service.shop(OPERATOR, shop.id) == after
    assert settings_of(after) == settings_of(shop) | {"name": "Cups"}
    assert (after.version, after.created_at) == (2, shop.created_at)
    assert after.updated_at > shop.updated_at


@pytest.mark.parametrize("named", [{}, {"name": "Mugs"}, NEW.model_dump(include=set(OTHER))])
def test_what_changes_nothing_writes_nothing(service, shop, named):
    assert service.amend_shop(OPERATOR, shop.id, wish(**named), ANY) == shop
    assert service.shop(OPERATOR, shop.id) == shop


def test_a_stale_version_is_refused_with_the_current_one(service, shop):
    service.amend_shop(OPERATOR, shop.id, wish(name="Cups"), Precondition(version=1))
    for named in ({"name": "Bowls"}, {"name": "Cups"}, {}):
        with pytest.raises(PreconditionFailed) as refused:
            service.amend_shop(OPERATOR, shop.id, wish(**named), Precondition(version=1))
        assert refused.value.headers == {"ETag": '"2"'}
    assert service.shop(OPERATOR, shop.id).settings.name == "Cups"


def test_two_who_change_different_settings_at_once_both_do(service, store, shop):
    other = ShopsService(store, FakeClock())
    store.before_amending = [lambda: other.amend_shop(OPERATOR, shop.id, wish(locale="pt"), ANY)]
    after = service.amend_shop(OPERATOR, shop.id, wish(name="Cups"), ANY)
    assert settings_of(after) == settings_of(shop) | {"name": "Cups", "locale": "pt"}
    assert after.version == 3


def test_a_version_that_another_replaces_meanwhile_is_refused(service, store, shop):
    other = ShopsService(store, FakeClock())
    store.before_amending = [lambda: other.amend_shop(OPERATOR, shop.id, wish(locale="pt"), ANY)]
    with pytest.raises(PreconditionFailed):
        service.amend_shop(OPERATOR, shop.id, wish(name="Cups"), Precondition(version=1))
    assert service.shop(OPERATOR, shop.id).settings.name == "Mugs"


def test_who_is_never_fast_enough_may_try_again_later(service, store, shop):
    other = ShopsService(store, FakeClock())

    def ahead(minutes):
        return lambda: other.amend_shop(OPERATOR, shop.id, wish(payment_minutes=minutes), ANY)

    store.before_amending = [
        step for minutes in range(1, 9) for step in (ahead(minutes), lambda: None)
    ]
    with pytest.raises(ContentionError):
        service.amend_shop(OPERATOR, shop.id, wish(name="Cups"), ANY)


def test_another_shop_is_not_found(service, shop):
    mine = service.create_shop(OPERATOR, NEW, None)
    key = Caller(mine.id, "k" * 34, frozenset({"*"}))
    with pytest.raises(NotFound):
        service.amend_shop(key, shop.id, wish(name="Cups"), ANY)
    with pytest.raises(NotFound):
        service.amend_shop(OPERATOR, "shop_" + "z" * 26, wish(name="Cups"), ANY)
    assert service.shop(OPERATOR, shop.id) == shop
