"""Edits over HTTP, and how they stand in the table."""

import json
from dataclasses import replace

import pytest

from orders.edits.edit import NewLine, NewQuantity, QuoteState, Wish
from orders.edits.items import edit_item, read_edit
from orders.edits.repository import EditRepository
from orders.repository import OrderRepository
from tests.integration.orders.orders_world import Shop, everything, money, relay
from tests.unit.orders.edit_builders import quoted
from tests.unit.orders.orders_builders import placed
from waybill import keys
from waybill.dynamo import Table
from waybill.views import OrdersView

LOWER = {"lines": [{"line_id": "line_1", "quantity": 1}]}


@pytest.fixture
def shop(aws):
    return Shop(aws)


@pytest.fixture
def path(shop):
    order_id = shop.place()["id"]
    shop.allocate(order_id)
    return f"/v1/orders/{order_id}/edits"


def test_a_quote_says_what_the_order_would_be(shop, path):
    body = {
        "add": [{"sku": "TEE", "quantity": 1, "unit_price": money(2100), "title": "Tee 👕"}],
        "lines": [{"line_id": "line_2", "quantity": 0}],
        "shipping_price": money(500),
        "note": "asked by telephone",
    }
    answer = shop.send("POST", path, body)
    assert answer["statusCode"] == 201
    edit = json.loads(answer["body"])
    assert answer["headers"]["Location"] == f"{path}/{edit['id']}"
    assert edit == shop.call("GET", answer["headers"]["Location"], expect=200)
    assert [(x["id"], x["previous_quantity"], x["quantity"]) for x in edit["lines"]] == [
        ("line_1", 2, 2),
        ("line_2", 1, 0),
        ("line_3", 0, 1),
    ]
    assert (edit["state"], edit["note"]) == ("open", "asked by telephone")
    assert edit["previous_total"] == money(4997)
    assert edit["total"] == money(4997 - 999 + 2100 + 500)
    assert (edit["charge"], edit["refund"]) == (money(1601), money(0))
    assert edit["shipping_price"] == money(500)


def test_a_confirmed_edit_is_in_the_orders_answer_and_on_the_bus_without_its_note(shop, path):
    order_id = path.split("/")[3]
    assert shop.read(order_id)["edit"] is None
    edit = shop.call("POST", path, LOWER | {"note": "for Zoë"}, expect=201)
    before = shop.item(order_id)
    order = shop.call("POST", f"{path}/{edit['id']}/confirm", expect=200)
    assert order["edit"] == {"id": edit["id"], "state": "confirmed", "reason": None}
    assert order["lines"][0]["quantities"]["cancelled"] == 1
    again = shop.send("POST", f"{path}/{edit['id']}/confirm")
    assert again["headers"]["ETag"] == f'"{shop.item(order_id)["version"]}"'
    assert json.loads(again["body"]) == order
    relay((before, shop.item(order_id)))
    stored = {item["sk"]: item for item in everything(shop.aws)}
    (entry,) = (item for sk, item in stored.items() if sk.startswith("entry#"))
    assert entry["what"] == "edit_confirmed"
    assert "Zoë" not in str(entry)
    assert stored["edit"]["state"] == "confirmed"


def test_the_next_edit_leaves_the_earlier_one_to_be_read(shop, path):
    first = shop.call("POST", path, LOWER, expect=201)
    shop.send("DELETE", f"{path}/{first['id']}")
    second = shop.call("POST", path, LOWER, expect=201)
    shop.call("POST", f"{path}/{second['id']}/confirm", expect=200)
    third = shop.call("POST", path, {"shipping_price": money(1)}, expect=201)
    states = [
        shop.call("GET", f"{path}/{edit['id']}", expect=200)["state"]
        for edit in (first, second, third)
    ]
    assert states == ["withdrawn", "confirmed", "open"]


def test_a_withdrawn_quote_answers_nothing_and_cannot_be_confirmed(shop, path):
    edit = shop.call("POST", path, LOWER, expect=201)
    for _ in range(2):
        answer = shop.send("DELETE", f"{path}/{edit['id']}")
        assert (answer["statusCode"], answer["body"]) == (204, "")
    problem = shop.call("POST", f"{path}/{edit['id']}/confirm", expect=409)
    assert (problem["edit_state"], problem["possible"]) == ("withdrawn", [])


