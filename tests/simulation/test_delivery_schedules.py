"""Schedules, and the readers of a table together."""

import itertools
from collections.abc import Mapping

import pytest

from tests.simulation.delivery.benches import function, world
from tests.simulation.delivery.configs import (
    ScheduleTrigger,
    StreamTrigger,
)
from tests.simulation.delivery.fake_host import (
    FakeHost,
    record,
)
from tests.simulation.processes.faults import Fault


def ticking(faults: Mapping[Fault, int] | None = None, minutes: int = 10) -> FakeHost:
    """A host after some minutes of a schedule that ticks once a minute."""
    host = FakeHost(faults=faults)
    schedule = ScheduleTrigger("Sweep", 60, {"sweep": True})
    deliveries = world(host, function("Planner", schedules=(schedule,)))
    host.run(1_000.0)
    assert host.calls == []
    deliveries.start()
    host.run(minutes * 60.0)
    assert deliveries.idle
    deliveries.stop()
    host.run()
    return host


def test_a_schedule_ticks_at_its_rate() -> None:
    host = ticking()
    assert len(host.calls) == 10
    assert host.calls[0].event == {"sweep": True}
    pauses = [b.at - a.at for a, b in itertools.pairwise(host.calls)]
    assert pauses == pytest.approx([60.0] * 9, abs=1.5)


def test_a_schedule_may_miss_a_tick_or_tick_twice() -> None:
    host = ticking({Fault.MISSED_TICK: 2, Fault.DOUBLE_TICK: 3})
    assert len(host.calls) == 10 - 2 + 3
    assert host.faults.counts == {Fault.MISSED_TICK: 2, Fault.DOUBLE_TICK: 3}


def test_a_schedule_that_was_stopped_and_started_ticks_once_a_minute() -> None:
    host = FakeHost()
    schedule = ScheduleTrigger("Sweep", 60, {})
    deliveries = world(host, function("Planner", schedules=(schedule,)))
    deliveries.start()
    deliveries.stop()
    deliveries.start()
    host.run(600.0)
    assert len(host.calls) == 10


def test_one_functions_schedules_tick_when_they_are_told_to() -> None:
    host = FakeHost()
    schedule = ScheduleTrigger("Sweep", 60, {})
    names = ("Planner", "Checker")
    deliveries = world(host, *(function(name, schedules=(schedule,)) for name in names))
    deliveries.fire("Checker")
    host.run(60.0)
    assert [call.function for call in host.calls] == ["Checker"]


def test_a_record_may_be_lost_for_one_reader_alone() -> None:
    host = FakeHost(cut="one")
    names = ("First", "Second")
    readers = [function(name, streams=(StreamTrigger("Table"),)) for name in names]
    deliveries = world(host, *readers)
    for number in range(3):
        deliveries.put("Table", record(number), lost_for="Second" if number == 1 else None)
    host.run()
    heard = {name: [n for c in host.calls if c.function == name for n in c.numbers]
             for name in names}  # fmt: skip
    assert [len(heard[name]) for name in names] == [3, 2]


def test_all_readers_of_a_table_share_its_shards() -> None:
    counts = set()
    for seed in range(40):
        host = FakeHost(seed=seed, cut="one", duration=10.0)
        readers = [
            function(name, streams=(StreamTrigger("Table"),)) for name in ("First", "Second")
        ]
        deliveries = world(host, *readers)
        for number in range(40):
            deliveries.put("Table", record(number, f"key{number}"))
        host.run()
        first, second = host.most_running["First"], host.most_running["Second"]
        assert first == second
        counts.add(first)
    assert counts == {3, 4}
