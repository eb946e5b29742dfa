"""The machine bites: an answer that was doctored, or a fact that was not told, is noticed soon."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from tests.simulation.delivery.patterns import Pattern
from tests.stateful.base import DiffersError
from tests.stateful.delivery import Delivery, matches
from tests.stateful.running import play
from tests.stateful.world import Answer, World

_SOON = 60
"""Stories within which each is noticed."""
_OK = 300

Doctor = Callable[[str, Any], Any]


def _row(field: str, change: Callable[[Any], Any]) -> Doctor:
    """Change a field of the first row of a list."""

    def doctor(_: str, body: Any) -> Any:
        first, *rest = body["items"]
        return body | {"items": [first | {field: change(first[field])}, *rest]}

    return doctor


def _field(field: str, change: Callable[[Any], Any]) -> Doctor:
    return lambda _, body: body | {field: change(body[field])}


def _total(body: Any) -> Any:
    return body | {"current_total": body["current_total"] | {"amount": 1}}


# The method, what the path begins with, and what is made of the answer's body.
DOCTORED: dict[str, tuple[str, str, Doctor]] = {
    "a unit more on hand": ("GET", "/v1/stock-levels", _row("on_hand", lambda units: units + 1)),
    "a row of reservations less": (
        "GET",
        "/v1/reservations",
        lambda _, body: body | {"items": body["items"][1:]},
    ),
    "a message another state": ("GET", "/v1/notifications", _row("state", lambda _: "failed")),
    "an order another status": ("GET", "/v1/orders/", _field("status", lambda _: "draft")),
    "another total": ("GET", "/v1/orders/", lambda _, body: _total(body)),
    "another status of a shipment": (
        "POST",
        "/v1/shipments",
        _field("status", lambda _: "delivered"),
    ),
    "another delta of a movement": (
        "POST",
        "/v1/stock-movements",
        _field("delta", lambda units: units - 1),
    ),
}


@contextmanager
def _doctored(method: str, path: str, doctor: Doctor) -> Iterator[None]:
    call = World.call

    def doctored(self: World, asked: str, where: str, *given: Any, **named: Any) -> Answer:
        answer = call(self, asked, where, *given, **named)
        concerned = asked == method and where.startswith(path) and answer.status < _OK
        if not concerned or answer.body.get("items") == []:
            return answer
        if method == "GET" and "items" not in answer.body and "allocation" not in answer.body:
            return answer
        return replace(answer, body=doctor(where, answer.body))

    with patch.object(World, "call", doctored):
        yield


@pytest.mark.parametrize("name", DOCTORED)
def test_a_doctored_answer_is_refused(name: str) -> None:
    with _doctored(*DOCTORED[name]), pytest.raises(DiffersError):
        play(_SOON, 1, Counter(), shrinks=False)


@pytest.mark.parametrize(
    "function",
    ["OrdersInventoryChangeFunction", "OrdersRelayFunction", "InventoryOrderChangeFunction"],
)
def test_a_record_that_nobody_hears_of_is_noticed(function: str) -> None:
    record = Delivery.record

    def deaf(self: Delivery, table: str, told: Mapping[str, Any]) -> None:
        self.lost.add(function)
        record(self, table, dict(told))

    with patch.object(Delivery, "record", deaf), pytest.raises(DiffersError):
        play(_SOON, 1, Counter(), shrinks=False)


def test_who_is_woken_is_who_the_simulator_would_wake() -> None:
    seen: list[tuple[Any, Any]] = []

    def watched(pattern: Any, event: Any) -> bool:
        found = matches(pattern, event)
        if isinstance(event, Mapping) and event.keys() & {"detail-type", "dynamodb"}:
            seen.append((pattern, (event, found)))  # else it is a part of one
        return found

    with patch("tests.stateful.delivery.matches", watched):
        play(5, 3, Counter(), shrinks=False)
    theirs = {id(pattern): Pattern(_as_written(pattern)) for pattern, _ in seen}
    told = Counter(found for _, (_, found) in seen)
    assert min(told[True], told[False]) > 50
    for pattern, (event, found) in seen[:2_000]:
        assert theirs[id(pattern)].matches(event) is found, (pattern, event)


def _as_written(pattern: Any) -> Any:
    """A pattern with the operators' own names again."""
    if isinstance(pattern, dict):
        names = {"starts": "prefix", "ends": "suffix"}
        return {names.get(name, name): _as_written(inner) for name, inner in pattern.items()}
    return [_as_written(each) for each in pattern] if isinstance(pattern, list) else pattern
