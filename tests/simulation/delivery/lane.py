"""One lane of a stream mapping: the records of a shard, in order, at most one batch in flight."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from tests.simulation.delivery.batches import Batch, Entry, cut
from tests.simulation.delivery.configs import StreamTrigger
from tests.simulation.delivery.responses import failed_items
from tests.simulation.delivery.shapes import invocation_record, random_id, stream_positions
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Host, Result

_RETENTION: Final = 86_400.0  # "Change data capture for DynamoDB Streams": a stream keeps 24 hours
_LONGEST_PAUSE: Final = 60.0
_FARTHEST_BACK: Final = 36
_EARLY: Final = 3


class Lane:
    """What Lambda's poller of one shard does, with the accidents that may happen to it."""

    def __init__(
        self,
        host: Host,
        function: str,
        config: StreamTrigger,
        shard: str,
        discard: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._host = host
        self._function = function
        self._config = config
        self._shard = shard
        self._discard = discard
        self._log: list[Entry] = []
        self._next = 0  # the first position that was in no batch yet
        self._farthest = 0  # where the lane was when it was last set back
        self._again: deque[Batch] = deque()  # batches that failed, in order
        self._busy = False
        self._ghosts = 0
        self._failures = 0  # in a row
        self._resume_at = 0.0
        self._wake_at: float | None = None

    def put(self, entry: Entry) -> None:
        """Add a record at the end."""
        self._log.append(entry)
        self._wake(max(self._lag(), self._window()))

    @property
    def idle(self) -> bool:
        """Whether every record was delivered, and no delivery runs."""
        waits = self._again or self._next < len(self._log)
        return not (waits or self._busy or self._ghosts)

    def describe(self) -> str:
        """What still waits."""
        retried = sum(batch.size for batch in self._again)
        waiting = len(self._log) - self._next
        return (
            f"{self._function} {self._shard}: {waiting} records wait, {retried} come again"
            f"{', a batch runs' if self._busy else ''}"
            f"{f', {self._ghosts} repeated deliveries' if self._ghosts else ''}"
        )

    # ------------------------------------------------------------------------------ polling

    def _lag(self) -> float:
        """Lambda polls a shard four times a second; now and then a shard lags."""
        dice = self._host.dice
        return dice.uniform(1.0, 20.0) if dice.random() < 0.02 else dice.uniform(0.02, 0.3)

    def _window(self) -> float:
        """How long to wait for a batch to fill."""
        full = len(self._log) - self._next >= self._config.batch_size
        return 0.0 if full or self._again else self._config.window

    def _wake(self, delay: float) -> None:
        at = max(self._host.now + delay, self._resume_at)
        if self._busy or (self._wake_at is not None and self._wake_at <= at):
            return
        self._wake_at = at

        def poll() -> None:
            if self._wake_at == at:  # else an earlier poll took its place
                self._wake_at = None
                self._poll()

        self._host.after(at - self._host.now, poll)

    def _poll(self) -> None:
        if (batch := self._take()) is None:
            return
        self._busy = True
        self._invoke(batch, lambda result: self._done(batch, result))
        if self._host.faults.strikes(Fault.DUPLICATE):
            self._repeat(batch)

    def _take(self) -> Batch | None:
        """The next batch, without what is too old to be sent."""
        while self._again or self._next < len(self._log):
            if self._again:
                batch = self._again.popleft()
            else:
                most = min(self._config.batch_size, len(self._log) - self._next)
                size = cut(self._host.dice, most)
                batch = Batch(self._next, self._next + size)
                self._next += size
            young = next(
                (at for at in range(batch.start, batch.end) if not self._too_old(at)), batch.end
            )
            if young > batch.start:
                old = Batch(batch.start, young, invoked=batch.invoked)
                self._give_up(old, "RecordAgeExceeded", None)
            if young < batch.end:
                return Batch(young, batch.end, batch.retried, batch.invoked)
        return None

    def _too_old(self, position: int) -> bool:
        age = self._host.now - self._log[position].at
        limit = self._config.max_age
        return age > (_RETENTION if limit < 0 else min(limit, _RETENTION))

    def _invoke(self, batch: Batch, done: Callable[[Result], None]) -> None:
        records = [entry.record for entry in self._log[batch.start : batch.end]]
        self._host.invoke(self._function, {"Records": records}, done)

    # ----------------------------------------------------------------------------- outcomes

    def _done(self, batch: Batch, result: Result) -> None:
        self._busy = False
        numbers = [entry.number for entry in self._log[batch.start : batch.end]]
        failed = failed_items(result, numbers, partial=self._config.partial)
        if failed == []:
            self._failures = 0
            self._set_back()
        else:
            first = batch.start if failed is None else batch.start + numbers.index(failed[0])
            self._failed(batch, first, result, whole=failed is None)
        self._wake(max(self._host.dice.uniform(0.0, 0.05), self._window()))

    def _failed(self, batch: Batch, first: int, result: Result, *, whole: bool) -> None:
        """Split, retry or give up; splitting is no retry.

        See "Retain discarded records for a DynamoDB event source in Lambda". A failed batch is
        halved where that is configured; one that failed in part is split at the lowest failed
        record, and what is before that is done.
        """
        invoked = batch.invoked + 1
        split = self._config.bisect and (first > batch.start or (whole and batch.size > 1))
        retried = batch.retried if split else batch.retried + 1
        if 0 <= self._config.retries < retried:
            self._give_up(
                Batch(first, batch.end, invoked=invoked), "RetryAttemptsExhausted", result
            )
            return
        self._host.tell(
            self._function, f"{self._shard}: {batch.end - first} of {batch.size} records: {result}"
        )
        if split and whole:
            middle = batch.start + (batch.size + 1) // 2
            pieces = [(batch.start, middle), (middle, batch.end)]
        else:
            pieces = [(first, batch.end)]
        for start, end in reversed(pieces):
            self._again.appendleft(Batch(start, end, retried, invoked))
        if not split:
            self._recut()
        self._pause(first > batch.start)

    def _pause(self, progress: bool) -> None:
        self._failures = 0 if progress else self._failures
        self._resume_at = self._host.now + min(2.0**self._failures, _LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 10)

    def _give_up(self, batch: Batch, condition: str, result: Result | None) -> None:
        """Tell the failure destination where the records are; they themselves are not in it."""
        self._failures = 0
        first, last = self._log[batch.start], self._log[batch.end - 1]
        self._host.tell(
            self._function,
            f"{condition}: {batch.size} records from {first.number} on are discarded",
        )
        if self._config.on_failure is None:
            return
        invocation = invocation_record(
            self._function,
            random_id(self._host.dice),
            condition,
            batch.invoked,
            self._host.now,
            result,
        )
        positions = stream_positions(
            self._config.table,
            self._shard,
            (first.number, last.number),
            (first.at, last.at),
            batch.size,
        )
        self._discard(self._config.on_failure, {**invocation, "DDBStreamBatchInfo": positions})

    # ---------------------------------------------------------------------------- accidents

    def _repeat(self, batch: Batch) -> None:
        """Another poller, which knows nothing of this one, delivers the same batch once more."""
        self._ghosts += 1

        def again() -> None:
            self._host.faults.count(Fault.DUPLICATE)
            self._host.tell(self._function, f"is sent {batch.size} records once more")
            self._invoke(batch, ended)

        def ended(_result: Result) -> None:
            self._ghosts -= 1

        longest = self._host.dice.choice((0.2, 2.0, 30.0))
        self._host.after(self._host.dice.uniform(0.0, longest), again)

    def _recut(self) -> None:
        """A poller that starts again at its checkpoint cuts as it likes, also past the old end."""
        batch = self._again[0]
        most = min(self._config.batch_size, len(self._log) - batch.start)
        # Not after many retries: records that join would have little left of their own quota.
        if batch.retried > _EARLY or most == 1 or not self._host.faults.strikes(Fault.RECUT):
            return
        size = self._host.dice.randint(1, most)
        if size == batch.size:
            return
        self._host.faults.count(Fault.RECUT)
        self._again.clear()
        self._next = batch.start + size
        self._again.append(Batch(batch.start, self._next, batch.retried, batch.invoked))

    def _set_back(self) -> None:
        """A checkpoint got lost: everything from an older one on is delivered again, in order.

        Only past where it last happened, so that every lane comes to its end.
        """
        if self._again or self._next <= self._farthest:
            return
        if not self._host.faults.strikes(Fault.LATE):
            return
        back = self._host.dice.randint(1, min(_FARTHEST_BACK, self._next))
        while back and self._too_old(self._next - back):  # they are in the stream no more
            back -= 1
        if not back:
            return
        self._farthest = self._next
        self._next -= back
        self._resume_at = self._host.now + self._host.dice.uniform(0.0, 60.0)
        self._host.faults.count(Fault.LATE)
        self._host.tell(self._function, f"{self._shard} is set back by {back} records")
