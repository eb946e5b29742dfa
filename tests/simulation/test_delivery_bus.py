"""The bus and asynchronous invocations: rules, order, at least once, retries."""

import pytest

from tests.simulation.delivery.benches import PLACED, SHIPPED, entry, function, listener, run, world
from tests.simulation.delivery.configs import RuleTrigger
from tests.simulation.delivery.fake_host import DIED, RAISED, RETURNED, FakeFaults, FakeHost
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import NotSimulatedError, Result


def test_an_event_goes_to_every_function_that_has_a_rule_for_it() -> None:
    host = FakeHost()
    deliveries = world(
        host,
        function("First", rules=(PLACED,)),
        function("Second", rules=(SHIPPED, PLACED)),
        function("Third", rules=(SHIPPED,)),
    )
    event_id = deliveries.bus.put(entry(7))
    deliveries.bus.put(entry(8, "Unheard"))
    run(host, deliveries)
    assert sorted(call.function for call in host.calls) == ["First", "Second"]
    event = host.calls[0].event
    assert event == {
        "version": "0",
        "id": event_id,
        "detail-type": "Placed",
        "source": "shop",
        "account": event["account"],
        "time": "1970-01-12T13:46:40Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {"number": 7},
    }


def test_what_was_told_lately_comes_again_as_it_was() -> None:
    host = FakeHost()
    deliveries = world(host, listener())
    deliveries.bus.put(entry(1))
    host.run(301.0)
    deliveries.bus.put(entry(2))
    host.run(1.0)
    deliveries.bus.replay(300.0)
    assert run(host, deliveries) == [1, 2, 2]
    assert host.calls[1].event == host.calls[2].event


def test_a_bus_without_any_rule_is_refused() -> None:
    with pytest.raises(NotSimulatedError):
        world(FakeHost(), listener()).bus.put({**entry(), "EventBusName": "Elsewhere"})


def test_events_come_in_no_order_and_one_that_is_overtaken_is_counted() -> None:
    host = FakeHost(faults={Fault.REORDERED: 1})
    deliveries = world(host, listener())
    for number in range(30):
        deliveries.bus.put(entry(number))
        host.run(1.0)
    order = run(host, deliveries)
    assert order != sorted(order) == list(range(30))
    assert host.faults.counts == {Fault.REORDERED: 1}


def test_a_held_event_that_nothing_overtakes_is_not_counted() -> None:
    host = FakeHost(faults={Fault.REORDERED: 1})
    deliveries = world(host, listener())
    deliveries.bus.put(entry())
    run(host, deliveries)
    deliveries.bus.put(entry())
    run(host, deliveries)
    assert host.faults.counts == {}


def test_an_event_is_not_overtaken_by_one_of_another_function() -> None:
    host = FakeHost(faults={Fault.REORDERED: 1})
    deliveries = world(host, listener(), function("Other", rules=(SHIPPED,)))
    deliveries.bus.put(entry())
    deliveries.bus.put({**entry(), "Source": "depot"})
    run(host, deliveries)
    assert host.calls[0].function == "Other"
    assert host.faults.counts == {}


def test_an_event_is_not_overtaken_by_one_that_was_before_it() -> None:
    host = FakeHost()
    deliveries = world(host, listener())
    deliveries.bus.put(entry())
    host.faults = FakeFaults({Fault.REORDERED: 1})
    deliveries.bus.put(entry())
    run(host, deliveries)
    assert host.faults.counts == {}


def test_a_rule_hears_its_own_bus_only() -> None:
    host = FakeHost()
    other = RuleTrigger("Placed", "OtherBus", PLACED.pattern)
    deliveries = world(host, listener(), function("Other", rules=(other,)))
    deliveries.bus.put(entry())
    run(host, deliveries)
    assert [call.function for call in host.calls] == ["Listener"]


def test_an_event_may_come_twice() -> None:
    beside = set()
    for seed in range(30):
        host = FakeHost(seed=seed, faults={Fault.DUPLICATE: 1}, duration=2.0)
        deliveries = world(host, listener())
        deliveries.bus.put(entry(1))
        deliveries.bus.put(entry(2))
        quiet: list[bool] = []
        host._script = lambda call, seen=deliveries, said=quiet: said.append(seen.idle) or RETURNED
        assert sorted(run(host, deliveries)) == [1, 1, 2]
        assert not any(quiet)
        assert host.faults.counts == {Fault.DUPLICATE: 1}
        first, second = (call for call in host.calls if call.event["detail"]["number"] == 1)
        assert first.event == second.event
        beside.add(first.ended is not None and second.at < first.ended)
    assert beside == {False, True}


@pytest.mark.parametrize("end", [RAISED, DIED])
def test_a_failed_event_is_retried_after_one_and_two_minutes_then_set_aside(end: Result) -> None:
    host = FakeHost(lambda call: end)
    deliveries = world(host, listener())
    deliveries.bus.put(entry(3))
    assert run(host, deliveries) == [3] * 3
    first, second, third = host.calls
    assert second.at - (first.ended or 0) == pytest.approx(60)
    assert third.at - (second.ended or 0) == pytest.approx(120)
    (message,) = deliveries.failures.landed()["Failed"]
    assert message["requestPayload"] == first.event
    assert message["requestContext"]["condition"] == "RetriesExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 3


def test_a_retry_that_succeeds_ends_the_matter() -> None:
    host = FakeHost(lambda call: RAISED if call.number == 0 else RETURNED)
    deliveries = world(host, listener())
    deliveries.bus.put(entry())
    assert len(run(host, deliveries)) == 2
    assert deliveries.failures.landed() == {}


def test_the_configured_number_of_retries_holds() -> None:
    host = FakeHost(lambda call: RAISED)
    deliveries = world(host, listener(retries=0))
    deliveries.bus.put(entry())
    assert len(run(host, deliveries)) == 1
    assert len(deliveries.failures.landed()["Failed"]) == 1


def test_an_event_past_its_age_is_set_aside() -> None:
    host = FakeHost(lambda call: RAISED)
    deliveries = world(host, listener(max_age=90))
    deliveries.bus.put(entry())
    assert len(run(host, deliveries)) == 2
    (message,) = deliveries.failures.landed()["Failed"]
    assert message["requestContext"]["condition"] == "EventAgeExceeded"


def test_without_a_destination_a_failed_event_is_lost() -> None:
    host = FakeHost(lambda call: RAISED)
    deliveries = world(host, function("Listener", rules=(PLACED,)))
    deliveries.bus.put(entry())
    run(host, deliveries)
    assert deliveries.failures.landed() == {}
    assert "set aside" in host.story[-1]
