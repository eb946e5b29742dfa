"""An order's money adds up to the last minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.totals import LinePrice, shares, totals

_PRICES = st.builds(
    LinePrice,
    quantity=st.integers(1, 1000),
    unit_price=st.integers(0, 100_000),
    discount=st.just(0),
    tax=st.integers(0, 100_000),
)


@given(st.lists(_PRICES, min_size=1, max_size=20), st.data())
def test_shares_of_a_discount_lose_no_unit_and_exceed_no_line(prices, data):
    discount = data.draw(st.integers(0, sum(price.net for price in prices)))
    parts = shares(prices, discount)
    assert sum(parts) == discount
    assert all(0 <= part <= price.net for part, price in zip(parts, prices, strict=True))


@given(st.lists(_PRICES, min_size=1, max_size=20), st.data())
def test_shares_are_within_one_unit_of_proportional(prices, data):
    whole = sum(price.net for price in prices)
    discount = data.draw(st.integers(0, whole))
    for part, price in zip(shares(prices, discount), prices, strict=True):
        if whole:
            assert abs(part * whole - discount * price.net) < whole


def test_the_largest_remainder_gets_the_odd_unit():
    assert shares([LinePrice(1, 100), LinePrice(1, 100), LinePrice(1, 101)], 100) == [33, 33, 34]
    assert shares([LinePrice(1, 0), LinePrice(1, 0)], 0) == [0, 0]


@pytest.mark.parametrize(
    ("inclusive", "total"), [(False, 3998 - 100 - 50 + 499 + 700), (True, 3998 - 100 - 50 + 499)]
)
def test_tax_is_added_unless_prices_include_it(inclusive, total):
    line = LinePrice(quantity=2, unit_price=1999, discount=100, tax=700)
    sums = totals([line], 50, 499, prices_include_tax=inclusive)
    assert (sums.subtotal, sums.discount, sums.shipping, sums.tax) == (3998, 150, 499, 700)
    assert sums.total == total
