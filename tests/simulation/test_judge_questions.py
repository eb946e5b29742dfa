"""The judge sees who is asked while it rests, too often, with an old token, or behind another."""

import json
from typing import Any

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks

DAY = "1970-01-01"
AT = "1970-01-01T00:00:00.000Z"


@pytest.fixture
def tale() -> Tale:
    return Tale()


def item(sk: str, carrier: str = "ups", **values: Any) -> tuple[str, dict[str, Any]]:
    return "ShipmentsTable", {"pk": f"carrier#{carrier}", "sk": sk} | values


def look(tale: Tale, invocation: int = 1, carrier: str = "ups") -> None:
    """An invocation reads how a carrier fares."""
    keys = [(f"carrier#{carrier}", "usage")]
    tale.judge.read(0.0, f"process {invocation}", invocation, "ShipmentsTable", keys)


def ask(
    tale: Tale, at: float = 10.0, *, number: str = "1Z", invocation: int = 1, carrier: str = "ups",
    token: str = "", token_ends: float | None = None,
) -> None:  # fmt: skip
    who = f"process {invocation}"
    tale.judge.carrier_asked(at, who, invocation, carrier, number, token, token_ends)


# --- rest -----------------------------------------------------------------------------------------


def test_who_asks_has_looked(tale: Tale) -> None:
    with breaks("resting"):
        ask(tale)
    look(tale)
    ask(tale)


@pytest.mark.parametrize(
    "usage",
    [{"paused_until_ms": 11_000}, {"breaker": [3, 3, 0, 3, 3, 1, 61, 60]}],
)
def test_a_carrier_that_is_known_to_rest(tale: Tale, usage: dict[str, Any]) -> None:
    tale.write(item("usage", version=1, **usage))
    look(tale)
    with breaks("resting"):
        ask(tale, 10.0)
    ask(tale, 61.0)


@pytest.mark.parametrize(("in_a_row", "fails"), [((2, 7), False), ((3, 3), True), ((0, 8), True)])
def test_a_carrier_that_is_not_left_alone(
    tale: Tale, in_a_row: tuple[int, int], fails: bool
) -> None:
    tale.write(item("usage", version=1, breaker=[*in_a_row, 0, 8, 8, 0, 0, 0]))
    look(tale)
    if fails:
        with breaks("resting"):
            ask(tale)
    else:
        ask(tale)


def test_who_looked_before_could_not_know(tale: Tale) -> None:
    look(tale)
    tale.write(item("usage", version=1, paused_until_ms=60_000))
    ask(tale, 10.0)


def test_who_was_told_to_rest(tale: Tale) -> None:
    look(tale)
    ask(tale, 10.0)
    tale.judge.carrier_limited(1, "ups", 40.0)
    with breaks("resting"):
        ask(tale, 39.0)
    ask(tale, 40.0)


@pytest.mark.parametrize("kept", [{}, {"paused_until_ms": 39_000}])
def test_a_rest_that_is_not_kept(tale: Tale, kept: dict[str, Any]) -> None:
    tale.judge.carrier_limited(1, "ups", 40.0)
    with breaks("resting"):
        tale.write(item("usage", version=1, **kept))
    tale.write(item("usage", version=2, **kept), invocation=2)  # who was told nothing of it
    tale.write(item("usage", version=3, paused_until_ms=40_000))


def test_a_rest_of_which_a_write_was_lost(tale: Tale) -> None:
    tale.judge.carrier_limited(1, "ups", 40.0)
    tale.judge.interrupted("process 1", 1, "refused")
    tale.write(item("usage", version=1))


# --- budgets and caps -----------------------------------------------------------------------------


def test_a_budget_that_is_exceeded(tale: Tale) -> None:
    tale.write(item("settings", daily_budget=3))
    tale.write(item("usage", version=1, days={DAY: [1, 0, 0]}))
    look(tale)
    ask(tale)
    ask(tale, number="")  # a token counts as well
    with breaks("budget"):
        ask(tale)


def test_a_budget_begins_anew_each_day(tale: Tale) -> None:
    tale.write(item("settings", daily_budget=3))
    tale.write(item("usage", version=1, days={DAY: [3, 0, 0]}))
    look(tale)
    with breaks("budget"):
        ask(tale)
    ask(tale, 86_401.0)


def asked_by_many(tale: Tale, times: int) -> None:
    for invocation in range(1, times + 1):
        look(tale, invocation)
        ask(tale, invocation=invocation)


def test_a_budget_that_nobody_counts(tale: Tale) -> None:
    tale.write(item("settings", daily_budget=3))
    asked_by_many(tale, 4)  # the usage is never written
    with breaks("budget"):
        tale.settle()


def test_what_was_lost_cannot_be_counted(tale: Tale) -> None:
    tale.write(item("settings", daily_budget=3))
    asked_by_many(tale, 4)
    tale.judge.interrupted("process 4", 4, "killed")
    tale.settle()


