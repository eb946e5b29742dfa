"""What the API accepts of an order, and what it refuses, and where it points."""

import json

import pytest
from pydantic import ValidationError

from orders.models import CancelOrder, PlaceOrder
from tests.unit.orders.orders_builders import ADDRESS, body, money

LINE = {"sku": "TEE", "quantity": 1, "unit_price": money(1)}


def parse(document):
    return PlaceOrder.model_validate_json(json.dumps(document))


def pointers(document):
    with pytest.raises(ValidationError) as error:
        parse(document)
    return {"/".join(str(part) for part in e["loc"]) for e in error.value.errors()}


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 1.0, 1e12, "1", True, None, 1_000_001, 10**30])
def test_a_quantity_is_a_whole_number_from_one_to_a_million(quantity):
    assert pointers(body(lines=[LINE | {"quantity": quantity}])) == {"lines/0/quantity"}


@pytest.mark.parametrize("amount", [-1, 1.5, "1", None, True, 10**15 + 1])
def test_money_is_whole_minor_units(amount):
    wrong = LINE | {"unit_price": {"amount": amount, "currency": "EUR"}}
    assert pointers(body(lines=[wrong])) == {"lines/0/unit_price/amount"}


@pytest.mark.parametrize("currency", ["eur", "EURO", "EU", "", "E1R", "EUR\n"])
def test_a_currency_has_three_capitals(currency):
    assert pointers(body(currency=currency)) == {"currency"}


def test_an_order_has_1_to_500_lines():
    assert pointers(body(lines=[])) == {"lines"}
    assert pointers(body(lines=[LINE] * 501)) == {"lines"}
    assert len(parse(body(lines=[LINE] * 500)).lines) == 500


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"colour": "red"}, "colour"),
        ({"customer": {"email": "no-at-sign"}}, "customer/email"),
        ({"customer": {"email": "two words@a.example"}}, "customer/email"),
        ({"customer": {"email": "a@a.example\nBcc: b@b.example"}}, "customer/email"),
        ({"customer": {"name": "a\x00b"}}, "customer/name"),
        ({"customer": {"name": "x" * 201}}, "customer/name"),
        ({"customer": {"phone": "1" * 41}}, "customer/phone"),
        ({"customer": {"age": 3}}, "customer/age"),
        ({"shipping_address": ADDRESS | {"country": "es"}}, "shipping_address/country"),
        ({"shipping_address": ADDRESS | {"country": "ESP"}}, "shipping_address/country"),
        ({"shipping_address": ADDRESS | {"city": ""}}, "shipping_address/city"),
        ({"shipping_address": ADDRESS | {"line1": "a\nb"}}, "shipping_address/line1"),
        ({"external_id": ""}, "external_id"),
        ({"channel": "Not a channel"}, "channel"),
        ({"note": "bell\x07"}, "note"),
        ({"note": "x" * 5001}, "note"),
        ({"tags": ["t"] * 51}, "tags"),
        ({"tags": [""]}, "tags/0"),
        ({"metadata": {str(n): "v" for n in range(51)}}, "metadata"),
        ({"metadata": {"k": "v" * 501}}, "metadata/k"),
        ({"metadata": {"k": 1}}, "metadata/k"),
        ({"test": "yes"}, "test"),
        ({"draft": 1}, "draft"),
        ({"allocation": "some"}, "allocation"),
        ({"payments": [{"kind": "stolen", "amount": money(1)}]}, "payments/0/kind"),
        ({"discounts": [{"amount": money(1)}] * 51}, "discounts"),
    ],
)
def test_what_is_wrong_is_pointed_at(changes, pointer):
    assert pointers(body(**changes)) == {pointer}


@pytest.mark.parametrize("missing", ["currency", "customer", "lines"])
def test_what_is_missing_is_pointed_at(missing):
    assert pointers(body(**{missing: None})) == {missing}


@pytest.mark.parametrize(
    "name",
    [
        "مريم بنت ياسر",
        "\u200fיונתן",  # noqa: RUF001
        "👩🏽‍🚀 Zoë",
        "名無し 権兵衛",
        "O'Brien; DROP TABLE",
        "ﷺ" * 200,
    ],
)
def test_names_of_all_scripts_are_accepted_whole(name):
    accepted = parse(body(customer={"name": name}, shipping_address=ADDRESS | {"name": name}))
    assert accepted.customer.name == name


def test_a_note_may_have_lines_and_one_sku_may_stand_on_two():
    accepted = parse(body(note="first\r\nsecond\tcolumn", lines=[LINE, LINE]))
    assert accepted.note == "first\r\nsecond\tcolumn"
    assert [line.sku for line in accepted.lines] == ["TEE", "TEE"]


@pytest.mark.parametrize("part", ["name", "line1", "city"])
def test_a_blank_part_of_an_address_is_refused(part):
    assert pointers(body(shipping_address=ADDRESS | {part: "  "})) == {f"shipping_address/{part}"}


def test_a_blank_external_id_is_refused():
    assert pointers(body(external_id=" ")) == {"external_id"}


def test_a_cancellation_names_each_line_once():
    one, other = ({"line_id": name, "quantity": 1} for name in ("line_1", "line_2"))
    assert CancelOrder.model_validate({"reason": "customer", "lines": [one, other]})
    for lines in ([one, one], [one, other, one | {"quantity": 2}]):
        with pytest.raises(ValidationError, match="each line once"):
            CancelOrder.model_validate({"reason": "customer", "lines": lines})
