"""Returns over moto, with the real inventory room: what comes back stands on its shelf, once."""

import base64
import json

import pytest

from inventory import on_order_change
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import everything, money, stream_event
from waybill import keys


@pytest.fixture
def shop(aws):
    one = Joint(aws)
    one.inventory("PUT", "/v1/locations/outlet", {"name": "O", "priority": 2, "country": "ES"})
    for sku in ("TEE", "MUG"):
        one.receive(sku, 5)
    body = {"sku": "TEE", "location_id": "outlet", "kind": "received", "quantity": 1}
    one.inventory("POST", "/v1/stock-movements", body)
    return one


@pytest.fixture
def order_id(shop):
    """Two tees and a mug, paid, shipped from hq and delivered."""
    paid = [{"kind": "captured", "amount": money(4997)}]
    name = shop.place(payments=paid)["id"]
    shop.settle(name)
    shop.ship(name)
    shop.settle(name)
    shop.ship(name, 2, status="delivered", previous_status="in_transit")
    shop.settle(name)
    assert shop.read(name)["status"] == "completed"
    return name


def ask(shop, order_id, expect=201, key=None, **units):
    lines = [{"line_id": i, "quantity": n, "reason": "defective"} for i, n in units.items()]
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/v1/orders/{order_id}/returns"
    return shop.call("POST", path, {"lines": lines}, expect=expect, headers=headers)


def step(shop, return_id, what, body=None, expect=200):
    return shop.call("POST", f"/v1/returns/{return_id}/{what}", body, expect=expect)


def arrived(line_id, quantity, location_id=None):
    how = "restock" if location_id else "damaged"
    where = {"location_id": location_id} if location_id else {}
    return {"line_id": line_id, "quantity": quantity, "disposition": how} | where


def on_shelf(shop, sku, location_id):
    level = shop.aws.table("InventoryTable").get(keys.level(shop.id, sku, location_id))
    return level["on_hand"], level["reserved"], level["available"]


def test_a_return_from_its_request_to_its_refund(shop, order_id):
    answer = shop.send(
        "POST",
        f"/v1/orders/{order_id}/returns",
        {"lines": [{"line_id": "line_1", "quantity": 2, "reason": "style"}], "note": "zu laut 🎺"},
    )
    asked = json.loads(answer["body"])
    assert answer["headers"]["Location"] == f"/v1/returns/{asked['id']}"
    assert answer["headers"]["ETag"] == f'"{shop.item(order_id)["version"]}"'
    assert (asked["status"], asked["note"]) == ("requested", "zu laut 🎺")
    assert shop.read(order_id)["return_status"] == "requested"
    assert step(shop, asked["id"], "approve")["status"] == "approved"
    assert step(shop, asked["id"], "approve")["status"] == "approved"
    lines = [arrived("line_1", 1, "outlet"), arrived("line_1", 1)]
    got = step(shop, asked["id"], "receive", {"lines": lines})
    assert (got["status"], got["lines"][0]["received"]) == ("received", 2)
    assert got["lines"][0]["restocked"] == [{"location_id": "outlet", "quantity": 1}]
    done = step(shop, asked["id"], "refund", {})
    assert (done["status"], done["refunded"]) == ("refunded", money(3998))
    assert step(shop, asked["id"], "refund", {}) == done
    assert shop.call("GET", f"/v1/returns/{asked['id']}", expect=200) == done
    order = shop.read(order_id)
    assert (order["return_status"], order["payment_status"]) == (
        "partially_returned",
        "partially_refunded",
    )
    assert order["current_total"] == money(999)
    assert order["balance"] == {"to_collect": money(0), "to_refund": money(0)}
    assert order["payments"][-1]["return_id"] == asked["id"]
    assert order["returns"] == [{"id": asked["id"], "status": "refunded"}]
    problem = step(shop, asked["id"], "approve", expect=409)
    assert (problem["return_status"], problem["possible"]) == ("refunded", [])


