"""What was used is added up, shared, priced and printed: on amounts counted by hand."""

import datetime as dt
import re

import pytest

from bench.cost.prices import MESSAGES, Assumed, Prices, Standing, read_prices
from bench.cost.report import Figures, figures, goals, line, rooms, steps, written
from bench.cost.standing import lines, queues
from bench.cost.tally import Key, Tally, Use
from tests.simulation.delivery.configs import (
    FunctionConfig,
    QueueConfig,
    QueueTrigger,
    ScheduleTrigger,
    Wiring,
)

DOLLAR = Prices("here", dt.date(2026, 11, 27), dict.fromkeys(Use, 1.0), Standing(0.1, 0.3, 0.4, 15))
ASSUMED = Assumed(1, 1, 0.05, {"dynamodb": 5, "carrier": 300})


def tally(*uses: tuple[str, str, Use, float]) -> Tally:
    made = Tally()
    for use in uses:
        made.add(*use)
    return made


LIFE = tally(
    ("place", "orders", Use.WRITE_UNIT, 4),
    ("place", "orders", Use.WRITE_UNIT, 1),
    ("ship", "tracking", Use.WRITE_UNIT, 2),
    ("ship", "tracking, carrier", Use.WRITE_UNIT, 1),
    ("ship", "shops", Use.WRITE_UNIT, 7),
    ("ship", "notify", Use.MAIL, 3),
    ("ship", "notify", Use.CALL, 100),
)


def test_uses_of_one_place_are_one_amount():
    assert LIFE.amounts[Key("place", "orders", Use.WRITE_UNIT)] == 5
    assert LIFE.total(Use.WRITE_UNIT) == 15
    assert LIFE.per(5).total(Use.WRITE_UNIT) == 3


def test_what_nobody_caused_is_taken_off_whatever_step_it_is_counted_in():
    idle = tally(("setup", "orders", Use.WRITE_UNIT, 2), ("setup", "shops", Use.READ_UNIT, 9))
    left = LIFE - idle
    assert left.total(Use.WRITE_UNIT, lambda key: key.room == "orders") == 3
    assert left.total(Use.WRITE_UNIT, lambda key: key.room == "shops") == 7
    assert left.total(Use.READ_UNIT) == 0


def test_more_idle_than_used_is_nothing_and_no_credit():
    assert not (LIFE - tally(("x", "orders", Use.WRITE_UNIT, 50))).total(
        Use.WRITE_UNIT, lambda key: key.room == "orders"
    )


def test_requests_cost_what_they_consume_and_messages_may_be_left_out():
    assert DOLLAR.dollars(LIFE) == 15 + 3
    assert DOLLAR.dollars(LIFE, MESSAGES) == 15


def test_the_core_has_four_rooms_with_what_stands_for_a_carrier_in_them():
    assert figures(LIFE, DOLLAR) == Figures(core=8, all=15, dollars=15_000_000)


def test_the_line_is_plain_decimals():
    text = line(Figures(1, 2.5, 3), Figures(1e6, 0, 1e-9))
    assert text == (
        "cost core_solo=1.00 core_grouped=1000000.00 all_solo=2.50 all_grouped=0.00"
        " dollars_solo=3.00 dollars_grouped=0.00"
    )


def test_a_row_for_each_step_and_room_with_what_it_wrote():
    rows = list(steps(LIFE, DOLLAR))
    assert [row.split()[:2] for row in rows[1:-1]] == [
        ["place", "orders"],
        ["ship", "tracking"],
        ["ship", "tracking,"],
        ["ship", "shops"],
        ["ship", "notify"],
    ]
    assert rows[-1].startswith("an order's life")
    assert re.search(r" 15\.00 ", rows[-1])


def test_a_room_that_wrote_nothing_is_named_too():
    assert written(LIFE, {"orders", "reports"}) == {
        "orders": 5,
        "reports": 0,
        "tracking": 2,
        "tracking, carrier": 1,
        "shops": 7,
    }
    printed = list(rooms(LIFE, LIFE.per(2), {"orders", "reports"}))
    assert ["reports", "0.00", "0.00"] in [row.split() for row in printed]
    assert printed[-1] == "core: orders, inventory, tracking, notify; all: orders, reports"


def test_a_goal_holds_up_to_its_figure():
    printed = [row.split() for row in goals(Figures(48, 68.01, 85), Figures(40.5, 56, 0))]
    assert [(row[4], row[7]) for row in (printed[1], printed[2])] == [
        ("holds", "above"),
        ("above", "holds"),
    ]


def test_a_function_s_own_time_is_stretched_by_its_share_of_a_core_and_waiting_is_not():
    assert ASSUMED.seconds(0.010, 1769, []) == pytest.approx(0.010)
    assert ASSUMED.seconds(0.010, 4000, []) == pytest.approx(0.010)
    assert ASSUMED.seconds(0.010, 512, ["dynamodb", "carrier"]) == pytest.approx(
        0.010 * 1769 / 512 + 0.305
    )


def test_every_kind_of_use_has_a_list_price_with_its_page_and_a_date():
    prices, assumed = read_prices()
    assert prices.as_of >= dt.date(2026, 11, 27)
    assert set(prices.each) == set(Use) - {Use.CALL}
    assert prices.each[Use.WRITE_UNIT] == pytest.approx(0.625e-6)
    assert set(assumed.latency_ms) >= {"dynamodb", "events", "sqs", "sesv2", "sns", "carrier"}


def test_what_a_month_costs_without_orders_is_how_often_times_how_much():
    config = FunctionConfig(
        "Minute",
        "room.on_schedule.lambda_handler",
        20,
        {},
        queues=(QueueTrigger("Tasks"), QueueTrigger("Others")),
        schedules=(ScheduleTrigger("s", 60, {}),),
    )
    wiring = Wiring(
        {"Minute": config},
        {"Tasks": QueueConfig("Tasks", fifo=True), "Others": QueueConfig("Others")},
    )
    idle = {"Minute": tally(("clock", "room", Use.READ_UNIT, 2))}
    printed = [line.split() for line in lines(wiring, idle, Tally(), DOLLAR)]
    assert printed[1] == ["Minute", "43800", "0", "2.0", "87600.00"]
    assert printed[2] == ["Tasks,", "empty", "657000", "657000.00"]
    assert list(queues(wiring)) == [(Use.FIFO, "Tasks"), (Use.QUEUE, "Others")]
