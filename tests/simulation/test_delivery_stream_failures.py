"""Streams: partial failure, bisection, retries, age, the failure destination."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.delivery.benches import Stream, batch
from tests.simulation.delivery.fake_host import (
    DIED,
    RAISED,
    RETURNED,
    Call,
    FakeHost,
    delivered,
    failing,
    numbers,
    record,
)
from tests.simulation.processes.host import Result


def raising_at(number: str) -> Callable[[Call], Result]:
    """A poison record: the whole batch it is in raises."""
    return lambda call: RAISED if number in call.numbers else RETURNED


def test_a_partial_failure_is_retried_from_the_lowest_failed_record() -> None:
    host = FakeHost(lambda call: failing("00004", "00002") if call.number == 0 else RETURNED)
    Stream(host).run(*batch(6))
    assert [call.numbers for call in host.calls] == [numbers(6), numbers(6)[2:]]


def test_what_is_before_a_partial_failure_is_never_discarded() -> None:
    host = FakeHost(lambda call: failing("00002") if "00002" in call.numbers else RETURNED)
    stream = Stream(host, retries=0)
    stream.run(*batch(6))
    positions = stream.discarded[0][1]["DDBStreamBatchInfo"]
    assert (positions["startSequenceNumber"], positions["batchSize"]) == ("00002", 4)


def test_a_record_that_arrives_meanwhile_shortens_no_pause() -> None:
    host = FakeHost(lambda call: RAISED if call.number < 6 else RETURNED)
    stream = Stream(host, batch_size=1)
    stream.put(record(0))
    for number in range(1, 500):
        host.run(0.1)
        stream.put(record(number))
    stream.run()
    pauses = [b.at - (a.ended or 0) for a, b in itertools.pairwise(host.calls[:7])]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 32], abs=0.1)
    assert list(delivered(host.calls[6:])) == numbers(500)


def test_pauses_are_short_again_after_any_progress() -> None:
    fates = [RAISED, RAISED, RAISED, failing("00001"), RAISED, RETURNED]
    host = FakeHost(lambda call: fates[call.number])
    Stream(host).run(*batch(3))
    pauses = [b.at - (a.ended or 0) for a, b in itertools.pairwise(host.calls)]
    assert pauses == pytest.approx([1, 2, 4, 1, 2], abs=0.1)


def test_a_partial_failure_counts_for_nothing_where_it_is_not_switched_on() -> None:
    host = FakeHost(lambda call: failing("00002"))
    Stream(host, partial=False).run(*batch(6))
    assert len(host.calls) == 1


@pytest.mark.parametrize(
    "value", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}]
)
def test_an_empty_response_is_a_success(value: Any) -> None:
    host = FakeHost(lambda call: Result("returned", value))
    Stream(host).run(*batch(3))
    assert len(host.calls) == 1


@pytest.mark.parametrize(
    "item",
    [
        {"itemIdentifier": ""},
        {"itemIdentifier": None},
        {"id": "00001"},
        {"itemIdentifier": "unknown"},
    ],
)
def test_a_bad_identifier_fails_the_whole_batch(item: dict[str, Any]) -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": "00002"}, item]}
    host = FakeHost(lambda call: Result("returned", answer if call.number == 0 else None))
    Stream(host).run(*batch(3))
    assert [call.numbers for call in host.calls] == [numbers(3)] * 2


@pytest.mark.parametrize("end", [RAISED, DIED])
def test_a_batch_that_fails_comes_again_after_pauses_that_double_up_to_a_minute(
    end: Result,
) -> None:
    host = FakeHost(lambda call: end if call.number < 9 else RETURNED)
    Stream(host).run(*batch(3))
    pauses = [later.at - call.ended for call, later in itertools.pairwise(host.calls)]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60], abs=0.1)
    assert all(call.numbers == numbers(3) for call in host.calls)


def test_bisection_isolates_a_poison_record() -> None:
    host = FakeHost(raising_at("00037"))
    stream = Stream(host, bisect=True, retries=2)
    stream.run(*batch(100))
    done = [n for call in host.calls if "00037" not in call.numbers for n in call.numbers]
    assert done == [number for number in numbers(100) if number != "00037"]
    assert [message["DDBStreamBatchInfo"]["batchSize"] for _, message in stream.discarded] == [1]
    # Splitting is no retry: alone, the record still gets its first attempt and two retries.
    assert [call.numbers for call in host.calls].count(["00037"]) == 3


def test_without_bisection_a_poison_record_takes_its_batch_along() -> None:
    host = FakeHost(raising_at("00003"))
    stream = Stream(host, retries=1)
    stream.run(*batch(10))
    assert [call.numbers for call in host.calls] == [numbers(10)] * 2
    assert stream.discarded[0][1]["DDBStreamBatchInfo"]["batchSize"] == 10


@pytest.mark.parametrize("retries", [0, 2])
def test_retries_are_limited_then_the_shard_goes_on(retries: int) -> None:
    host = FakeHost(raising_at("00000"), cut="one")
    stream = Stream(host, retries=retries)
    stream.run(*batch(2))
    assert [call.numbers for call in host.calls] == [["00000"]] * (retries + 1) + [["00001"]]
    (_, message) = stream.discarded[0]
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == retries + 1


def test_pauses_are_short_again_after_records_were_discarded() -> None:
    host = FakeHost(lambda call: RAISED, cut="one")
    Stream(host, retries=2).run(*batch(2))
    pauses = [b.at - (a.ended or 0) for a, b in itertools.pairwise(host.calls)]
    assert pauses == pytest.approx([1, 2, 0, 1, 2], abs=0.1)


def test_without_a_limit_a_record_is_retried_until_it_leaves_the_stream() -> None:
    host = FakeHost(raising_at("00000"), cut="one")
    stream = Stream(host)
    stream.put(record(0))
    host.run(1_000)
    stream.run(record(1))
    assert len(host.calls) > 1_000
    assert host.calls[-2].at - host.calls[0].at == pytest.approx(86_400, abs=100)
    assert host.calls[-1].numbers == ["00001"]


def test_records_past_their_age_are_not_sent() -> None:
    host = FakeHost(raising_at("00000"), cut="one")
    stream = Stream(host, max_age=30)
    stream.put(record(0), record(1))
    host.run(20)
    stream.run(record(2))
    assert "00001" not in delivered(host.calls)
    assert host.calls[-1].numbers == ["00002"]
    assert [
        (
            message["requestContext"]["condition"],
            message["DDBStreamBatchInfo"]["startSequenceNumber"],
        )
        for _, message in stream.discarded
    ] == [("RecordAgeExceeded", "00000"), ("RecordAgeExceeded", "00001")]
    assert max(call.at for call in host.calls[:-1]) - host.calls[0].at <= 31


def test_the_failure_destination_learns_the_position_and_no_more() -> None:
    host = FakeHost(lambda call: RAISED)
    stream = Stream(host, retries=0)
    stream.run(*(record(number, "secret") for number in range(3)))
    ((queue, message),) = stream.discarded
    assert queue == "FailureQueue"
    positions = message["DDBStreamBatchInfo"]
    assert (positions["startSequenceNumber"], positions["endSequenceNumber"]) == ("00000", "00002")
    assert (positions["batchSize"], positions["shardId"]) == (3, "shardId-000000000000")
    assert message["requestContext"]["functionArn"].split(":")[6] == "Function"
    assert "secret" not in json.dumps(message)
