"""What was answered as done was done: the judge does not take an answer for the deed."""

import json
from typing import Any

import pytest

from tests.simulation.judge.done import DoneRules
from tests.simulation.judge.fabricated import SHOP, breaks, order_id
from tests.simulation.judge.fabricated_facts import ONE, RETURN, FactTale, delivered
from tests.simulation.judge.verdict import Call, Item

TWO: Item = {"line_id": "line_1", "quantity": 2, "reason": "unwanted"}
NINE = "2026-11-02T09:00:00"
BACK = f"/v1/returns/{RETURN}"


# --- what an answer shows -----------------------------------------------------------------------


def answered(rules: DoneRules, call: Call, body: Any, status: int = 200) -> None:
    rules.asked(call)
    rules.answered(call, status, body)


@pytest.mark.parametrize(
    ("method", "asked", "shown"),
    [
        ("PUT", {"backorder_limit": 3}, {"backorder_limit": 3, "title": "Tee"}),
        ("PUT", {"release_at": f"{NINE}.123456Z"}, {"release_at": f"{NINE}.123Z"}),
        ("PUT", {"credentials": {"key": "x"}}, {"credentials": ["key"]}),
        ("PATCH", {"note": None, "tags": []}, {"note": None, "tags": []}),
        ("PATCH", {"metadata": {"a": None, "b": "2"}}, {"metadata": {"b": "2", "c": "3"}}),
        ("PATCH", {"customer": {"name": "Zoë"}}, {"customer": {"name": "Zoë", "email": "z"}}),
    ],
)
def test_an_answer_shows_what_was_asked_for(method: str, asked: Item, shown: Item) -> None:
    answered(DoneRules(FactTale().judge.world), Call(method, "/v1/items/TEE", asked), shown)


@pytest.mark.parametrize(
    ("method", "asked", "shown"),
    [
        ("PUT", {"backorder_limit": 3}, {"backorder_limit": 2}),
        ("PUT", {"release_at": "2026-11-02T09:00:00Z"}, {"release_at": "2026-11-02T10:00:00Z"}),
        ("PUT", {"title": "Tee"}, {"title": "Cap"}),
        ("PATCH", {"note": "ring twice"}, {"note": None}),
        ("PATCH", {"metadata": {"a": None}}, {"metadata": {"a": "1"}}),
        ("PATCH", {"shipping_address": {"city": "Porto"}}, {"shipping_address": {"city": "Faro"}}),
    ],
)
def test_an_answer_that_shows_something_else(method: str, asked: Item, shown: Item) -> None:
    rules = DoneRules(FactTale().judge.world)
    with breaks("not done"):
        answered(rules, Call(method, "/v1/items/TEE", asked), shown)
    answered(rules, Call(method, "/v1/items/TEE", asked), {"title": "refused"}, status=409)


# --- cancellations ------------------------------------------------------------------------------


def cancelled(units: int, key: str = "") -> tuple[Call, Item]:
    """A call that cancels one unit, and an order with so many cancelled."""
    body = {"reason": "staff", "lines": [{"line_id": "line_1", "quantity": 1}]}
    headers = {"Idempotency-Key": key} if key else {}
    shown = {"id": "line_1", "quantities": {"cancelled": units}}
    return Call("POST", f"{ONE}/cancel", body, headers), {"id": order_id(1), "lines": [shown]}


def test_units_that_were_answered_to_be_cancelled_are() -> None:
    rules = DoneRules(FactTale().judge.world)
    for units, key in ((1, "one"), (1, "one"), (2, "")):
        answered(rules, *cancelled(units, key))
    with breaks("cancelled"):
        answered(rules, *cancelled(2))


# --- returns ------------------------------------------------------------------------------------


@pytest.fixture
def there() -> FactTale:
    """An order of two TEE, delivered, and both may come back."""
    tale = delivered()
    tale.returned("requested", TWO)
    tale.returned("approved", TWO)
    return tale


def arrival(key: str = "", units: int = 1) -> Call:
    """A call that says so many are back."""
    headers = {"Idempotency-Key": key} if key else {}
    lines = [{"line_id": "line_1", "quantity": units, "disposition": "damaged"}]
    return Call("POST", f"{BACK}/receive", {"lines": lines}, headers)


def shown(*, damaged: int = 0, refunded: int = 0, cancelled: int = 0) -> Item:
    """A return as it is answered."""
    line = {"line_id": "line_1", "quantity": 2, "damaged": damaged, "refunded": refunded}
    lines = [line | {"restocked": [], "cancelled": cancelled}]
    return {"id": RETURN, "order_id": order_id(1), "lines": lines}


def test_all_units_that_came_are_noted(there: FactTale) -> None:
    rules = DoneRules(there.judge.world)
    answered(rules, arrival("one"), shown(damaged=1))
    answered(rules, arrival("one"), shown(damaged=1))  # the same call, once more
    answered(rules, arrival(), shown(damaged=2))
    answered(rules, arrival(), shown(damaged=2))  # there is nothing left that could come


