"""waybill.relay and waybill.events: what the table says happened reaches the bus, at least once."""

import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from waybill.batch import BatchFailedError, Change, Parking
from waybill.clock import from_text
from waybill.events import Event, EventName
from waybill.relay import Bus, relay_changes

NOW = from_text("2026-07-01T00:00:00Z")


def event(key="k", version=1, shop_id="shop_a", data=None):
    return Event(
        name=EventName.ORDER_PLACED,
        room="orders",
        shop_id=shop_id,
        key=key,
        version=version,
        occurred_at="2026-07-01T00:00:00.000Z",
        correlation_id="c",
        actor="key:k",
        data=data or {},
    )


class FakeEvents:
    """EventBridge: takes entries, but fails those whose keys are in ``failing``."""

    def __init__(self, failing=(), error=None):
        self.failing = set(failing)
        self.error = error
        self.requests = []
        self.taken = []

    def put_events(self, Entries):  # noqa: N803
        if self.error:
            raise self.error
        assert 1 <= len(Entries) <= 10
        assert sum(len(entry["Detail"].encode()) for entry in Entries) <= 256 * 1024
        self.requests.append(Entries)
        answer = []
        for entry in Entries:
            key = json.loads(entry["Detail"])["key"]
            if key in self.failing:
                answer.append({"ErrorCode": "InternalFailure"})
            else:
                self.taken.append(key)
                answer.append({"EventId": "e"})
        failed = sum("ErrorCode" in entry for entry in answer)
        return {"FailedEntryCount": failed, "Entries": answer}


class FakeTable:
    def __init__(self, error=None):
        self.items = []
        self.error = error

    def put(self, item, **_condition):
        if self.error:
            raise self.error
        self.items.append(item)


def change(number):
    return Change(str(number), {"pk": f"p{number}", "sk": "order"}, None, {"version": 1})


def keys_of(changed):
    return [event(key=changed.record_id)]


def relay(client, count, events_of=keys_of, table=None, **given):
    answer = relay_changes(
        [change(n) for n in range(count)],
        events_of,
        Bus(client, "bus"),
        room="orders",
        parking=Parking(table or FakeTable(), "relay", lambda: NOW),
        **given,
    )
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


def test_an_entry_names_bus_source_and_event():
    client = FakeEvents()
    relay(client, 1)
    ((entry,),) = client.requests
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (
        "bus",
        "waybill.orders",
        "OrderPlaced",
    )


def test_events_go_in_tens_and_in_order():
    client = FakeEvents()
    assert relay(client, 25) == []
    assert [len(request) for request in client.requests] == [10, 10, 5]
    assert client.taken == [str(n) for n in range(25)]


def test_no_event_asks_nothing():
    client = FakeEvents()
    assert relay(client, 5, events_of=lambda _change: []) == []
    assert client.requests == []


def test_the_first_failed_entry_is_where_delivery_starts_again(logs):
    client = FakeEvents(failing={"13", "17"})
    assert relay(client, 30) == ["13"]
    assert len(client.requests) == 2
    assert "RelayFailures" in logs.text


def test_one_of_several_events_of_a_change_failing_repeats_the_change():
    client = FakeEvents(failing={"0b"})
    both = lambda changed: [event(key=changed.record_id + "a"), event(key=changed.record_id + "b")]  # noqa: E731
    assert relay(client, 2, events_of=both) == ["0"]


def test_a_bus_that_refuses_for_now_is_asked_again():
    client = FakeEvents(error=ClientError({"Error": {"Code": "ThrottlingException"}}, "PutEvents"))
    assert relay(client, 3) == ["0"]


def test_a_bus_that_refuses_for_good_is_an_error_of_the_function():
    client = FakeEvents(
        error=ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents")
    )
    with pytest.raises(ClientError):
        relay(client, 3)


def test_locally_a_failure_raises():
    with pytest.raises(BatchFailedError):
        relay(FakeEvents(failing={"1"}), 3, local=True)


def broken(changed):
    if changed.record_id == "1":
        raise KeyError("canary@mail.example")
    return keys_of(changed)


