"""Streams: order, at least once, cutting, filters, accidents."""

import itertools
from collections import Counter

import pytest

from tests.simulation.delivery.benches import Stream, batch
from tests.simulation.delivery.fake_host import (
    DIED,
    RAISED,
    RETURNED,
    Call,
    FakeFaults,
    FakeHost,
    delivered,
    failing,
    numbers,
    record,
)
from tests.simulation.delivery.shards import Shards
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Result


@pytest.mark.parametrize("seed", range(8))
def test_records_of_a_key_stay_in_order_whatever_fails(seed: int) -> None:
    """However batches are cut and retried: a record is done only after all before it."""
    host = FakeHost(seed=seed, cut=None)
    keys = "abcdefgh"
    done: dict[str, list[str]] = {key: [] for key in keys}

    def script(call: Call) -> Result:
        fate = host.dice.random()
        if fate < 0.2:
            return RAISED if fate < 0.1 else DIED
        failed = host.dice.randrange(len(call.numbers)) if fate < 0.5 else len(call.numbers)
        for each in call.event["Records"][:failed]:
            done[each["dynamodb"]["Keys"]["pk"]["S"]].append(each["dynamodb"]["SequenceNumber"])
        return failing(*call.numbers[failed:][:1])

    host._script = script
    stream = Stream(host, Shards(3, b"salt"), batch_size=7, bisect=seed % 2 == 0)
    stream.run(*(record(number, keys[number % 8]) for number in range(200)))
    assert {key: sorted(set(order)) for key, order in done.items()} == done
    assert sum(len(order) for order in done.values()) == 200
    assert host.most_running["Function"] > 1


def test_a_shard_has_one_batch_in_flight() -> None:
    host = FakeHost(cut="one")
    Stream(host).run(*(record(number, str(number)) for number in range(50)))
    assert host.most_running["Function"] == 1
    assert list(delivered(host.calls)) == numbers(50)


def test_parallelization_keeps_the_order_of_a_key() -> None:
    host = FakeHost(cut="one")
    Stream(host, parallel=4).run(*(record(number, "abcdef"[number % 6]) for number in range(60)))
    assert 1 < host.most_running["Function"] <= 4
    for key in range(6):
        own = [number for number in delivered(host.calls) if int(number) % 6 == key]
        assert own == sorted(own)


def test_a_failing_shard_blocks_no_other_and_nothing_passes_in_its_own() -> None:
    shards = Shards(2, b"salt")
    keys = [f"k{n}" for n in range(20)]
    bad = shards.lane(keys[0], 1)
    host = FakeHost(
        lambda call: RAISED if "00000" in call.numbers and host.now < start else RETURNED
    )
    start = host.now + 100
    stream = Stream(host, shards)
    stream.put(record(0, keys[0]))
    host.run(5)
    stream.run(*(record(number, keys[number]) for number in range(1, 20)))
    for number in range(20):
        first = next(
            c for c in host.calls if f"{number:05d}" in c.numbers and host._script(c) == RETURNED
        )
        assert number == 0 or (first.at > start) == (shards.lane(keys[number], 1) == bad)


def test_batches_are_cut_in_many_ways_but_never_beyond_the_batch_size() -> None:
    host = FakeHost(cut=None)
    Stream(host, batch_size=10).run(*batch(400))
    sizes = Counter(len(call.numbers) for call in host.calls)
    assert {1, 3, 10} <= set(sizes)
    assert max(sizes) == 10


def test_a_window_lets_a_batch_fill() -> None:
    host = FakeHost()
    stream = Stream(host, window=5.0, batch_size=10)
    stream.put(record(0))
    host.run(4.0)
    assert host.calls == []
    stream.run(*(record(number) for number in range(1, 4)))
    assert [call.numbers for call in host.calls] == [numbers(4)]


def test_records_that_the_filter_does_not_accept_are_never_seen() -> None:
    host = FakeHost()
    pattern = {"dynamodb": {"NewImage": {"sk": {"S": ["order"]}}}}
    other = {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "level#"}]}}}}
    stream = Stream(host, patterns=(pattern, other))
    removed = record(3)
    del removed["dynamodb"]["NewImage"]
    stream.run(record(0), record(1, sk="parked"), record(2, sk="level#x"), removed, record(4))
    assert list(delivered(host.calls)) == ["00000", "00002", "00004"]


