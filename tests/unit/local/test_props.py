"""The story's props are well formed: check digits, the platform's order."""

import pytest

from local import props


@pytest.mark.parametrize(
    ("serial", "digit"),
    # Published examples: EE473124829CN, RB123456785GB. The others: C of 11 is 5, C of 10 is 0.
    [("47312482", 9), ("12345678", 5), ("00000000", 5), ("00000008", 0)],
)
def test_the_check_digit_of_s10(serial, digit):
    assert props.s10_check_digit(serial) == digit


def test_made_up_numbers_have_the_right_check_digit():
    for _ in range(200):
        number = props.ems_number("EB", "JP")
        assert len(number) == 13
        assert int(number[10]) == props.s10_check_digit(number[2:10])


def test_the_platforms_order_adds_up():
    order = props.shopify_order("5001002003004", "SKU", 2, 1890)

    assert order["id"] == 5001002003004
    assert order["subtotal_price"] == "37.80"
    assert order["total_price"] == "42.70"
    line = order["line_items"][0]
    assert (line["sku"], line["quantity"], line["price"]) == ("SKU", 2, "18.90")
