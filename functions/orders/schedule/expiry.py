"""The use case of the schedule: orders that were not paid in time end, and free what they held."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from orders.lifecycle import expire
from orders.schedule.driving import BY_SCHEDULE
from orders.schedule.overdue import Overdue
from orders.writing import OrderMissingError, OrderWriter
from waybill.dynamo import ContentionError, is_transient
from waybill.keys import UNPAID_BUCKETS
from waybill.observability import count, describe_error, logger

MAX_EXPIRED: Final = 1_000
"""Orders a run ends; the rest is the next run's."""
MAX_LOOKED_AT: Final = 20_000
"""Orders a run tries, those included that cannot end."""


class Deadlines(Protocol):
    """Orders by when they are to be paid; see ScheduleRepository."""

    def overdue(self, bucket: int, now: datetime) -> Iterator[Overdue]:
        """Those whose time is over, the longest first."""


@dataclass(frozen=True)
class Expirer:
    """Ends unpaid orders; a payment that is told meanwhile wins, or comes too late."""

    deadlines: Deadlines
    writer: OrderWriter
    max_expired: int = MAX_EXPIRED

    def run(self) -> int:
        """End what is overdue, the longest first; the number of orders that ended.

        The first error is raised at the end: an order that fails by itself stops no other, and
        where AWS refuses, the next run goes on.
        """
        now = self.writer.now()
        rows = [self.deadlines.overdue(bucket, now) for bucket in range(UNPAID_BUCKETS)]
        expired = failed = tried = 0
        failure: Exception | None = None
        for overdue in heapq.merge(*rows):
            if tried - failed >= self.max_expired or tried >= MAX_LOOKED_AT:
                break
            tried += 1
            try:
                expired += self._expire(overdue)
            except ContentionError:  # somebody is at it, perhaps its payment: the next run looks
                continue
            except Exception as error:
                failure = failure or error
                if is_transient(error):
                    break
                failed += 1  # does not use up the run, so that many of them stop nobody either
                logger.error(
                    "order cannot expire",
                    shop_id=overdue.shop_id,
                    order_id=overdue.order_id,
                    **describe_error(error),
                )
        if failure:
            raise failure
        return expired

    def _expire(self, overdue: Overdue) -> bool:
        try:
            before, after = self.writer.change(
                overdue.shop_id, overdue.order_id, BY_SCHEDULE, expire
            )
        except OrderMissingError:  # the index is a second behind
            return False
        if after is before:
            return False
        count("OrdersExpired")
        return True
