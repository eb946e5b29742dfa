"""waybill.batch: applied, parked or to come again; one bad record stops no other."""

import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from waybill.batch import (
    BatchFailedError,
    Change,
    Parking,
    finish,
    process_changes,
    process_messages,
    queue_messages,
    stream_changes,
)
from waybill.clock import from_text
from waybill.dynamo import marshal_item
from waybill.observability import correlation_id

THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "Op")
NOW = from_text("2026-07-01T00:00:00Z")


class FakeTable:
    def __init__(self, error=None):
        self.items = []
        self.error = error

    def put(self, item, **_condition):
        if self.error:
            raise self.error
        self.items.append(item)


def record(number, *, pk="a", old=None, new=None, name="MODIFY"):
    body = {
        "SequenceNumber": str(number),
        "Keys": marshal_item({"pk": pk, "sk": "x"}),
    }
    if old is not None:
        body["OldImage"] = marshal_item(old)
    if new is not None:
        body["NewImage"] = marshal_item(new)
    return {"eventID": f"e{number}", "eventName": name, "dynamodb": body}


def changes(count):
    return stream_changes(
        {
            "Records": [
                record(n, pk=f"p{n}", new={"version": n, "correlation_id": f"c{n}"})
                for n in range(count)
            ]
        }
    )


def parking(error=None):
    return Parking(FakeTable(error), "room-source", lambda: NOW)


class Applier:
    """Applies changes, but for those of ``failures``, by record id."""

    def __init__(self, failures):
        self.failures = failures
        self.applied = []
        self.correlations = []

    def __call__(self, record):
        self.correlations.append(correlation_id())
        if error := self.failures.get(record.record_id):
            raise error
        self.applied.append(record.record_id)


def failures_of(answer):
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


# --- reading events ----------------------------------------------------------------------------


def test_stream_records_are_read_in_order():
    event = {
        "Records": [
            record(1, new={"version": 1, "correlation_id": "c1"}, name="INSERT"),
            record(2, old={"version": 1}, new={"version": 2, "correlation_id": "c2"}),
            record(3, old={"version": 2, "correlation_id": "c2"}, name="REMOVE"),
        ]
    }
    first, second, third = stream_changes(event)
    assert (first.record_id, first.old, first.version) == ("1", None, 1)
    assert (second.old, second.version, second.correlation_id) == ({"version": 1}, 2, "c2")
    assert (third.new, third.version, third.correlation_id) == (None, 2, "c2")
    assert first.key_text == "a|x"


def test_a_change_without_version_or_correlation_is_still_a_change():
    (change,) = stream_changes({"Records": [record(1, new={})]})
    assert (change.version, change.correlation_id) == (0, "")


def test_a_strange_attribute_does_not_stop_the_batch():
    strange = record(1)
    strange["dynamodb"]["NewImage"] = {"rate": {"N": "0.5"}, "set": {"NS": ["1"]}}
    assert len(stream_changes({"Records": [strange, record(2, new={})]})) == 2


def message(number, group=None, body="{}"):
    attributes = {} if group is None else {"MessageGroupId": group}
    return {"messageId": f"m{number}", "body": body, "attributes": attributes}


def test_queue_records_are_read_in_order():
    first, second = queue_messages({"Records": [message(1), message(2, "g", "x")]})
    assert (first.record_id, first.group, first.correlation_id) == ("m1", None, "m1")
    assert (second.body, second.group) == ("x", "g")


# --- streams -----------------------------------------------------------------------------------


def test_all_applied_is_no_failure():
    applier = Applier({})
    answer = process_changes(changes(5), applier, room="r", parking=parking())
    assert answer == {"batchItemFailures": []}
    assert applier.applied == ["0", "1", "2", "3", "4"]
    assert applier.correlations == ["c0", "c1", "c2", "c3", "c4"]


@pytest.mark.secrecy
def test_a_poisonous_record_is_parked_and_the_others_apply(logs):
    applier = Applier({"7": ValueError("canary@mail.example")})
    set_aside = parking()
    answer = process_changes(changes(100), applier, room="r", parking=set_aside)
    assert answer == {"batchItemFailures": []}
    assert len(applier.applied) == 99
    (item,) = set_aside.table.items
    assert item["pk"] == "parked#room-source"
    assert item["sk"] == "p7|x"
    assert item["source_key"] == {"pk": "p7", "sk": "x"}
    assert item["version"] == 7
    assert item["parked_at"] == "2026-07-01T00:00:00.000Z"
    assert item["error_type"] == "ValueError"
    assert "ParkedRecords" in logs.text
    assert "canary" not in logs.text + json.dumps(item)


def test_a_refusal_for_now_stops_the_batch_at_its_record():
    applier = Applier({"2": THROTTLED})
    answer = process_changes(changes(5), applier, room="r", parking=parking())
    assert failures_of(answer) == ["2"]
    assert applier.applied == ["0", "1"]


def test_a_record_that_cannot_even_be_parked_comes_again(logs):
    for refusal in (THROTTLED, RuntimeError()):
        applier = Applier({"2": ValueError()})
        answer = process_changes(changes(5), applier, room="r", parking=parking(refusal))
        assert failures_of(answer) == ["2"]
        assert applier.applied == ["0", "1"]
    assert logs.counted("ParkingFailures") == 2


def test_locally_a_failure_raises():
    with pytest.raises(BatchFailedError):
        process_changes(
            changes(2), Applier({"1": THROTTLED}), room="r", parking=parking(), local=True
        )


def test_an_empty_batch_is_done():
    assert process_changes([], Applier({}), room="r", parking=parking()) == finish([])


@given(st.lists(st.sampled_from(["good", "poison", "throttled"]), max_size=30))
def test_redelivery_from_the_reported_record_applies_everything_once_healed(kinds):
    errors = {"poison": ValueError(), "throttled": THROTTLED}
    failures = {str(n): errors[kind] for n, kind in enumerate(kinds) if kind in errors}
    applier, set_aside = Applier(failures), parking()
    batch: list[Change] = changes(len(kinds))
    for _ in range(len(kinds) + 1):
        failed = failures_of(process_changes(batch, applier, room="r", parking=set_aside))
        if not failed:
            break
        batch = [change for change in batch if int(change.record_id) >= int(failed[0])]
        del failures[failed[0]]  # what AWS refused for now, it takes later
    poisonous = [f"p{n}" for n, kind in enumerate(kinds) if kind == "poison"]
    assert [item["source_key"]["pk"] for item in set_aside.table.items] == poisonous
    assert applier.applied == [str(n) for n, kind in enumerate(kinds) if kind != "poison"]


# --- queues ------------------------------------------------------------------------------------


def run_queue(records, failures):
    applier = Applier(failures)
    answer = process_messages(queue_messages({"Records": records}), applier, room="r")
    return applier.applied, failures_of(answer)


def test_a_failing_message_stops_no_other():
    records = [message(n) for n in range(4)]
    assert run_queue(records, {"m1": ValueError()}) == (["m0", "m2", "m3"], ["m1"])


def test_after_a_failure_nothing_of_its_group_is_tried():
    records = [message(0, "a"), message(1, "b"), message(2, "a"), message(3, "b"), message(4, "a")]
    applied, failed = run_queue(records, {"m0": ValueError()})
    assert applied == ["m1", "m3"]
    assert failed == ["m0", "m2", "m4"]


@pytest.mark.secrecy
def test_queue_failures_are_counted(logs):
    run_queue([message(0)], {"m0": ValueError("canary")})
    assert "FailedMessages" in logs.text
    assert "canary" not in logs.text