def test_returned_units_stand_on_the_named_shelf_once_and_damaged_ones_do_not(shop, order_id):
    assert (on_shelf(shop, "TEE", "hq"), on_shelf(shop, "TEE", "outlet")) == ((3, 0, 3), (1, 0, 1))
    return_id = ask(shop, order_id, line_1=2, line_2=1)["id"]
    step(shop, return_id, "approve")
    step(shop, return_id, "receive", {"lines": [arrived("line_1", 1, "outlet")]})
    first = shop.item(order_id)
    assert first["demand_changed"] is True
    lines = [arrived("line_1", 1), arrived("line_2", 1, "hq")]
    step(shop, return_id, "receive", {"lines": lines})
    second = shop.item(order_id)
    for image in (first, second, first, second, second):
        on_order_change.lambda_handler(stream_event((None, image)), None)
    assert (on_shelf(shop, "TEE", "hq"), on_shelf(shop, "TEE", "outlet")) == ((3, 0, 3), (2, 0, 2))
    assert on_shelf(shop, "MUG", "hq") == (5, 0, 5)
    step(shop, return_id, "refund", {})
    assert shop.item(order_id)["demand_changed"] is False


def test_no_idempotency_key_of_a_payment_stands_in_a_refunds_way(shop, order_id):
    return_id = ask(shop, order_id, line_1=1)["id"]
    step(shop, return_id, "approve")
    step(shop, return_id, "receive", {"lines": [arrived("line_1", 1)]})
    told = {"kind": "refunded", "amount": money(1)}
    headers = {"Idempotency-Key": f"{return_id}#{shop.item(order_id)['version'] + 1}"}
    shop.call("POST", f"/v1/orders/{order_id}/payments", told, expect=201, headers=headers)
    assert step(shop, return_id, "refund", {})["refunded"] == money(1999)


def test_a_location_that_is_not_there_takes_nothing_in(shop, order_id):
    return_id = ask(shop, order_id, line_1=1)["id"]
    step(shop, return_id, "approve")
    lines = [arrived("line_1", 1, "moon")]
    problem = step(shop, return_id, "receive", {"lines": lines}, expect=422)
    assert problem["errors"][0]["pointer"] == "/lines/0/location_id"
    no_shelf = [{"line_id": "line_1", "quantity": 1, "disposition": "restock"}]
    step(shop, return_id, "receive", {"lines": no_shelf}, expect=422)
    assert shop.read(order_id)["lines"][0]["quantities"]["returned"] == 0


def test_a_returns_list_is_paged_newest_first(shop, order_id):
    made = [ask(shop, order_id, line_1=1)["id"], ask(shop, order_id, line_1=1)["id"]]
    made.append(ask(shop, order_id, line_2=1)["id"])
    path, seen, query = f"/v1/orders/{order_id}/returns", [], {"limit": "2"}
    while True:
        page = shop.call("GET", path, expect=200, query=query)
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query = {"limit": "2", "cursor": page["next_cursor"]}
    assert seen == made[::-1]
    told = json.loads(base64.urlsafe_b64decode(query["cursor"] + "==")) | {"k": {"after": 7}}
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    shop.call("GET", path, expect=400, query={"cursor": forged})
    other = shop.place()["id"]
    shop.call("GET", f"/v1/orders/{other}/returns", expect=400, query=query)
    assert shop.call("GET", f"/v1/orders/{other}/returns", expect=200)["items"] == []
    shop.call("GET", "/v1/orders/ord_none/returns", expect=404)


def test_another_shops_returns_are_not_found(shop, order_id, aws):
    return_id = ask(shop, order_id, line_1=1)["id"]
    other = Joint(aws, "b")
    other.call("GET", f"/v1/returns/{return_id}", expect=404)
    step(other, return_id, "approve", expect=404)
    ask(other, order_id, expect=404, line_1=1)
    other.call("GET", f"/v1/orders/{order_id}/returns", expect=404)
    shop.call("GET", "/v1/returns/ret_x", expect=404)


def test_a_repeated_request_is_answered_the_same_and_makes_one_return(shop, order_id, aws):
    first = ask(shop, order_id, key="k", line_1=1)
    step(shop, first["id"], "decline", {"note": "worn"})
    assert ask(shop, order_id, key="k", line_1=1) == first
    ask(shop, order_id, key="k", line_1=2, expect=422)
    returns = [item for item in everything(aws) if item["sk"].startswith("return#")]
    assert [item["decline_note"] for item in returns] == ["worn"]


def test_each_step_is_one_transaction_of_order_return_and_entry(shop, order_id, aws):
    before = len(everything(aws))
    return_id = ask(shop, order_id, line_1=1)["id"]
    assert len(everything(aws)) == before + 2
    step(shop, return_id, "cancel")
    assert len(everything(aws)) == before + 3
    entries = [item for item in everything(aws) if item["sk"].startswith("entry#")]
    assert [item["what"] for item in entries] == ["return_requested", "return_cancelled"]