def of_dhl() -> Tale:
    """A new shipment of one parcel of DHL's, about which somebody may ask."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment(created_at=AT, parcels=[{"tracking_number": "1", "carrier": "dhl"}]))
    look(tale, carrier="dhl")
    return tale


@pytest.mark.parametrize(("carrier", "is_capped"), [("dhl", True), ("ups", False)])
def test_a_cap(carrier: str, is_capped: bool) -> None:
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    parcels = [{"tracking_number": "1Z", "carrier": carrier}]
    tale.write(tale.shipment(created_at=AT, parcels=parcels))
    look(tale, carrier=carrier)
    for at in (20.0, 30.0, 9400.0):  # repeated at once; and its marks are 2.4 hours apart
        ask(tale, at, carrier=carrier)
        tale.judge.carrier_told(at, "1Z", carrier, [])
    if not is_capped:
        ask(tale, 16_000.0, carrier=carrier)
        return
    sent(tale, 15_999.0, carrier, "any", since=9600.0)
    with breaks("cap"):
        ask(tale, 16_000.0, carrier=carrier)
    ask(tale, 17_300.0, carrier=carrier)


def test_what_fell_due_before_a_rest_is_asked_again_after_it() -> None:
    tale = of_dhl()
    ask(tale, 9400.0, number="1", carrier="dhl")
    tale.judge.carrier_told(9400.0, "1", "dhl", [])
    sent(tale, 15_999.0, "dhl", "dhl#0", since=8000.0)
    ask(tale, 16_000.0, number="1", carrier="dhl")


def test_a_mark_that_no_visit_saw_is_the_next_sweeps() -> None:
    """The one at 8660 s: the last visit was before it, and its question waited until after it."""
    tale = of_dhl()
    ask(tale, 9400.0, number="1", carrier="dhl")
    tale.judge.carrier_told(9400.0, "1", "dhl", [])
    sent(tale, 15_999.0, "dhl", "dhl#0", since=9300.0)
    ask(tale, 16_000.0, number="1", carrier="dhl")


def test_a_question_that_was_not_answered_may_be_asked_again() -> None:
    tale = of_dhl()
    ask(tale, 20.0, number="1", carrier="dhl")
    ask(tale, 4000.0, number="1", carrier="dhl")


# --- tokens ---------------------------------------------------------------------------------------


def test_a_token_that_had_ended(tale: Tale) -> None:
    look(tale)
    ask(tale, 100.0, token_ends=90.0)  # by whose clock?
    with breaks("token"):
        ask(tale, 130.0, token_ends=90.0)


def test_a_token_that_was_refused(tale: Tale) -> None:
    look(tale)
    ask(tale, token="one")
    tale.judge.carrier_refused(1, "one")
    ask(tale, token="two")
    look(tale, 2)
    ask(tale, token="one", invocation=2)  # who may not have heard of it
    with breaks("token"):
        ask(tale, token="one")


def test_a_token_is_got_once_for_all(tale: Tale) -> None:
    look(tale)
    ask(tale, 10.0, number="")
    tale.write(item("token", renew_ms=50_000))
    with breaks("token"):
        ask(tale, 49.0, number="")
    ask(tale, 50.0, number="")


# --- apart from others ----------------------------------------------------------------------------


def sent(tale: Tale, at: float, carrier: str, group: str, since: float = 0.0) -> None:
    told = {"carrier": carrier, "shipments": [[SHOP, "shp_1"]], "since_ms": int(since * 1000)}
    tale.judge.sent(at, json.dumps(told), group)


def test_carriers_that_share_a_group(tale: Tale) -> None:
    sent(tale, 0.0, "ups", "ups#0")
    sent(tale, 0.0, "dhl", "dhl#0")
    with breaks("delayed"):
        sent(tale, 0.0, "ems", "ups#0")


def test_a_question_that_waits_while_another_carrier_is_out(tale: Tale) -> None:
    tale.judge.faults = False
    look(tale)
    sent(tale, 10_000.0, "ups", "ups#0")
    sent(tale, 10_009.0, "ups", "ups#0")
    with breaks("delayed"):
        ask(tale, 10_011.0)
    ask(tale, 10_060.0)  # only the first of a sweep shows who had to wait
    sent(tale, 20_000.0, "ups", "ups#0")
    ask(tale, 20_009.0)


def test_a_question_may_wait_for_its_own_carriers_answer(tale: Tale) -> None:
    """Seed 130, in which DHL took eleven seconds for the message before."""
    tale.judge.faults = False
    look(tale)
    ask(tale, 10_000.0)
    sent(tale, 10_001.0, "ups", "ups#0")
    tale.judge.carrier_done(10_011.0, "dhl")
    tale.judge.carrier_done(10_011.0, "ups")
    ask(tale, 10_013.0)
    sent(tale, 20_001.0, "ups", "ups#0")
    tale.judge.carrier_done(20_003.0, "dhl")
    with breaks("delayed"):
        ask(tale, 20_012.0)


def test_a_question_may_wait_while_anything_fails_and_soon_after(tale: Tale) -> None:
    look(tale)
    sent(tale, 10_000.0, "ups", "ups#0")
    ask(tale, 10_400.0)
    tale.judge.faults = False
    sent(tale, 10_500.0, "ups", "ups#0")
    ask(tale, 10_900.0)
    sent(tale, 12_300.0, "ups", "ups#0")
    with breaks("delayed"):
        ask(tale, 12_311.0)