def test_one_edit_is_open_and_the_same_request_is_the_same(shop, path):
    key = {"Idempotency-Key": "edit-1"}
    first = shop.send("POST", path, LOWER, headers=key)
    assert shop.send("POST", path, LOWER, headers=key)["body"] == first["body"]
    shop.call("POST", path, {"shipping_price": money(1)}, expect=422, headers=key)
    problem = shop.call("POST", path, LOWER, expect=409)
    assert problem["edit_id"] == json.loads(first["body"])["id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"add": [{"sku": "NONE", "quantity": 1, "unit_price": money(1)}]}, "/add/0/sku"),
        ({"shipping_price": money(1, "USD")}, "/shipping_price/currency"),
        ({"shipping_price": money(-1)}, "/shipping_price/amount"),
        ({"lines": [{"line_id": "line_1", "quantity": -1}]}, "/lines/0/quantity"),
        ({"lines": [{"line_id": "line_1", "quantity": 1_000_001}]}, "/lines/0/quantity"),
        ({"lines": [{"line_id": "line_7", "quantity": 1}]}, "/lines/0/line_id"),
        ({"note": "a\x00b"}, "/note"),
        ({"colour": "red"}, "/colour"),
        ({}, "/lines"),
    ],
)
def test_what_is_wrong_is_pointed_at(shop, path, body, pointer):
    problem = shop.call("POST", path, body, expect=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_what_is_not_there_or_another_shops_is_not_found(shop, path, aws):
    edit = shop.call("POST", path, LOWER, expect=201)
    other = Shop(aws, "b")
    shop.call("GET", f"{path}/edit_none", expect=404)
    for method, at, body in (
        ("GET", f"{path}/{edit['id']}", None),
        ("POST", f"{path}/{edit['id']}/confirm", None),
        ("DELETE", f"{path}/{edit['id']}", None),
        ("POST", path, LOWER),
    ):
        other.call(method, at, body, expect=404)


def test_a_draft_and_a_cancelled_order_are_not_edited(shop):
    draft = shop.place(draft=True)["id"]
    problem = shop.call("POST", f"/v1/orders/{draft}/edits", LOWER, expect=409)
    assert (problem["order_status"], problem["possible"]) == ("draft", ["cancelled", "pending"])
    gone = shop.place()["id"]
    shop.cancel(gone)
    problem = shop.call("POST", f"/v1/orders/{gone}/edits", LOWER, expect=409)
    assert (problem["order_status"], problem["possible"]) == ("cancelled", [])


def test_other_rooms_see_no_line_that_is_only_reserved_for(shop, path):
    order_id = path.split("/")[3]
    more = {"lines": [{"line_id": "line_1", "quantity": 3}]}
    edit = shop.call("POST", path, more, expect=201)
    shop.call("POST", f"{path}/{edit['id']}/confirm", expect=200)
    view = OrdersView(shop.table)
    seen = view.order(shop.id, order_id)
    assert seen
    assert [line["line_id"] for line in seen["lines"]] == ["line_1", "line_2"]
    (asking,) = view.orders([(shop.id, order_id)])  # inventory's, which reserves for it
    assert [line["line_id"] for line in asking["lines"]] == ["line_1", "line_2", "line_3"]
    assert view.order(shop.id, "ord_none") is None


FREE = {"sku": "TEE", "quantity": 1, "unit_price": money(0)}


@pytest.mark.parametrize(
    "body",
    [{"shipping_price": money(500)}, LOWER | {"add": [FREE]}],
    ids=["a price", "a line that is free"],
)
def test_an_order_is_read_again_where_an_edit_came_between_its_two_items(
    shop, path, monkeypatch, body
):
    order_id = path.split("/")[3]
    edit = shop.call("POST", path, body, expect=201)
    old = shop.table.get(keys.order_details(shop.id, order_id))
    shop.call("POST", f"{path}/{edit['id']}/confirm", expect=200)
    whole = shop.read(order_id)
    assert whole["edit"]["state"] == "confirmed"
    read = Table.batch_get
    readings = []

    def torn(table, wanted, **options):
        readings.append(wanted)
        found = read(table, wanted, **options)
        return found if len(readings) > 1 else [old, *(i for i in found if i["sk"] == "order")]

    monkeypatch.setattr(Table, "batch_get", torn)
    assert shop.read(order_id) == whole
    assert len(readings) == 2


def test_a_quote_that_is_withdrawn_while_it_is_confirmed_changes_no_order(shop, path, monkeypatch):
    order_id = path.split("/")[3]
    edit = shop.call("POST", path, LOWER, expect=201)
    before, save = shop.read(order_id), OrderRepository.save

    def overtaken(*args, **named):
        monkeypatch.setattr(OrderRepository, "save", save)
        assert shop.send("DELETE", f"{path}/{edit['id']}")["statusCode"] == 204
        return save(*args, **named)

    monkeypatch.setattr(OrderRepository, "save", overtaken)
    assert (
        shop.call("POST", f"{path}/{edit['id']}/confirm", expect=409)["edit_state"] == "withdrawn"
    )
    assert shop.read(order_id) == before
    assert shop.call("GET", f"{path}/{edit['id']}", expect=200)["state"] == "withdrawn"


# --- the table -----------------------------------------------------------------------------------


def an_edit():
    order, details = placed()
    file = NewLine("PDF", 1, 700, discount=10, tax=3, title="File", requires_shipping=False)
    units = NewQuantity("line_1", 3, tax=42), NewQuantity("line_2", 0)
    return quoted(order, details, Wish((file,), units, 5, "asked by telephone"))


STAMP = {"actor": "key:a", "correlation_id": "req-1"}


def test_an_edit_is_read_back_whole(aws):
    edit = an_edit()
    assert read_edit(edit_item(edit, **STAMP)) == edit
    assert EditRepository(aws.table("OrdersTable")).put(edit, None, **STAMP)
    assert EditRepository(aws.table("OrdersTable")).newest(edit.shop_id, edit.order_id) == edit


def test_only_the_newest_makes_room_for_the_next(aws):
    edits, first = EditRepository(aws.table("OrdersTable")), an_edit()
    assert edits.put(first, None, **STAMP)
    assert not edits.put(first, None, **STAMP)
    second = replace(first, edit_id="edit_2", version=2)
    assert not edits.put(second, replace(first, version=9), **STAMP)
    assert edits.put(second, first, **STAMP)
    assert edits.edit(first.shop_id, first.order_id, first.edit_id) == first
    assert edits.edit(first.shop_id, first.order_id, "edit_2") == second
    gone = replace(second, version=3, state=QuoteState.WITHDRAWN)
    assert edits.withdraw(gone, **STAMP)
    assert not edits.withdraw(gone, **STAMP)
    assert edits.edit(first.shop_id, first.order_id, "edit_2") == gone
