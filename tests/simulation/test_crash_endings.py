"""When two plays have ended alike, and how what was found is written down and read again."""

from collections import Counter
from typing import Any

import pytest

from tests.simulation.crashes.ending import Ending, differences, ending
from tests.simulation.crashes.points import Call, How, Point, When
from tests.simulation.crashes.seen import Invocation, Seen, carried
from tests.simulation.crashes.table import Row, document, read, rows

SHOP, ORDER = "shop_1", "ord_1"


def order(**changes: Any) -> dict[str, Any]:
    return {"pk": f"{SHOP}#{ORDER}", "sk": "order", "status": "confirmed", "version": 2} | changes


def message(**changes: Any) -> dict[str, Any]:
    row = {"pk": f"{SHOP}#{ORDER}", "sk": "message#msg_1", "channel": "sms", "state": "sent"}
    return row | {"version": 2, "sent_at": "2026-11-02T09:00:00Z"} | changes


def movement(drawn: str, **changes: Any) -> dict[str, Any]:
    return {"pk": f"{SHOP}#movements#SKU-A", "sk": f"mov_{drawn}", "quantity": 1} | changes


def ended(
    *orders: dict[str, Any],
    messages: tuple[dict[str, Any], ...] = (),
    movements: tuple[dict[str, Any], ...] = (),
    taken: tuple[str, ...] = (),
    events: frozenset[str] = frozenset(),
) -> Ending:
    tables = {
        "OrdersTable": orders,
        "NotificationsTable": messages,
        "InventoryTable": movements,
    }
    return ending(tables, Counter(taken), events)


def apart(usual: Ending, after: Ending) -> list[str]:
    return list(differences(usual, after))


def test_an_item_is_what_it_is_without_a_crash() -> None:
    usual = ended(order())
    assert apart(usual, ended(order())) == []
    (text,) = apart(usual, ended(order(status="pending")))
    assert text.endswith("status pending, not confirmed")
    (text,) = apart(usual, ended(order(version=3)))
    assert text.endswith("version 3, not 2")
    (text,) = apart(usual, ended())
    assert "gone: " in text
    (text,) = apart(usual, ended(order(), order(pk=f"{SHOP}#ord_2")))
    assert "too much: " in text


def test_an_instant_is_compared_for_being_there() -> None:
    usual = ended(order(confirmed_at="2026-11-02T09:00:00.123Z"))
    assert apart(usual, ended(order(confirmed_at="2026-11-02T09:01:02.003Z"))) == []
    assert len(apart(usual, ended(order()))) == 1


def test_drawn_ids_are_told_apart_by_what_they_are_of() -> None:
    usual = ended(movements=(movement("aa"), movement("bb", quantity=2)))
    assert apart(usual, ended(movements=(movement("cc", quantity=2), movement("dd")))) == []
    assert len(apart(usual, ended(movements=(movement("cc"), movement("dd"))))) == 1
    assert len(apart(usual, ended(movements=(movement("cc", quantity=2),)))) == 1


def test_what_may_differ_of_one_kind_may_not_of_another() -> None:
    usual = ended(order(), messages=(message(),))
    assert apart(usual, ended(order(), messages=(message(version=4),))) == []
    assert len(apart(usual, ended(order(), messages=(message(state="failed"),)))) == 1


@pytest.mark.parametrize(
    ("taken", "differs"), [(("mail a",), False), ((), True), (("mail a", "mail a"), True)]
)
def test_a_mail_is_taken_once(taken: tuple[str, ...], differs: bool) -> None:
    assert bool(apart(ended(taken=("mail a",)), ended(taken=taken))) is differs


def test_an_event_may_be_told_twice_and_not_be_lost() -> None:
    usual = ended(events=frozenset({"placed"}))
    assert apart(usual, ended(events=frozenset({"placed"}))) == []
    assert apart(usual, ended()) == ["lost: placed"]
    assert apart(ended(), usual) == ["told for nothing: placed"]


def test_an_sms_in_doubt_went_out_once_or_never() -> None:
    usual = ended(messages=(message(),), taken=("sms a", "mail b"))
    doubt = message(state="unknown", reason="interrupted")
    del doubt["sent_at"]
    assert apart(usual, ended(messages=(doubt,), taken=("sms a", "mail b"))) == []
    assert apart(usual, ended(messages=(doubt,), taken=("mail b",))) == []
    assert len(apart(usual, ended(messages=(doubt,), taken=("sms a", "sms a", "mail b")))) == 1
    assert len(apart(usual, ended(messages=(doubt,), taken=("sms a",)))) == 1
    assert len(apart(usual, ended(messages=(message(),), taken=("mail b",)))) == 1
    mail = doubt | {"channel": "email"}
    sent = ended(messages=(message(channel="email"),))
    assert len(apart(sent, ended(messages=(mail,)))) == 1


