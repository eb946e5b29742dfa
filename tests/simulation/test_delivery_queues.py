"""Queues: groups, visibility, deduplication, partial failure, filters."""

import itertools
from typing import Any

import pytest

from tests.simulation.delivery.benches import VISIBILITY, Polled
from tests.simulation.delivery.fake_host import (
    DIED,
    RAISED,
    RETURNED,
    Call,
    FakeHost,
    failing,
)
from tests.simulation.processes.host import Result


def first_attempt(result: Result) -> Any:
    return lambda call: result if call.number == 0 else RETURNED


def test_an_event_has_the_documented_shape() -> None:
    host = FakeHost()
    polled = Polled(host, fifo=True)
    message_id = polled.queue.send('{"a": 1}', "group", "once")
    polled.run()
    (record,) = host.calls[0].event["Records"]
    assert record["messageId"] == message_id
    assert record["body"] == '{"a": 1}'
    assert record["eventSource"] == "aws:sqs"
    assert record["receiptHandle"]
    assert record["attributes"]["MessageGroupId"] == "group"
    assert record["attributes"]["MessageDeduplicationId"] == "once"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_what_succeeds_is_deleted() -> None:
    polled = Polled(FakeHost())
    polled.send("a", "b")
    assert sorted(polled.run()) == [["a"], ["b"]]
    assert polled.queue.messages() == []


def test_a_fifo_queue_drops_what_it_accepted_within_five_minutes() -> None:
    host = FakeHost()
    polled = Polled(host, fifo=True)
    first = polled.queue.send("a", "g", "once")
    host.run(299.0)
    assert polled.queue.send("b", "g", "once") == first  # though long deleted
    host.run(1.0)
    assert polled.queue.send("c", "g", "once") != first
    assert polled.run() == [["a"], ["c"]]


def test_a_fifo_queue_needs_a_group_and_a_deduplication_id() -> None:
    polled = Polled(FakeHost(), fifo=True)
    with pytest.raises(ValueError, match="group"):
        polled.queue.send("a", None, "once")
    with pytest.raises(ValueError, match="deduplication"):
        polled.queue.send("a", "g")


def test_a_group_is_worked_in_order_one_batch_at_a_time_and_others_go_on() -> None:
    host = FakeHost(duration=5.0)
    polled = Polled(host, fifo=True)
    for number in range(5):
        for group in "xyz":
            polled.send(f"{group}{number}", group=group)
    bodies = [body for batch in polled.run() for body in batch]
    for group in "xyz":
        calls = [call for call in host.calls if call.bodies[0][0] == group]
        assert [call.bodies for call in calls] == [[f"{group}{n}"] for n in range(5)]
        for earlier, later in itertools.pairwise(calls):
            assert earlier.ended is not None
            assert later.at >= earlier.ended
    assert len(bodies) == 15
    assert host.most_running["Function"] == 3


def test_a_failed_message_blocks_its_group_and_no_other() -> None:
    host = FakeHost(lambda call: RAISED if call.bodies == ["x0"] and call.number < 3 else RETURNED)
    polled = Polled(host, fifo=True)
    polled.send("x0", "x1", group="x")
    polled.send("y0", "y1", group="y")
    polled.run()
    begun = {body: call.at for call in host.calls for body in call.bodies}
    assert begun["x0"] - host.calls[0].at >= VISIBILITY - 1
    assert begun["x1"] > begun["x0"]
    assert begun["y1"] - host.calls[0].at < 5


@pytest.mark.parametrize("end", [RAISED, DIED])
@pytest.mark.parametrize("fifo", [False, True])
def test_what_failed_comes_again_when_its_visibility_has_run_out(end: Result, fifo: bool) -> None:
    host = FakeHost(first_attempt(end))
    polled = Polled(host, fifo=fifo)
    polled.send("a", group="g" if fifo else None)
    assert polled.run() == [["a"], ["a"]]
    assert host.calls[1].at - host.calls[0].at == pytest.approx(VISIBILITY, abs=0.3)


def test_a_partial_failure_brings_only_what_failed() -> None:
    def script(call: Call) -> Result:
        if call.number:
            return RETURNED
        return failing(call.event["Records"][1]["messageId"])

    host = FakeHost(script)
    polled = Polled(host, batch_size=3)
    host.dice.choice = lambda options: options[-1]  # type: ignore[method-assign]
    polled.send("a", "b", "c")
    assert polled.run() == [["a", "b", "c"], ["b"]]


@pytest.mark.parametrize(
    ("answer", "partial", "times"),
    [("unknown", True, 2), ("", True, 2), (None, True, 2), ("unknown", False, 1)],
)
def test_a_bad_identifier_fails_the_batch_where_partial_responses_are_on(
    answer: Any, partial: bool, times: int
) -> None:
    polled = Polled(FakeHost(first_attempt(failing(answer))), partial=partial)
    polled.send("a")
    assert polled.run() == [["a"]] * times


def test_a_window_lets_a_batch_fill() -> None:
    host = FakeHost()
    host.dice.choice = lambda options: options[-1]  # type: ignore[method-assign]
    polled = Polled(host, batch_size=3, window=20.0)
    polled.send("a")
    host.run(19.0)
    assert host.calls == []
    polled.send("b")
    host.run(2.0)
    assert [call.bodies for call in host.calls] == [["a", "b"]]
    polled.send("c", "d", "e")
    host.run(2.0)  # a full batch does not wait
    assert [call.bodies for call in host.calls] == [["a", "b"], ["c", "d", "e"]]


def test_a_standard_queue_has_a_few_pollers() -> None:
    host = FakeHost(duration=10.0)
    polled = Polled(host)
    polled.send(*(str(number) for number in range(20)))
    assert len(polled.run()) == 20
    assert host.most_running["Function"] == 5


def test_a_configured_concurrency_is_kept_to() -> None:
    host = FakeHost(duration=10.0)
    polled = Polled(host, fifo=True, concurrency=2)
    for number in range(10):
        polled.send(str(number), group=str(number))
    assert len(polled.run()) == 10
    assert host.most_running["Function"] == 2


def test_what_the_filter_does_not_accept_is_deleted_unseen() -> None:
    polled = Polled(FakeHost(), patterns=({"body": {"kind": ["wanted"]}},))
    polled.send('{"kind": "other"}', '{"kind": "wanted"}', "no JSON")
    assert polled.run() == [['{"kind": "wanted"}']]
    assert polled.dead.messages() == []


def test_a_message_in_flight_is_told() -> None:
    host = FakeHost(lambda call: RAISED)
    polled = Polled(host)
    polled.send("a")
    host.run(10.0)
    assert not polled.mapping.idle
    assert polled.mapping.describe() == ["Function: 1 messages in Queue, 0 batches run"]
