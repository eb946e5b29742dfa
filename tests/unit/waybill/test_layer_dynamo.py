"""waybill.dynamo: the codec, errors as types, and requests as DynamoDB wants them."""

import base64
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from hypothesis import given
from hypothesis import strategies as st

from waybill.dynamo import (
    ConditionFailedError,
    ContentionError,
    StartKeyError,
    Table,
    TransactionCancelledError,
    check_write,
    delete_write,
    is_transient,
    marshal,
    marshal_item,
    put_write,
    unmarshal,
    unmarshal_item,
    update_write,
)

# --- the codec ---------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**37), 10**37)
    | st.text()
    | st.binary()
    | st.sets(st.text(), min_size=1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES)
def test_values_come_back_as_they_went(value):
    assert unmarshal(marshal(value)) == value


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_items_come_back_as_they_went(item):
    assert unmarshal_item(marshal_item(item)) == item


class Status(StrEnum):
    OPEN = "open"


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (True, {"BOOL": True}),
        (1, {"N": "1"}),
        (0, {"N": "0"}),
        (Level.HIGH, {"N": "3"}),
        (Status.OPEN, {"S": "open"}),
        ("", {"S": ""}),
        (None, {"NULL": True}),
        (b"\x00", {"B": b"\x00"}),
        ((1, "a"), {"L": [{"N": "1"}, {"S": "a"}]}),
        ({"a": {}}, {"M": {"a": {"M": {}}}}),
        ({"b", "a"}, {"SS": ["a", "b"]}),
        (frozenset({"a"}), {"SS": ["a"]}),
    ],
)
def test_attribute_types(value, attribute):
    assert marshal(value) == attribute


@pytest.mark.parametrize(
    "value", [1.5, 0.0, Decimal(1), object(), set(), frozenset(), {1, 2}, [1.5], {"a": {"b": 1.5}}]
)
def test_what_is_not_stored_is_a_type_error(value):
    with pytest.raises(TypeError):
        marshal(value)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ({"N": "1.5"}, Decimal("1.5")),
        ({"NS": ["1", "2"]}, {1, 2}),
        ({"BS": [b"a"]}, {b"a"}),
        ({"BS": [base64.b64encode(b"a").decode()]}, {b"a"}),
    ],
)
def test_what_is_never_written_is_still_read(attribute, value):
    assert unmarshal(attribute) == value


def test_bytes_of_a_stream_record_arrive_as_base64():
    assert unmarshal({"B": base64.b64encode(b"\xff\x00").decode()}) == b"\xff\x00"


# --- errors ------------------------------------------------------------------------------------


def client_error(code, status=400, **response):
    return ClientError(
        {
            "Error": {"Code": code, "Message": "m"},
            "ResponseMetadata": {"HTTPStatusCode": status},
            **response,
        },
        "Op",
    )


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("Throttling"),
        client_error("ProvisionedThroughputExceededException"),
        client_error("RequestLimitExceeded"),
        client_error("TransactionConflictException"),
        client_error("TransactionInProgressException"),
        client_error("TooManyRequestsException", 429),
        client_error("Anything", 429),
        client_error("InternalServerError", 500),
        client_error("Anything", 503),
        EndpointConnectionError(endpoint_url="http://x"),
        ConnectTimeoutError(endpoint_url="http://x"),
        ReadTimeoutError(endpoint_url="http://x"),
        TransactionCancelledError(["None", "TransactionConflict"], [None, None]),
        TransactionCancelledError(["ThrottlingError"], [None]),
        TransactionCancelledError([], []),
        ContentionError(),
    ],
)
def test_what_may_succeed_later_is_transient(error):
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        client_error("ValidationException"),
        client_error("AccessDeniedException"),
        client_error("ResourceNotFoundException"),
        client_error("ConditionalCheckFailedException"),
        ConditionFailedError(),
        StartKeyError(),
        TransactionCancelledError(["ConditionalCheckFailed", "None"], [None, None]),
        TransactionCancelledError(["TransactionConflict", "ConditionalCheckFailed"], [None, None]),
        TransactionCancelledError(["ValidationError"], [None]),
        NoCredentialsError(),
        ValueError(),
        KeyError("x"),
    ],
)
def test_what_fails_whatever_is_tried_is_not(error):
    assert not is_transient(error)


# --- requests ----------------------------------------------------------------------------------


