"""People and places of a Shopify order: tolerant of nulls, and nothing is invented."""

from typing import Any

from shops.platforms import shopify
from shops.platforms.adapter import PlatformOrder
from tests.support.shopify import ADDRESS, body, order


def parse(document: Any) -> PlatformOrder:
    return shopify.parse(body(document).encode())


def eur(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def test_what_is_missing_is_null_not_invented():
    bare = order(
        customer=None, shipping_address=None, billing_address=None, email="", phone="", note=None
    )
    request = parse(bare).request
    assert request["customer"] is None
    assert request["shipping_address"] is None
    assert request["billing_address"] is None
    assert request["note"] is None


def test_an_empty_mail_falls_back_to_the_customers():
    told = parse(order(email="", customer={"email": "b@mail.example"})).request["customer"]
    assert told == {"email": "b@mail.example", "name": "Ana Lima"}
    told = parse(order(email=" ", customer={"email": ""})).request["customer"]
    assert "email" not in told


def test_the_phone_of_an_address_is_not_the_customers():
    assert "phone" not in parse(order(customer=None)).request["customer"]


def test_an_address_may_lack_anything():
    empty = dict.fromkeys(ADDRESS)
    assert set(parse(order(shipping_address=empty)).request["shipping_address"].values()) == {None}
    assert parse(order(shipping_address={})).request["shipping_address"]["country"] is None


def test_an_address_without_name_is_its_persons_or_companys():
    told = parse(order(shipping_address=ADDRESS | {"name": None})).request["shipping_address"]
    assert told["name"] == "Ana Lima"
    nobody = {"name": "", "first_name": None, "last_name": "", "company": "Mugs Ltd"}
    told = parse(order(shipping_address=ADDRESS | nobody)).request["shipping_address"]
    assert told["name"] == "Mugs Ltd"


def test_a_guest_is_greeted_as_whom_the_goods_go_to_and_not_as_who_pays():
    pays = ADDRESS | {"name": "Rui Costa", "first_name": "Rui", "last_name": "Costa"}
    told = parse(order(customer=None, billing_address=pays)).request
    assert told["customer"]["name"] == "Ana Lima"
    told = parse(order(customer=None, shipping_address=None, billing_address=pays)).request
    assert told["customer"]["name"] == "Rui Costa"


def test_the_provinces_code_is_its_region_where_it_has_one():
    coded = ADDRESS | {"province": "Ontario", "province_code": "ON"}
    assert parse(order(shipping_address=coded)).request["shipping_address"]["region"] == "ON"