def test_a_second_part_that_is_not_noted(there: FactTale) -> None:
    rules = DoneRules(there.judge.world)
    answered(rules, arrival("one"), shown(damaged=1))
    with breaks("returns"):
        answered(rules, arrival("two"), shown(damaged=1))


def test_an_answer_that_comes_late_need_not_know_of_what_came_meanwhile(there: FactTale) -> None:
    """Seed 57: another hand took a part in after the first had been seen, and was told of first."""
    rules, late = DoneRules(there.judge.world), arrival("one")
    rules.asked(late)
    there.returned("approved", TWO | {"damaged": 1}, lines=there.lines(returned=1))
    answered(rules, arrival("two"), shown(damaged=1))
    rules.answered(late, 200, shown(damaged=1))
    with breaks("returns"):
        answered(rules, arrival("two"), shown(damaged=1))


def test_what_is_back_is_refunded(there: FactTale) -> None:
    refund, rules = Call("POST", f"{BACK}/refund", {}), DoneRules(there.judge.world)
    there.returned("approved", TWO | {"damaged": 1}, lines=there.lines(returned=1))
    with breaks("returns"):
        answered(rules, refund, shown(damaged=1))
    answered(rules, refund, shown(damaged=1, refunded=1))


def test_what_came_after_it_was_asked_for_may_wait(there: FactTale) -> None:
    refund, rules = Call("POST", f"{BACK}/refund", {}), DoneRules(there.judge.world)
    rules.asked(refund)
    there.returned("approved", TWO | {"damaged": 1}, lines=there.lines(returned=1))
    rules.answered(refund, 200, shown(damaged=1))


# --- platforms ----------------------------------------------------------------------------------

EARLY, LATE = "2026-11-02T09:05:00Z", "2026-11-02T09:06:00Z"
OBSERVED: Item = {
    "pk": f"{SHOP}#shopify#7", "sk": "observation", "shop_id": SHOP, "version": 2,
}  # fmt: skip


def told(at: str, quantity: int = 1, *, sent: str | None = None) -> Call:
    """A webhook of a platform."""
    document = {
        "id": 7,
        "updated_at": at,
        "line_items": [{"sku": "TEE", "quantity": quantity}],
    }
    headers = {"X-Shopify-Triggered-At": sent} if sent else {}
    return Call("POST", f"/webhooks/shopify/{SHOP}", json.dumps(document), headers)


def sold() -> FactTale:
    """An order of one TEE from a platform."""
    tale = FactTale().ready()
    tale.known()
    world = tale.judge.world
    world.tables["ShopsTable"][OBSERVED["pk"], "observation"] = OBSERVED | {"observed_at": LATE}
    key = (f"{SHOP}#{order_id(1)}", "order")
    lines = [{"line_id": "line_1", "sku": "TEE", "quantity": 1}]
    about = {"shop_id": SHOP, "order_id": order_id(1), "channel": "shopify", "external_id": "7"}
    world.tables["OrdersTable"][key] = about | {"lines": lines, "platform_version": 2}
    return tale


def test_what_a_platform_told_last_is_kept() -> None:
    rules = DoneRules(sold().judge.world)
    answered(rules, told(LATE), None)
    answered(rules, told(EARLY), None)
    rules.settle()


@pytest.mark.parametrize(
    "call",
    [
        told("2026-11-02T09:07:00Z"),
        told(LATE, quantity=2),
        told(LATE, sent="2026-11-02T09:06:00.5Z"),
    ],
    ids=["newer", "more", "later in the second"],
)
def test_what_a_platform_told_and_is_not_kept(call: Call) -> None:
    rules = DoneRules(sold().judge.world)
    answered(rules, told(EARLY), None)
    answered(rules, call, None)
    with breaks("platform"):
        rules.settle()


def test_an_order_that_never_heard_what_its_platform_told_last() -> None:
    tale = sold()
    tale.judge.world.tables["ShopsTable"][OBSERVED["pk"], "observation"]["version"] = 3
    rules = DoneRules(tale.judge.world)
    answered(rules, told(LATE), None)
    with breaks("platform"):
        rules.settle()


def test_a_platforms_order_that_is_not_there() -> None:
    tale = sold()
    del tale.judge.world.tables["OrdersTable"][f"{SHOP}#{order_id(1)}", "order"]
    rules = DoneRules(tale.judge.world)
    answered(rules, told(LATE), None)
    with breaks("platform"):
        rules.settle()


def test_what_was_refused_need_not_be_kept() -> None:
    rules = DoneRules(sold().judge.world)
    answered(rules, told("2026-11-02T09:07:00Z"), None, status=401)
    rules.settle()


def test_the_judge_asks_them() -> None:
    tale = FactTale().ready()
    call = Call("PUT", "/v1/items/TEE", {"title": "Tee"})
    tale.judge.asked(0.0, "client", call)
    with breaks("not done"):
        tale.judge.answered(0.0, "client", call, 200, {}, {"title": "Cap"})
