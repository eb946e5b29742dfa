"""Two deliveries at once against the table: its conditions decide which of them may speak."""

from dataclasses import replace

import pytest

from notify.ledger.messages import Reason, State
from notify.ledger.repository import MessageTable
from tests.integration.notify.test_notify_ledger import FAILED, LATER, MINE, OTHER
from tests.unit.notify.arrival_race import RACES, run
from tests.unit.notify.notify_world import ORDER, SHOP


@pytest.fixture
def table(aws):
    return MessageTable(aws.table("NotificationsTable"))


def row(table):
    return table.get(SHOP, ORDER, "msg_1")


# The unit tests play them all; here those in which most is written.
WRITING = [race for race in RACES if race.answer == "refuses for now"]


@pytest.mark.parametrize("group", range(4))
def test_whoever_comes_first_and_dies_one_sms_tells_of_the_arrival(aws, group):
    notifications = aws.table("NotificationsTable")
    for number, race in enumerate(WRITING[group::4]):
        table = InPartition(MessageTable(notifications), f"shop_{number}")
        run(race, table, table.rows)


class InPartition:
    """The table, with a race's rows under a shop of their own."""

    def __init__(self, table, shop_id):
        self.table, self.shop_id = table, shop_id

    def rows(self):
        return self.table.of_order(self.shop_id, ORDER)

    def get(self, shop_id, order_id, message_id):
        return self.table.get(self.shop_id, order_id, message_id)

    def add(self, message):
        return self.table.add(self._mine(message))

    def take_over(self, message, seen):
        return self.table.take_over(self._mine(message), seen)

    def drop(self, seen, reason, at):
        return self.table.drop(self._mine(seen), reason, at)

    def settle(self, message):
        return self.table.settle(self._mine(message))

    def mark_unknown(self, message, at):
        return self.table.mark_unknown(self._mine(message), at)

    def _mine(self, message):
        return replace(message, shop_id=self.shop_id)


def test_of_who_drops_and_who_takes_over_the_first_decides(table):
    table.add(MINE)
    table.settle(FAILED)
    seen = row(table)
    assert table.take_over(OTHER, seen)
    taken = row(table)
    assert not table.drop(seen, Reason.STALE, LATER)
    assert row(table) == taken
    table.settle(replace(OTHER, state=State.FAILED, reason=Reason.UNAVAILABLE, retryable=True))
    seen = row(table)
    assert table.drop(seen, Reason.STALE, LATER)
    assert not table.take_over(replace(OTHER, attempt="att_3"), seen)
    assert (row(table).state, row(table).version) == (State.SKIPPED, seen.version + 1)
