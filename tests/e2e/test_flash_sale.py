"""A hot SKU in real processes against MiniStack's DynamoDB; bench/ runs ten times as many."""

from bench.engines import make_tables, ministack
from bench.reservation import flash_sale


def test_exactly_what_there_is_is_sold_in_order_of_placement() -> None:
    with ministack() as endpoint:
        client = make_tables(endpoint)
        run = flash_sale(endpoint, client, orders=1000, units=100, processes=4)
    assert run.requests / run.orders <= 0.1
