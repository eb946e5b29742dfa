"""waybill.money and waybill.amounts: integers of minor units, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from waybill.amounts import MAX_AMOUNT, exponent, minor_units, spread
from waybill.money import Money


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("19.99", "EUR", 1999),
        ("0", "EUR", 0),
        ("0.00", "EUR", 0),
        ("-0.01", "USD", -1),
        ("+5", "USD", 500),
        ("1000", "JPY", 1000),
        ("1000.00", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("1.5", "KWD", 1500),
        ("19.9900", "EUR", 1999),
        ("7.", "EUR", 700),
        ("10000000000000.00", "EUR", MAX_AMOUNT),
    ],
)
def test_decimal_text_becomes_minor_units(text, currency, amount):
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".5",
        "1,99",
        "1e2",
        "1e999999",
        "1E-5",
        "0x10",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1_000",
        "١٢",
        " 1",
        "1\n",
        "--1",
        "9" * 5000,
        "1." + "0" * 5000,
    ],
)
def test_what_is_no_plain_decimal_is_refused(text):
    with pytest.raises(ValueError, match="not an amount of EUR"):
        minor_units(text, "EUR")


@pytest.mark.parametrize(
    ("text", "currency"), [("1.999", "EUR"), ("0.5", "JPY"), ("1.0001", "KWD")]
)
def test_nothing_finer_than_the_minor_unit_is_rounded_away(text, currency):
    with pytest.raises(ValueError, match="finer"):
        minor_units(text, currency)


def test_more_than_can_be_kept_exactly_is_refused():
    with pytest.raises(ValueError, match="more than"):
        minor_units("10000000000000.01", "EUR")


@given(
    st.integers(-MAX_AMOUNT, MAX_AMOUNT),
    st.sampled_from(["EUR", "JPY", "KWD", "CLF"]),
)
def test_every_amount_survives_its_decimal_text(amount, currency):
    text = f"{Decimal(amount).scaleb(-exponent(currency)):f}"
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize(
    ("currency", "places"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("TND", 3), ("CLF", 4)],
)
def test_iso_4217_exponents(currency, places):
    assert exponent(currency) == places


@pytest.mark.parametrize(
    ("currencies", "places"),
    [
        ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0),
        ("CHF CNY EUR GBP HUF IDR INR MGA MRU TRY TWD UYU USD ZMW", 2),
        ("BHD IQD JOD KWD LYD OMR TND", 3),
        ("CLF UYW", 4),
    ],
)
def test_no_shops_currency_is_off_by_a_power_of_ten(currencies, places):
    """ISO 4217, list one: also where a bank or a browser rounds to whole units."""
    for currency in currencies.split():
        assert (currency, minor_units("7", currency)) == (currency, 7 * 10**places)


def test_money_reads_and_writes_as_documented():
    money = Money.parse("19.99", "EUR")
    assert money.model_dump() == {"amount": 1999, "currency": "EUR"}
    assert Money.model_validate_json('{"amount": 1999, "currency": "EUR"}') == money


@pytest.mark.parametrize(
    "document",
    [
        '{"amount": -1, "currency": "EUR"}',
        '{"amount": 1.5, "currency": "EUR"}',
        '{"amount": 1.0, "currency": "EUR"}',
        '{"amount": "1", "currency": "EUR"}',
        '{"amount": true, "currency": "EUR"}',
        '{"amount": null, "currency": "EUR"}',
        '{"amount": 1e3, "currency": "EUR"}',
        f'{{"amount": {MAX_AMOUNT + 1}, "currency": "EUR"}}',
        '{"amount": 1, "currency": "eur"}',
        '{"amount": 1, "currency": "EURO"}',
        '{"amount": 1}',
        '{"amount": 1, "currency": "EUR", "unit": "cents"}',
    ],
)
def test_what_is_no_money_is_refused(document):
    with pytest.raises(ValidationError):
        Money.model_validate_json(document)


def test_money_below_zero_cannot_be_parsed():
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        Money.parse("-1", "EUR")


WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


@given(st.integers(0, MAX_AMOUNT), WEIGHTS)
def test_spreading_loses_nothing(amount, weights):
    assert sum(spread(amount, weights)) == amount


@given(st.integers(0, MAX_AMOUNT), WEIGHTS.filter(any))
def test_every_part_is_within_one_unit_of_its_share(amount, weights):
    total = sum(weights)
    for part, weight in zip(spread(amount, weights), weights, strict=True):
        assert abs(part * total - amount * weight) < total


def test_the_largest_remainder_gets_the_unit_and_ties_go_to_the_earlier():
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(10, [1, 6, 3]) == [1, 6, 3]
    assert spread(5, [3, 3, 1]) == [2, 2, 1]


def test_without_weights_all_lands_on_the_first():
    assert spread(7, [0, 0]) == [7, 0]
    assert spread(0, [0]) == [0]
