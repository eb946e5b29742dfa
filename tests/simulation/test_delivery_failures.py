"""Failure queues, and what an operator brings back from them."""

from tests.simulation.delivery import Deliveries
from tests.simulation.delivery.benches import entry, function, listener, run, world
from tests.simulation.delivery.configs import QueueConfig, QueueTrigger, StreamTrigger, Wiring
from tests.simulation.delivery.fake_host import RAISED, RETURNED, FakeHost, record


def test_a_redrive_sends_failed_events_through_their_function_once_more() -> None:
    host = FakeHost(lambda call: RAISED if call.number < 3 else RETURNED)
    deliveries = world(host, listener())
    deliveries.bus.put(entry(5))
    run(host, deliveries)
    assert deliveries.failures.redrive("Failed") == 1
    assert not deliveries.idle
    assert run(host, deliveries) == [5] * 4
    assert host.calls[3].event == host.calls[0].event
    assert deliveries.failures.landed() == {}


def test_a_redrive_leaves_the_positions_of_a_stream() -> None:
    host = FakeHost(lambda call: RAISED)
    stream = StreamTrigger("Table", retries=0, on_failure="Other")
    deliveries = world(host, function("Reader", streams=(stream,)))
    deliveries.put("Table", record(1))
    deliveries.put("AnotherTable", record(2))
    assert not deliveries.idle
    host.run()
    assert deliveries.idle
    assert deliveries.failures.redrive("Other") == 0
    (message,) = deliveries.failures.landed()["Other"]
    assert message["DDBStreamBatchInfo"]["startSequenceNumber"] == "00001"


def test_a_redrive_moves_dead_letters_back_to_their_queue() -> None:
    host = FakeHost(lambda call: RAISED if call.number < 2 else RETURNED)
    tasks = QueueConfig("Tasks", dead_letter="Dead", max_receive=2)
    worker = function("Worker", queues=(QueueTrigger("Tasks"),))
    queues = {"Tasks": tasks, "Dead": QueueConfig("Dead")}
    deliveries = Deliveries(host, Wiring({"Worker": worker}, queues))
    deliveries.queues["Tasks"].send("a task")
    host.run()
    assert deliveries.failures.landed() == {"Dead": [{"text": "a task"}]}
    assert deliveries.failures.redrive("Dead") == 1
    host.run()
    assert [call.bodies for call in host.calls] == [["a task"]] * 3
    assert deliveries.idle
    assert deliveries.failures.landed() == {}