STREAM = {"Records": [{"eventID": "1"}, {"eventID": "2"}]}
PART = {"Records": [{"eventID": "2"}]}
QUEUE = {"Records": [{"messageId": "m", "body": "{}"}]}
EVENT = {"id": "e", "detail": {}}
TOPIC = {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "s"}}]}
HTTP = {"requestContext": {"http": {"method": "POST"}}, "body": "{}"}


def seen(*invocations: tuple[str, dict[str, Any], int], victim: int | None = None) -> Seen:
    """``invocations``: function, event and effects of each."""
    numbered = enumerate(invocations, start=1)
    all_of_them = {
        number: Invocation(f"{name}Function", carried(event), effects)
        for number, (name, event, effects) in numbered
    }
    return Seen(all_of_them, [] if victim is None else [victim])


@pytest.mark.parametrize(
    ("event", "again", "how"),
    [
        (HTTP, HTTP, How.ASKED_AGAIN),
        (STREAM, PART, How.REDELIVERED),
        (QUEUE, QUEUE, How.REDELIVERED),
        (EVENT, EVENT, How.RETRIED),
        (TOPIC, TOPIC, How.RETRIED),
    ],
)
def test_how_it_came_right_is_told_from_who_came_again(event: Any, again: Any, how: How) -> None:
    usual = seen(("A", event, 1))
    assert seen(("A", event, 0), ("A", again, 1), victim=1).how(usual) is how
    assert seen(("A", event, 1), ("A", again, 0), victim=1).how(usual) is How.NOTHING
    assert seen(("A", event, 1), ("B", again, 1), victim=1).how(usual) is How.NOTHING
    assert seen(("A", event, 1), ("A", {"id": "another"}, 1), victim=1).how(usual) is How.NOTHING


def test_a_schedule_or_ses_did_what_was_left() -> None:
    usual = seen(
        ("NotifyEvent", EVENT, 2), ("NotifySchedule", {}, 0), ("NotifyMailFeedback", {}, 0)
    )
    came = (("NotifyEvent", EVENT, 1), ("NotifyEvent", EVENT, 1))
    assert seen(*came, ("NotifySchedule", {}, 2), victim=1).how(usual) is How.SCHEDULED
    assert seen(*came, ("NotifyMailFeedback", {}, 1), victim=1).how(usual) is How.TOLD
    assert seen(*came, victim=1).how(usual) is How.RETRIED
    ticks = (("NotifySchedule", {"tick": 1}, 0), ("NotifySchedule", {"tick": 1}, 2))
    assert seen(*ticks, victim=1).how(usual) is How.RETRIED


def test_calls_of_a_name_that_end_alike_are_one_row() -> None:
    hows = {1: How.RETRIED, 2: How.RETRIED, 3: How.NOTHING}
    found = [
        (Point(Call(name, ordinal), when), str(how))
        for name, last in (("A Query", 3), ("B GetItem", 1))
        for ordinal, how in list(hows.items())[:last]
        for when in When
    ]
    made = rows(found)
    assert made == [
        Row("A Query", 1, 2, "retried", "retried"),
        Row("A Query", 3, 3, "nothing to do", "nothing to do"),
        Row("B GetItem", 1, 1, "retried", "retried"),
    ]
    assert [pair for row in made for pair in row.points()] == found
    assert made[0].text() == "| A Query | 1 to 2 | retried | retried |"


def test_the_page_is_read_as_it_is_written() -> None:
    point = Point(Call("A Query T: the index x", 1), When.BEFORE)
    other = Point(point.call, When.AFTER)
    names = ("place", "reserve", "cancel", "edit", "expire", "ship", "return", "poll", "notify")
    found = {name: [(point, "retried"), (other, "nothing to do")] for name in names}
    page = "# Page\n\n<!-- generated: points -->\nbehind\n<!-- end -->\n\nprose\n"
    written = document(page, found)
    assert read(written) == found
    assert "behind" not in written
    assert document(written, found) == written
