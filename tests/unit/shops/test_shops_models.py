"""What the API accepts of a shop, and what of it is told where."""

import hashlib

import pytest
from pydantic import ValidationError

from shops.shop import AmendShop, NewShop, Shop

NEW = {"name": "x", "currency": "EUR"}


@pytest.mark.parametrize("name", ["a\r\nBcc: evil@x.example", "\x00", "   ", ""])
def test_a_shops_name_is_one_line_that_says_something(name):
    with pytest.raises(ValidationError, match="name"):
        NewShop.model_validate({"name": name, "currency": "EUR"})
    with pytest.raises(ValidationError, match="name"):
        AmendShop.model_validate({"name": name})


WRONG = [
    {"alert_email": "Ana <ana@shop.example>"},
    {"alert_email": "ana@shop.example, eve@x.example"},
    {"alert_email": "änä@shop.example"},
    {"alert_email": ""},
    {"locale": "en_US"},
    {"locale": "klingon"},
    {"locale": ""},
    {"message_budgets": {"email": -1}},
    {"message_budgets": {"email": 1.5}},
    {"message_budgets": {"email": "1"}},
    {"message_budgets": {"email": True}},
    {"message_budgets": {"sms": 10**10}},
    {"message_budgets": {"fax": 1}},
    {"message_budgets": 5},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        NewShop.model_validate(NEW | wrong)
    with pytest.raises(ValidationError):
        AmendShop.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: None} for name in ("name", "time_zone", "payment_rule", "on_shortage")),
        *({"currency": "USD"}, {"country": "DE"}, {"id": "shop_1"}, {"colour": "blue"}),
        *({"time_zone": "Berlin"}, {"payment_rule": "later"}, {"payment_minutes": 0}),
        {"quiet_hours": {"start": "21:00"}},
    ],
)
def test_what_cannot_be_amended_so_is_refused(wrong):
    with pytest.raises(ValidationError):
        AmendShop.model_validate(wrong)


def test_settings_are_kept_as_they_are_written():
    told = {"alert_email": "Ana@Shop.example", "locale": "de-at", "message_budgets": {"sms": 0}}
    shop = NewShop.model_validate(NEW | told)
    assert (shop.alert_email, shop.locale) == ("Ana@Shop.example", "de-AT")
    assert shop.message_budgets.model_dump() == {"email": None, "sms": 0}


@pytest.mark.parametrize("budgets", [{}, {"email": None, "sms": None}])
def test_budgets_of_no_channel_are_none(budgets):
    assert NewShop.model_validate(NEW | {"message_budgets": budgets}).message_budgets is None


@pytest.mark.secrecy
def test_an_address_stands_in_no_representation_that_might_be_logged():
    told = {"alert_email": "canary@mail.example"}
    new = NewShop.model_validate(NEW | told)
    shop = Shop("shop_x", new, "2026-07-01", "2026-07-01", 1)
    for thing in (new, shop, shop.view(), AmendShop.model_validate(told)):
        assert "canary" not in repr(thing)
        assert "canary" not in str(thing)


def test_a_request_of_before_the_newer_settings_has_the_hash_it_had():
    old = (
        '{"name":"x","currency":"EUR","country":null,"time_zone":"UTC","payment_rule":"none",'
        '"payment_minutes":null,"on_shortage":"hold","quiet_hours":null}'
    )
    assert NewShop.model_validate(NEW).hash == hashlib.sha256(old.encode()).hexdigest()


def test_requests_that_differ_in_any_setting_have_other_hashes():
    told = [
        {"alert_email": "ana@shop.example"},
        {"alert_email": "rui@shop.example"},
        {"locale": "de"},
        {"message_budgets": {"sms": 0}},
        {"message_budgets": {"email": 0}},
        {},
    ]
    assert len({NewShop.model_validate(NEW | one).hash for one in told}) == len(told)
