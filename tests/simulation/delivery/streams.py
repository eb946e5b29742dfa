"""How Lambda reads a DynamoDB stream: one mapping of a stream to a function, shard by shard.

"Process DynamoDB records with Lambda" and "Lambda parameters for Amazon DynamoDB event source
mappings": records of a shard are delivered in order, one batch at a time (ParallelizationFactor
times, then still in order for each partition key); a batch that fails blocks its shard and is
retried until it succeeds, its retries are used up, or it is too old. Delivery is at least once.
"""

from collections.abc import Callable
from typing import Any, Final

from tests.simulation.delivery.batches import Entry
from tests.simulation.delivery.configs import StreamTrigger
from tests.simulation.delivery.lane import Lane
from tests.simulation.delivery.patterns import Filter
from tests.simulation.delivery.shards import Shards
from tests.simulation.processes.host import Host

# "DynamoDB event source mappings support filtering only on the dynamodb key", says the page; the
# CDK's and others' examples filter by the event's name as well, and Lambda does so.
_FILTERED_BY: Final = frozenset({"dynamodb", "eventName"})

Discard = Callable[[str, dict[str, Any]], None]


class StreamMapping:
    """One event source mapping; ``discard`` puts a message into a failure queue."""

    def __init__(
        self,
        host: Host,
        function: str,
        config: StreamTrigger,
        shards: Shards,
        discard: Discard,
    ) -> None:
        self.function = function
        self.config = config
        self._host = host
        self._shards = shards
        self._filter = Filter(config.patterns, _FILTERED_BY)
        self._discard = discard
        self._lanes: dict[tuple[int, int], Lane] = {}

    def put(self, record: dict[str, Any]) -> None:
        """Take a record that the table's stream carries; called in the order of the writes."""
        if not self._filter.accepts(record):
            return
        body = record["dynamodb"]
        (key,) = body["Keys"][self.config.hash_key].values()
        lane = self._lane(self._shards.lane(key, self.config.parallel))
        lane.put(Entry(record, body["SequenceNumber"], self._host.now))

    @property
    def idle(self) -> bool:
        """Whether nothing waits, runs, or is about to come again."""
        return all(lane.idle for lane in self._lanes.values())

    def describe(self) -> list[str]:
        """What still waits, a line each."""
        return [lane.describe() for lane in self._lanes.values() if not lane.idle]

    def _lane(self, number: tuple[int, int]) -> Lane:
        if number not in self._lanes:
            shard = f"shardId-{number[0]:012d}"
            self._lanes[number] = Lane(self._host, self.function, self.config, shard, self._discard)
        return self._lanes[number]
