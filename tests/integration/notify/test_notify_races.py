"""Two deliveries at once against the table: its conditions decide which of them may speak."""

from dataclasses import replace

import pytest

from notify.ledger.messages import State
from notify.ledger.repository import MessageTable
from tests.integration.notify.test_notify_ledger import MINE, OTHER, SKIPPED, WAITING
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
        return self._theirs(self.table.get(self.shop_id, order_id, message_id))

    def add(self, message):
        return self._theirs(self.table.add(self._mine(message)))

    def replace(self, message, seen):
        return self.table.replace(self._mine(message), self._mine(seen))

    def due(self, bucket, now, limit):
        found = self.table.due(bucket, now, 1_000)
        return [(SHOP, order, name) for shop, order, name in found if shop == self.shop_id]

    def settle(self, message):
        return self.table.settle(self._mine(message))

    def _theirs(self, found):
        return found and replace(found, shop_id=SHOP)

    def _mine(self, message):
        return replace(message, shop_id=self.shop_id)


def test_of_who_drops_and_who_takes_over_the_first_decides(table):
    table.add(MINE)
    table.settle(WAITING)
    seen = row(table)
    assert table.replace(OTHER, seen)
    taken = row(table)
    assert not table.replace(SKIPPED, seen)
    assert row(table) == taken
    table.settle(replace(WAITING, attempt="att_2"))
    seen = row(table)
    assert table.replace(SKIPPED, seen)
    assert not table.replace(replace(OTHER, attempt="att_3"), seen)
    assert (row(table).state, row(table).version) == (State.SKIPPED, seen.version + 1)
