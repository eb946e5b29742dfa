"""Queues: dead letters, receipts, messages that come twice or out of order."""

import pytest

from tests.simulation.delivery.benches import VISIBILITY, Polled
from tests.simulation.delivery.configs import QueueConfig
from tests.simulation.delivery.fake_host import RAISED, RETURNED, FakeHost
from tests.simulation.delivery.queues import Queue
from tests.simulation.processes.faults import Fault


@pytest.mark.parametrize("fifo", [False, True])
def test_what_is_received_too_often_goes_to_the_dead_letters(fifo: bool) -> None:
    host = FakeHost(lambda call: RAISED if call.bodies == ["a"] else RETURNED)
    polled = Polled(host, fifo=fifo)
    polled.send("a", "b", group="g" if fifo else None)
    batches = polled.run()
    assert batches.count(["a"]) == 3
    assert batches.count(["b"]) == 1
    counts = [
        call.event["Records"][0]["attributes"]["ApproximateReceiveCount"]
        for call in host.calls
        if call.bodies == ["a"]
    ]
    assert counts == ["1", "2", "3"]
    assert [(message.body, message.group) for message in polled.dead.messages()] == [
        ("a", "g" if fifo else None)
    ]


def test_a_redrive_brings_dead_letters_back_as_new_messages() -> None:
    host = FakeHost(lambda call: RAISED if call.number < 3 else RETURNED)
    polled = Polled(host, fifo=True)
    polled.send("a", group="g")
    polled.run()
    assert polled.dead.redrive(polled.queue) == 1
    assert polled.run() == [["a"]] * 4
    record = host.calls[3].event["Records"][0]
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["MessageGroupId"] == "g"
    assert polled.dead.messages() == []


def test_messages_are_kept_for_so_long_and_no_longer() -> None:
    host = FakeHost(lambda call: RAISED)
    queue = Queue(host, QueueConfig("Queue", retention=100.0))
    queue.send("a")
    host.run(60.0)
    queue.send("b")
    host.run(60.0)
    assert [message.body for message in queue.receive(10)] == ["b"]


@pytest.mark.parametrize("fifo", [False, True])
def test_dead_letters_of_a_standard_queue_keep_their_age(fifo: bool) -> None:
    host = FakeHost(lambda call: RAISED)
    polled = Polled(host, fifo=fifo)
    polled.send("a", group="g" if fifo else None)
    sent_at = host.now
    host.run()
    (message,) = polled.dead.messages()
    assert (message.sent_at == sent_at) is not fifo


@pytest.mark.parametrize("fifo", [False, True])
def test_a_receipt_is_good_until_the_message_is_received_again(fifo: bool) -> None:
    """In a FIFO queue only until the visibility has run out."""
    host = FakeHost()
    queue = Queue(host, QueueConfig("Queue", fifo, VISIBILITY))
    queue.send("a", "g", "once")
    (message,) = queue.receive(1)
    old = message.receipt
    host.run(VISIBILITY + 1)
    queue.receive(1)
    queue.delete(message, old)
    assert queue.messages() == [message]
    host.run(VISIBILITY + 1)
    queue.delete(message, message.receipt)
    assert queue.messages() == ([message] if fifo else [])


@pytest.mark.parametrize("fifo", [False, True])
def test_a_message_may_come_twice_beside_itself_or_after(fifo: bool) -> None:
    overlaps = set()
    for seed in range(30):
        host = FakeHost(seed=seed, faults={Fault.DUPLICATE: 1}, duration=6.0)
        polled = Polled(host, fifo=fifo)
        polled.send("a", group="g" if fifo else None)
        assert polled.run() == [["a"]] * 2
        assert host.faults.counts == {Fault.DUPLICATE: 1}
        overlaps.add(host.most_running["Function"])
    assert overlaps == {1, 2}


def test_a_message_is_doubled_once_in_its_life() -> None:
    host = FakeHost(faults={Fault.DUPLICATE: 100}, duration=6.0)
    polled = Polled(host)
    polled.send("a")
    assert polled.run() == [["a"]] * 2
    assert polled.dead.messages() == []


def test_a_duplicate_that_does_not_come_about_is_not_counted() -> None:
    for seed in range(30):
        host = FakeHost(seed=seed, faults={Fault.DUPLICATE: 1}, duration=0.001)
        polled = Polled(host)
        polled.send("a")
        assert len(polled.run()) == 1 + host.faults.counts[Fault.DUPLICATE]


def test_only_a_standard_queue_loses_the_order() -> None:
    for fifo in (False, True):
        host = FakeHost(faults={Fault.REORDERED: 1})
        polled = Polled(host, fifo=fifo)
        sent = [str(number) for number in range(20)]
        polled.send(*sent, group="g" if fifo else None)
        bodies = [body for batch in polled.run() for body in batch]
        assert sorted(bodies) == sorted(sent)
        assert (bodies == sent) == fifo
        assert host.faults.counts[Fault.REORDERED] == (0 if fifo else 1)
