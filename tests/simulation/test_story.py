"""The story of a seed tells of what broke, and of no more than a person reads."""

from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from tests.simulation import seed
from tests.simulation.judge import Call
from tests.simulation.people.front import described
from tests.simulation.people.rush import Town
from tests.simulation.processes.story import Story


@pytest.fixture
def story() -> Story:
    """An order of a shop among others."""
    clock = SimpleNamespace(now=1_793_610_000.0)
    story = Story(clock)
    for order in ("ord_1", "ord_2"):
        clock.now += 1.5
        story.tell("OrdersApi/1", f"writes shop_a#{order}/order: version 1")
    story.tell("manager", "PUT /v1/items/TEE of shop_a → 200")
    return story


def test_only_what_names_it_is_told(story: Story) -> None:
    (line,) = story.about(["ord_2", "shop_a", ""])
    assert line.split() == [
        *("09:00:00", "+", "3.000", "s", "OrdersApi/1", "writes"),
        *("shop_a#ord_2/order:", "version", "1"),
    ]


def test_what_is_called_the_same_in_another_shop_is_left_out(story: Story) -> None:
    for shop in ("shop_a", "shop_b"):
        story.tell("InventoryApi/1", "changes sku#TEE/level#hq: version 1→2", f"{shop}#sku#TEE")
    story.tell("stream", "loses TEE")
    named = [line.split()[4] for line in story.about(["TEE", "shop_b"])]
    assert named == ["manager", "InventoryApi/1", "stream"]
    assert len(story.about(["TEE"])) == 4


def test_a_call_is_told_with_what_it_asked_for() -> None:
    headers = {"If-Match": '"3"', "Authorization": "Bearer hidden"}
    call = Call("PATCH", "/v1/orders/ord_1", {"note": None}, headers)
    assert described(call) == 'PATCH /v1/orders/ord_1 {"note":null} If-Match: "3"'
    long = described(Call("POST", "/v1/orders", {"lines": ["TEE"] * 99}))
    assert long.endswith("…")
    assert len(long) == len("POST /v1/orders ") + 80


def test_all_of_a_shop_is_told_where_nothing_else_is_named(story: Story) -> None:
    assert len(story.about(["shop_a"])) == len(story.about([])) == 3


def test_the_last_lines_are_told(story: Story) -> None:
    for number in range(60):
        story.tell("relay", f"step {number}")
    first, *lines = story.about([])
    assert first == "  … 23 lines before"
    assert len(lines) == 40
    assert lines[-1].endswith("step 59")


def test_a_long_line_is_cut(story: Story) -> None:
    story.tell("relay", "x" * 1000)
    assert story.about([])[-1].endswith("x…")
    assert len(story.about([])[-1]) == 240


def test_an_error_of_the_judge_is_a_story_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyError("location")

    monkeypatch.setattr(seed, "_play", fails)
    monkeypatch.setattr(seed, "World", lambda *_: MagicMock())
    outcome = seed.play(1, Town(), MagicMock())
    assert outcome.violation.startswith("not judged: KeyError: 'location' at test_story.py:")
