"""Folding, gathering and budgets: the tables behave as the unit tests' fakes do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notify.ledger.budgets import BudgetTable
from notify.ledger.messages import Cause, Gathered, Reason, State
from notify.ledger.repository import MessageTable
from tests.integration.notify.test_notify_ledger import CAUSE, LATER, MINE, NOW
from tests.unit.notify.memory_ledger import MemoryLedger
from tests.unit.notify.notify_world import ORDER, SHOP, Counters
from waybill.events import EventName
from waybill.ids import random_id

WAITS = replace(
    MINE,
    state=State.WAITING,
    reason=Reason.GATHERING,
    due_at=LATER,
    cause=CAUSE,
    attempt="",
    attempts=0,
)
BESIDE = replace(WAITS, id="msg_2", subject_id="shp_2")
ALERT = replace(WAITS, id="msg_3", order_id="alerts-2026-11-22", event="stock_alert")


@pytest.fixture(params=["fake", "table"])
def ledger(request, aws):
    return (
        MemoryLedger() if request.param == "fake" else MessageTable(aws.table("NotificationsTable"))
    )


@pytest.fixture(params=["fake", "table"])
def counters(request, aws):
    return Counters() if request.param == "fake" else BudgetTable(aws.table("NotificationsTable"))


def fold(ledger):
    other = Cause(EventName.SHIPMENT_CREATED, 1, {"shipment_id": "shp_2"})
    attempt = random_id("att")  # DynamoDB remembers the token of a transaction
    head = replace(WAITS, state=State.SENDING, reason=None, covers=(other,), attempt=attempt)
    gone = replace(
        BESIDE, state=State.FOLDED, reason=None, folded_into="msg_1", due_at=None, cause=None
    )
    return ledger.fold((head, WAITS), [(gone, BESIDE)])


def test_a_fold_puts_all_or_nothing(ledger):
    ledger.add(WAITS)
    ledger.add(BESIDE)
    assert fold(ledger)
    head, beside = ledger.get(SHOP, ORDER, "msg_1"), ledger.get(SHOP, ORDER, "msg_2")
    assert (head.state, head.version, head.covers[0].data) == (
        State.SENDING,
        2,
        {"shipment_id": "shp_2"},
    )
    assert (beside.state, beside.folded_into, beside.due_at) == (State.FOLDED, "msg_1", None)


def test_a_fold_of_what_has_changed_meanwhile_changes_nothing(ledger):
    ledger.add(WAITS)
    ledger.add(BESIDE)
    assert ledger.replace(replace(BESIDE, updated_at=LATER, due_at=NOW), BESIDE)
    assert not fold(ledger)
    assert ledger.get(SHOP, ORDER, "msg_1") == WAITS
    assert ledger.get(SHOP, ORDER, "msg_2").state is State.WAITING


def test_an_alert_gathers_each_entry_once_until_it_is_full_or_gone(ledger):
    assert ledger.gather(ALERT, "a", 2) is Gathered.ADDED
    assert ledger.gather(ALERT, "a", 2) is Gathered.KNOWN
    assert ledger.gather(ALERT, "b", 2) is Gathered.ADDED
    assert ledger.gather(ALERT, "c", 2) is Gathered.FULL
    assert ledger.gather(ALERT, "b", 2) is Gathered.KNOWN
    ledger.count_more(ALERT)
    row = ledger.get(SHOP, ALERT.order_id, ALERT.id)
    assert (row.entries, row.more, row.state) == ({"a", "b"}, 1, State.WAITING)
    assert row.cause == ALERT.cause
    sent = replace(row, state=State.SENT, due_at=None)
    assert ledger.replace(sent, row)
    assert ledger.gather(ALERT, "d", 2) is Gathered.CLOSED
    assert ledger.gather(ALERT, "a", 2) is Gathered.KNOWN
    assert ledger.get(SHOP, ALERT.order_id, ALERT.id).entries == {"a", "b"}


def test_an_alert_that_is_gone_takes_nothing_more_though_there_is_room(ledger):
    ledger.gather(ALERT, "a", 9)
    row = ledger.get(SHOP, ALERT.order_id, ALERT.id)
    assert ledger.replace(replace(row, state=State.SENT, due_at=None), row)
    assert ledger.gather(ALERT, "b", 9) is Gathered.CLOSED
    ledger.count_more(ALERT)
    gone = ledger.get(SHOP, ALERT.order_id, ALERT.id)
    assert (gone.entries, gone.more, gone.version) == ({"a"}, 0, row.version + 1)


def test_an_alert_that_another_puts_just_now_is_gathered_into(aws, monkeypatch):
    table = aws.table("NotificationsTable")
    update = table.update

    def overtaken(*args, **named):
        monkeypatch.setattr(table, "update", update)
        try:
            update(*args, **named)
        finally:
            MessageTable(aws.table("NotificationsTable")).gather(ALERT, "a", 2)

    monkeypatch.setattr(table, "update", overtaken)
    assert MessageTable(table).gather(ALERT, "b", 2) is Gathered.ADDED
    assert MessageTable(table).get(SHOP, ALERT.order_id, ALERT.id).entries == {"a", "b"}


def test_an_alert_that_changed_meanwhile_is_not_sent_without_what_came(ledger):
    ledger.gather(ALERT, "a", 9)
    seen = ledger.get(SHOP, ALERT.order_id, ALERT.id)
    ledger.gather(ALERT, "b", 9)
    assert not ledger.replace(replace(seen, state=State.SENDING, attempt="att_1"), seen)


def test_what_is_spent_is_spent_by_day_spender_and_channel(counters):
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)

    def take(spender="shop", channel="email", date="2026-11-22", weight=1, limit=2):
        return counters.take(SHOP, spender, channel, date, weight=weight, limit=limit, now=now)

    assert [take(), take(), take()] == [True, True, False]
    assert take(date="2026-11-23")
    assert take(channel="sms")
    assert take(spender=ORDER)
    assert take(limit=3)
    assert not take(spender="nobody", limit=0)
    assert [take(spender="big", weight=20, limit=30) for _ in range(3)] == [True, True, False]


def test_what_is_spent_goes_of_itself(aws):
    table = aws.table("NotificationsTable")
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    BudgetTable(table).take(SHOP, "shop", "sms", "2026-11-22", weight=1, limit=5, now=now)
    [item] = table.query_all("pk = :pk", {":pk": f"{SHOP}#shop"})
    assert item["expires_at"] == int(datetime(2026, 11, 29, 9, tzinfo=UTC).timestamp())
