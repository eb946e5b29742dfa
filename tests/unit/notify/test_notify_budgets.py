"""Budgets: what an order or a shop may send in a day, and what becomes of the rest."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from notify.policy.alerts import entry_from
from notify.policy.budgets import ORDER_BUDGETS, day_of, shop_budget, weight_of
from notify.policy.rules import Channel
from tests.unit.notify.notify_world import (
    CONFIRMED,
    ORDER,
    SHOP,
    World,
    a_world,
    order_event,
    ordinary_life,
    throttled,
)
from waybill.events import EventName

OF_ORDER_MAIL, OF_ORDER_SMS = ORDER_BUDGETS[Channel.EMAIL], ORDER_BUDGETS[Channel.SMS]


def attempts(world: World, times: int) -> None:
    """The carrier says again and again that it could not deliver."""
    for _ in range(times):
        world.notifier.handle(world.moves_to("delivery_attempted"))


def of(world: World, channel: str) -> list[str]:
    return [
        row.state if row.reason is None else f"{row.state}:{row.reason}"
        for row in world.ledger.rows.values()
        if row.channel == channel and row.event == "delivery_attempted"
    ]


def alert(world: World) -> list[dict]:
    return [
        entry_from(entry)
        for row in world.ledger.rows.values()
        if row.event == "budget_spent"
        for entry in row.entries
    ]


def test_a_storm_of_one_order_sends_a_days_budget_and_holds_mails_and_drops_sms():
    world = a_world()
    world.store |= {"alert_email": "staff@shop.example", "time_zone": "Europe/Berlin"}
    attempts(world, 100)
    assert len(world.mail.taken) == OF_ORDER_MAIL
    assert len(world.sms.taken) == OF_ORDER_SMS
    assert of(world, "email").count("waiting:budget") == 100 - OF_ORDER_MAIL
    assert of(world, "sms").count("skipped:budget") == 100 - OF_ORDER_SMS
    held = {row.due_at for row in world.ledger.rows.values() if row.reason == "budget"}
    assert held == {None, "2026-11-22T23:00:00.000Z"}  # midnight in Berlin


def test_the_shop_is_told_once_a_day_and_channel():
    world = a_world()
    world.store |= {"alert_email": "staff@shop.example"}
    attempts(world, 50)
    told = sorted(alert(world), key=lambda entry: entry["channel"])
    day = {"day": "2026-11-22", "number": "1001"}
    assert told == [
        {"channel": "email", "limit": OF_ORDER_MAIL, **day},
        {"channel": "sms", "limit": OF_ORDER_SMS, **day},
    ]


def test_a_storm_tells_the_shop_without_asking_the_ledger_for_each():
    world = a_world()
    world.store |= {"alert_email": "staff@shop.example"}
    calls = world.crash(None).calls
    attempts(world, 200)
    assert calls.count("gather") == 2  # once for each channel


def test_what_was_held_is_counted_on_the_day_on_which_it_goes_out():
    world = a_world()
    attempts(world, 3 * OF_ORDER_MAIL)
    assert len(world.mail.taken) == OF_ORDER_MAIL
    for later, day in enumerate((23, 24), start=2):
        world.now = datetime(2026, 11, day, 0, 1, tzinfo=UTC)
        world.minute()
        assert len(world.mail.taken) == later * OF_ORDER_MAIL
        spent = world.counters.spent[SHOP, ORDER, "email", f"2026-11-{day}"]
        assert spent == OF_ORDER_MAIL


def test_what_was_held_goes_out_the_next_day_if_it_is_still_true():
    world = a_world()
    world.store |= {"message_budgets": {"email": 0}}
    world.notifier.handle(CONFIRMED)
    assert world.states()["order_confirmed"] == "waiting:budget"
    world.store |= {"message_budgets": {"email": 10}}
    world.now = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
    world.minute()
    assert world.states()["order_confirmed"] == "sent"


def test_what_is_past_by_then_is_not_sent():
    world = a_world()
    world.store |= {"message_budgets": {"email": 0}}
    world.notifier.handle(CONFIRMED)
    world.order["status"] = "cancelled"
    world.now = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
    world.minute()
    assert world.states()["order_confirmed"] == "skipped:stale"


def confirms(world: World, numbers: range) -> None:
    """As many orders of the shop are confirmed."""
    for n in numbers:
        world.order["order_id"] = f"ord_{n}"
        event = order_event(EventName.ORDER_CONFIRMED, order_id=f"ord_{n}")
        world.notifier.handle(type(event)(**{**vars(event), "key": f"ord_{n}"}))


def test_a_shops_budget_is_kept_to_the_message_where_it_is_small():
    world = a_world()
    world.store |= {"message_budgets": {"email": 7}}
    confirms(world, range(20))
    assert len(world.mail.taken) == 7
    spent = world.counters.asked
    assert spent == 8  # who knows that it is spent does not ask again


def test_a_budget_that_the_shop_raises_once_it_is_spent_holds_from_then_on():
    world = a_world()
    world.store |= {"message_budgets": {"email": 2}}
    confirms(world, range(4))
    assert len(world.mail.taken) == 2
    world.store |= {"message_budgets": {"email": 5}}
    confirms(world, range(4, 10))
    assert len(world.mail.taken) == 5


def test_a_shop_without_a_budget_has_the_deployments_or_none():
    world = a_world()
    world.notifier.handle(CONFIRMED)
    assert (len(world.mail.taken), world.counters.asked) == (1, 0)
    world = a_world(default_budgets={Channel.EMAIL: 0})
    world.notifier.handle(CONFIRMED)
    assert not world.mail.taken
    world = a_world(default_budgets={Channel.EMAIL: 0})
    world.store |= {"message_budgets": {"email": 5}}
    world.notifier.handle(CONFIRMED)
    assert len(world.mail.taken) == 1


def test_a_message_that_is_tried_again_is_paid_for_once():
    world = a_world()
    world.store |= {"message_budgets": {"email": 1}}
    world.mail.answers = [throttled()]
    world.notifier.handle(CONFIRMED)
    world.minute()
    world.minute()
    assert len(world.mail.taken) == 1
    assert sum(world.counters.spent.values()) == 1


def test_redelivery_of_what_is_held_asks_nobody_again():
    world = a_world()
    world.store |= {"message_budgets": {"email": 0}}
    for _ in range(5):
        world.notifier.handle(CONFIRMED)
    assert world.states()["order_confirmed"] == "waiting:budget"


def test_an_ordinary_life_asks_no_counter():
    world = a_world()
    for event in ordinary_life(world):
        world.notifier.handle(event)
    assert world.counters.asked == 0


@given(st.integers(1, 10_000_000))
def test_a_sample_stands_for_the_whole(limit):
    weights = [weight_of(f"msg_{n}", limit) for n in range(2000)]
    step = max(1, limit // 1000)
    assert set(weights) <= {0, step}
    if step == 1:
        assert sum(weights) == 2000


def test_a_sample_is_drawn_evenly():
    counted = sum(weight_of(f"msg_{n}", 20_000) for n in range(20_000))
    assert 0.9 * 20_000 < counted < 1.1 * 20_000


def test_days_are_those_of_the_shop_over_a_change_of_clocks():
    berlin = {"time_zone": "Europe/Berlin"}
    day = day_of(datetime(2026, 10, 24, 23, 0, tzinfo=UTC), berlin)
    assert (day.date, day.end) == ("2026-10-25", datetime(2026, 10, 25, 23, 0, tzinfo=UTC))
    assert day_of(datetime(2026, 10, 24, 23, 0, tzinfo=UTC), {"time_zone": "Moon"}).date == (
        "2026-10-24"
    )


def test_a_budget_of_nothing_is_a_budget():
    assert shop_budget({"message_budgets": {"sms": 0}}, Channel.SMS, 5) == 0
    assert shop_budget({"message_budgets": {"email": 3}}, Channel.SMS, 5) == 5
    assert shop_budget({}, Channel.SMS, None) is None


def test_what_a_process_has_told_of_is_forgotten_before_it_grows_without_end(monkeypatch):
    monkeypatch.setattr("notify.sending.alerts._MOST_TOLD", 1)
    world = a_world()
    world.store |= {"alert_email": "staff@shop.example"}
    attempts(world, 50)
    assert len(world.notifier.alerts.told) == 1
    assert len(alert(world)) == 2  # asked again, the ledger knows that it was told