class FakeClient:
    """Keeps requests and answers with what it was given, or raises it."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __getattr__(self, operation):
        def call(**request):
            self.requests.append((operation, request))
            answer = self.answers.pop(0) if self.answers else {}
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


KEY = {"pk": "a", "sk": "b"}
WIRE_KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def test_get_is_consistent_unless_told():
    client = FakeClient({"Item": {"n": {"N": "1"}}}, {})
    table = Table(client, "T")
    assert table.get(KEY) == {"n": 1}
    assert table.get(KEY, consistent=False) is None
    assert [request["ConsistentRead"] for _, request in client.requests] == [True, False]


def test_an_unconditional_put_asks_for_nothing_back():
    client = FakeClient()
    Table(client, "T").put(KEY)
    assert client.requests == [("put_item", {"TableName": "T", "Item": WIRE_KEY})]


def test_a_refused_condition_brings_the_current_item():
    refused = client_error("ConditionalCheckFailedException", Item={"version": {"N": "7"}})
    for write in (
        lambda table: table.put(KEY, condition="c", values={":v": 1}),
        lambda table: table.update(KEY, "u", condition="c", values={":v": 1}, names={"#n": "n"}),
        lambda table: table.delete(KEY, condition="c", values={":v": 1}),
    ):
        client = FakeClient(refused)
        with pytest.raises(ConditionFailedError) as caught:
            write(Table(client, "T"))
        assert caught.value.current == {"version": 7}
        ((_, request),) = client.requests
        assert request["ConditionExpression"] == "c"
        assert request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
        assert request["ExpressionAttributeValues"] == {":v": {"N": "1"}}


def test_a_refused_condition_on_nothing_has_no_current_item():
    client = FakeClient(client_error("ConditionalCheckFailedException"))
    with pytest.raises(ConditionFailedError) as caught:
        Table(client, "T").put(KEY, condition="c")
    assert caught.value.current is None


def test_other_errors_pass():
    client = FakeClient(client_error("AccessDeniedException"))
    with pytest.raises(ClientError):
        Table(client, "T").put(KEY)


def test_an_update_answers_with_the_whole_item():
    client = FakeClient({"Attributes": {"n": {"N": "2"}}})
    assert Table(client, "T").update(KEY, "SET n = :n", values={":n": 2}) == {"n": 2}
    assert client.requests[0][1]["ReturnValues"] == "ALL_NEW"


def test_a_query_names_the_page():
    client = FakeClient({"Items": [{"n": {"N": "1"}}], "LastEvaluatedKey": WIRE_KEY})
    items, last = Table(client, "T").query(
        "pk = :p", {":p": "a"}, newest_first=True, limit=5, start=KEY, names={"#n": "n"}
    )
    assert (items, last) == ([{"n": 1}], KEY)
    request = client.requests[0][1]
    assert request["ScanIndexForward"] is False
    assert request["Limit"] == 5
    assert request["ExpressionAttributeNames"] == {"#n": "n"}
    assert request["ExclusiveStartKey"] == WIRE_KEY
    assert request["ConsistentRead"] is False


def test_an_index_is_never_read_consistently():
    client = FakeClient({"Items": []})
    Table(client, "T").query("pk = :p", {":p": "a"}, index="i", consistent=True)
    assert "ConsistentRead" not in client.requests[0][1]


def test_a_start_key_from_elsewhere_is_its_own_error():
    client = FakeClient(client_error("ValidationException"))
    with pytest.raises(StartKeyError):
        Table(client, "T").query("pk = :p", {":p": "a"}, start=KEY)


def test_a_wrong_query_without_start_key_is_our_fault():
    client = FakeClient(client_error("ValidationException"))
    with pytest.raises(ClientError):
        Table(client, "T").query("pk = :p", {":p": "a"})


def test_query_all_turns_every_page():
    client = FakeClient(
        {"Items": [{"n": {"N": "1"}}], "LastEvaluatedKey": WIRE_KEY},
        {"Items": [], "LastEvaluatedKey": WIRE_KEY},
        {"Items": [{"n": {"N": "2"}}]},
    )
    assert list(Table(client, "T").query_all("pk = :p", {":p": "a"})) == [{"n": 1}, {"n": 2}]
    assert len(client.requests) == 3


def test_batch_get_cuts_at_100_and_asks_again_for_the_rest():
    keys = [{"pk": "a", "sk": str(number)} for number in range(130)]
    unprocessed = [marshal_item(keys[3])]
    client = FakeClient(
        {"Responses": {"T": [{"n": {"N": "1"}}]}, "UnprocessedKeys": {"T": {"Keys": unprocessed}}},
        {"Responses": {"T": [{"n": {"N": "2"}}]}, "UnprocessedKeys": {}},
    )
    assert Table(client, "T").batch_get(keys) == [{"n": 1}, {"n": 2}]
    sent = [request["RequestItems"]["T"]["Keys"] for _, request in client.requests]
    assert [len(part) for part in sent] == [100, 31]
    assert unprocessed[0] in sent[1]


def test_batch_get_of_nothing_asks_nothing():
    client = FakeClient()
    assert Table(client, "T").batch_get([]) == []
    assert client.requests == []


def test_a_transaction_names_the_table_in_every_write():
    client = FakeClient()
    Table(client, "T").transact(
        [
            put_write(KEY, condition="attribute_not_exists(pk)"),
            update_write(KEY, "SET n = :n", values={":n": 1}, names={"#n": "n"}),
            delete_write(KEY, condition="attribute_exists(pk)"),
            check_write(KEY, "attribute_exists(pk)", values={":n": 1}),
        ],
        token="once",
    )
    ((operation, request),) = client.requests
    assert operation == "transact_write_items"
    assert request["ClientRequestToken"] == "once"
    assert [next(iter(write)) for write in request["TransactItems"]] == [
        "Put",
        "Update",
        "Delete",
        "ConditionCheck",
    ]
    assert all(body["TableName"] == "T" for w in request["TransactItems"] for body in w.values())


def test_a_cancelled_transaction_gives_reasons_and_items():
    client = FakeClient(
        client_error(
            "TransactionCanceledException",
            CancellationReasons=[
                {"Code": "None"},
                {"Code": "ConditionalCheckFailed", "Item": {"version": {"N": "3"}}},
            ],
        )
    )
    with pytest.raises(TransactionCancelledError) as caught:
        Table(client, "T").transact([put_write(KEY), put_write(KEY, condition="c")])
    assert caught.value.reasons == ["None", "ConditionalCheckFailed"]
    assert caught.value.currents == [None, {"version": 3}]
    assert str(caught.value) == "ConditionalCheckFailed"
