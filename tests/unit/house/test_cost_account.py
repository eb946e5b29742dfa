"""What the meter makes of requests: units, chunks, whose an item is, which operation it was."""

from bench.cost.account import CARRIER, chunks, consumed, key_of, owner_of, parts_of
from bench.cost.check import Seen, differences
from bench.cost.deliveries import parts
from bench.cost.proxy import CountingProxy, operation_of

ORDER = {"pk": {"S": "shop_1#ord_1"}, "sk": {"S": "order"}}
USAGE = {"pk": {"S": "carrier#ems"}, "sk": {"S": "usage"}}


def test_units_are_added_over_tables():
    assert consumed({"ConsumedCapacity": {"CapacityUnits": 2.5}}) == 2.5
    assert consumed({"ConsumedCapacity": [{"CapacityUnits": 1}, {"CapacityUnits": 2}]}) == 3
    assert consumed({}) == 0


def test_each_begun_64_kilobytes_are_billed():
    assert [chunks("x" * n) for n in (0, 1, 65_536, 65_537)] == [1, 1, 1, 2]
    assert chunks("é" * 40_000) == 2


def test_a_write_s_items_are_found_in_whatever_request():
    put, update = {"TableName": "T", "Item": ORDER | {"n": {"N": "1"}}}, {"Key": USAGE}
    assert [key_of(part) for part in parts_of("PutItem", put)] == [ORDER]
    whole = {"TransactItems": [{"Put": put}, {"Update": update}, {"ConditionCheck": update}]}
    assert [key_of(part) for part in parts_of("TransactWriteItems", whole)] == [
        ORDER,
        USAGE,
        USAGE,
    ]


def test_what_stands_for_a_carrier_is_told_apart_from_what_is_an_order_s():
    assert owner_of([{"Key": USAGE}]) == CARRIER
    assert not owner_of([{"Key": USAGE}, {"Key": ORDER}])


def test_a_batch_is_cut_to_the_size_that_a_mapping_takes():
    assert list(parts([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert not list(parts([], 2))


def test_an_operation_is_read_in_each_protocol():
    assert operation_of("/", "DynamoDB_20120810.PutItem", b"{}") == "PutItem"
    assert operation_of("/v2/email/outbound-emails", "", b"{}") == "SendEmail"
    assert operation_of("/", "", b"Action=Publish&Version=2010-03-31") == "Publish"
    assert operation_of("/", "", b"") == "?"


def test_requests_are_counted_for_the_function_that_names_itself():
    proxy = CountingProxy("http://127.0.0.1:1")
    target = "DynamoDB_20120810.Query"
    proxy.count("Botocore/1.43 app/OrdersApiFunction", "/", target, b"")
    proxy.count("Botocore/1.43", "/", target, b"")
    assert proxy.calls == {("OrdersApiFunction", "Query"): 1}


def test_what_is_otherwise_there_is_told_and_what_is_alike_is_not():
    here, there = Seen(), Seen()
    here.invocations.update({"A": 1, "B": 2, "MinuteScheduleFunction": 5})
    there.invocations.update({"A": 1, "B": 1})
    here.calls["A", "PutItem"] = 1
    assert list(differences(here.without_clock(), there)) == [
        "B: invoked 2, on MiniStack 1",
        "A PutItem: 1, on MiniStack 0",
    ]