@pytest.mark.secrecy
def test_a_change_that_has_no_events_by_mistake_is_parked(logs):
    client, table = FakeEvents(), FakeTable()
    assert relay(client, 3, events_of=broken, table=table) == []
    assert client.taken == ["0", "2"]
    assert [item["source_key"]["pk"] for item in table.items] == ["p1"]
    assert "canary" not in logs.text


def test_what_json_does_not_know_is_parked_not_stuck():
    client, table = FakeEvents(), FakeTable()
    strange = lambda changed: [event(key=changed.record_id, data={"x": {1, 2}})]  # noqa: E731
    assert relay(client, 2, events_of=strange, table=table) == []
    assert len(table.items) == 2


def test_where_parking_fails_too_what_came_before_is_sent_and_the_rest_comes_again():
    refused = ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
    client = FakeEvents()
    assert relay(client, 3, events_of=broken, table=FakeTable(refused)) == ["1"]
    assert client.taken == ["0"]


def test_large_events_share_no_request():
    client = FakeEvents()
    large = lambda changed: [event(key=changed.record_id, data={"x": "y" * 100_000})]  # noqa: E731
    assert relay(client, 5, events_of=large) == []
    assert [len(request) for request in client.requests] == [2, 2, 1]


def test_an_event_that_no_request_can_carry_is_parked():
    client, table = FakeEvents(), FakeTable()
    huge = lambda changed: [  # noqa: E731
        event(key=changed.record_id, data={"x": "y" * 300_000 if changed.record_id == "1" else ""})
    ]
    assert relay(client, 3, events_of=huge, table=table) == []
    assert client.taken == ["0", "2"]
    assert table.items[0]["error_type"] == "EventTooLargeError"


@given(st.lists(st.integers(0, 3), max_size=40), st.sets(st.integers(0, 60)))
def test_every_event_arrives_when_delivery_is_repeated(counts, failing):
    def several(changed):
        return [
            event(key=f"{changed.record_id}.{n}") for n in range(counts[int(changed.record_id)])
        ]

    wanted = [f"{n}.{part}" for n, count in enumerate(counts) for part in range(count)]
    client = FakeEvents(failing={wanted[n] for n in failing if n < len(wanted)})
    batch = [change(n) for n in range(len(counts))]
    for _ in range(len(wanted) + 1):
        answer = relay_changes(
            batch, several, Bus(client, "b"), room="r", parking=Parking(FakeTable(), "relay")
        )
        if not answer["batchItemFailures"]:
            break
        start = int(answer["batchItemFailures"][0]["itemIdentifier"])
        batch = [changed for changed in batch if int(changed.record_id) >= start]
        client.failing = set(sorted(client.failing)[1:])
    assert set(client.taken) == set(wanted)


# --- events ------------------------------------------------------------------------------------


def delivered(sent: Event) -> dict:
    return {
        "detail-type": sent.name.value,
        "source": f"waybill.{sent.room}",
        "detail": json.loads(sent.detail()),
    }


def test_an_event_survives_the_bus():
    sent = event(data={"order_id": "ord_1", "total": 1999, "lines": [{"sku": "ä"}]})
    assert Event.from_eventbridge(delivered(sent)) == sent


def test_an_events_id_is_that_of_the_fact():
    assert event().id == event(data={"x": 1}).id
    others = {event().id, event(key="l").id, event(version=2).id, event(shop_id="shop_b").id}
    assert len(others) == 4
    assert json.loads(event().detail())["id"] == event().id


@pytest.mark.parametrize(
    "foreign",
    [
        {},
        {"detail-type": "OrderPlaced", "source": "waybill.orders", "detail": {}},
        delivered(event()) | {"detail-type": "SomethingElse"},
    ],
)
def test_what_is_no_event_of_ours_is_refused(foreign):
    with pytest.raises((KeyError, ValueError)):
        Event.from_eventbridge(foreign)


def test_event_names_are_in_the_past_tense():
    assert all(name.value.endswith(("d", "Stock")) for name in EventName)
