"""What a transaction costs, counted from its items' sizes as DynamoDB's pages have it."""

import json

from bench.capacity import item_bytes, transaction_units


def test_an_items_size_is_its_names_and_values() -> None:
    assert item_bytes({"pk": {"S": "abc"}, "n": {"N": "1234"}}) == 2 + 3 + 1 + 3
    assert item_bytes({"m": {"M": {"k": {"BOOL": True}}}, "l": {"L": []}}) == 1 + 3 + 2 + 1 + 1 + 3


def test_a_transaction_costs_two_units_a_kilobyte_of_each_item() -> None:
    small, large = {"pk": {"S": "x"}}, {"pk": {"S": "x" * 1023}}
    parts = [{"Put": {"Item": small}}, {"Put": {"Item": large}}, {"Update": {"Key": small}}]
    assert transaction_units(json.dumps({"TransactItems": parts})) == 2 + 4 + 2