def test_a_duplicate_is_the_same_batch_once_more() -> None:
    found = set()
    for seed in range(20):
        host = FakeHost(seed=seed, faults={Fault.DUPLICATE: 1}, duration=1.0)
        stream = Stream(host, batch_size=3)
        quiet: list[bool] = []
        host._script = lambda call, seen=stream, said=quiet: (
            said.append(seen.mapping.idle) or RETURNED
        )
        stream.run(*batch(6))
        assert not any(quiet)
        assert host.faults.counts == {Fault.DUPLICATE: 1}
        assert Counter(tuple(call.numbers) for call in host.calls)[tuple(numbers(3))] == 2
        found.add(host.most_running["Function"])
    assert found == {1, 2}  # at times beside another delivery, at times later


def test_a_stream_that_is_set_back_delivers_again_in_order() -> None:
    host = FakeHost(cut="one", faults={Fault.LATE: 3})
    Stream(host).run(*batch(60))
    order = [int(number) for number in delivered(host.calls)]
    backs = [(a, b) for a, b in itertools.pairwise(order) if b != a + 1]
    assert len(backs) == 3 == host.faults.counts[Fault.LATE]
    assert all(0 <= a - b < 36 for a, b in backs)
    assert set(order) == set(range(60))


def test_a_stream_is_set_back_to_what_is_still_in_it_alone() -> None:
    host = FakeHost(cut="one")
    stream = Stream(host, max_age=1_000)
    stream.run(*batch(20))
    host.now += 10_000.0
    host.faults = FakeFaults({Fault.LATE: 1_000_000})
    stream.run(*(record(number) for number in range(20, 25)))
    told = Counter(int(number) for number in delivered(host.calls))
    assert host.faults.counts[Fault.LATE]
    assert set(told) == set(range(25))
    assert {number for number, times in told.items() if times > 1} <= set(range(20, 25))
    assert stream.discarded == []


def test_setting_back_comes_to_an_end_however_often_it_strikes() -> None:
    host = FakeHost(cut="one", faults={Fault.LATE: 1_000_000})
    Stream(host).run(*batch(40))
    assert len(host.calls) < 40 * 37


def test_a_retried_batch_may_be_cut_differently_and_loses_nothing() -> None:
    sizes = set()
    for seed in range(20):
        host = FakeHost(
            lambda call: RAISED if call.number == 0 else RETURNED,
            seed=seed,
            faults={Fault.RECUT: 1},
        )
        stream = Stream(host, batch_size=20)
        stream.put(*batch(5))
        host.run(25)
        stream.run(*(record(number) for number in range(5, 10)))
        assert list(delivered(host.calls[1:])) == numbers(10)
        assert host.faults.counts[Fault.RECUT] == (len(host.calls[1].numbers) != 5)
        if host.faults.counts[Fault.RECUT]:
            sizes.add(len(host.calls[1].numbers))
    assert {1, 2, 3, 4} <= sizes


def test_a_recut_batch_may_reach_past_its_old_end() -> None:
    longest = 0
    for seed in range(20):
        host = FakeHost(
            lambda call: RAISED if call.number == 0 else RETURNED,
            seed=seed,
            faults={Fault.RECUT: 1},
            duration=60.0,
        )
        stream = Stream(host)
        stream.put(*batch(2))
        host.run(50)
        stream.run(*(record(number) for number in range(2, 9)))
        assert list(delivered(host.calls[1:])) == numbers(9)
        longest = max(longest, len(host.calls[1].numbers))
    assert longest > 2


def test_waiting_records_are_told() -> None:
    host = FakeHost(lambda call: RAISED)
    stream = Stream(host)
    stream.put(*batch(3))
    host.run(40)
    assert not stream.mapping.idle
    assert stream.mapping.describe() == [
        "Function shardId-000000000000: 0 records wait, 3 come again"
    ]
