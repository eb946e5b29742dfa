"""Pages of an order's messages."""

from dataclasses import replace

import pytest

from notify.ledger.listing import page_of
from notify.ledger.messages import State
from tests.unit.notify.notify_world import a_world, ordinary_life
from waybill.problems import InvalidCursor


def messages():
    world = a_world()
    for event in ordinary_life(world):
        world.notifier.handle(event)
    rows = list(world.ledger.rows.values())
    return [*rows[:2], replace(rows[2], state=State.FAILED), *rows[3:]]


def test_pages_are_newest_first_and_miss_nothing():
    rows = messages()
    seen, start = [], None
    for _ in range(10):
        page, start = page_of(rows, state=None, start=start, limit=3)
        seen += page
        if start is None:
            break
    assert [row.created_at for row in seen] == sorted((r.created_at for r in rows), reverse=True)
    assert len(seen) == len(rows) == 4


def test_a_full_last_page_has_no_cursor():
    page, last = page_of(messages(), state=None, start=None, limit=4)
    assert len(page) == 4
    assert last is None


def test_a_state_filters():
    page, last = page_of(messages(), state=State.FAILED, start=None, limit=1)
    assert [row.state for row in page] == [State.FAILED]
    assert last is None


@pytest.mark.parametrize("start", [{}, {"created_at": 1, "id": "x"}, {"created_at": "x"}])
def test_a_position_of_another_list_is_refused(start):
    with pytest.raises(InvalidCursor):
        page_of([], state=None, start=start, limit=1)
