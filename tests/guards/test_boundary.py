"""tests.guards.boundary: conditions are known by the place that asks, and only one is taken off."""

from collections.abc import Iterator
from dataclasses import replace
from types import CodeType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.dynamodb_local.pairs import TABLE
from tests.guards.boundary import Boundary, watched
from tests.guards.scan import Condition, Guard, conditions_of, guards_of
from tests.support.memory_dynamo import MemoryDynamo, memory_tables
from tests.support.template import ROOT
from waybill.dynamo import (
    ConditionFailedError,
    Table,
    TransactionCancelledError,
    put_write,
    update_write,
)

PATH = "orders/asking.py"
SOURCE = """
def add(table, item):
    table.put(
        item,
        condition="attribute_not_exists(pk)",
    )

def two(table, one, other):
    table.transact([
        put_write(one, condition="attribute_not_exists(pk)"),
        put_write(
            other,
            condition="attribute_not_exists(pk) AND attribute_not_exists(sk)",
        ),
        put_write(dict(one, sk="9")),
    ])

def add_to(table, key):
    table.update(key, "SET n = n + :n", values={":n": 1}, condition="attribute_exists(pk)")

def add_all(table, key):
    update = "SET n = n + :n"
    table.transact([
        update_write(key, update, values={":n": 1}, condition="attribute_exists(pk)"),
    ])

def unread(table, item):
    table.put(item, condition="attribute_not_exists(" + "pk)")
"""
ONE, OTHER = {"pk": "a", "sk": "1"}, {"pk": "a", "sk": "2"}


@pytest.fixture(scope="module")
def _tables() -> Iterator[None]:
    with memory_tables():
        yield


@pytest.fixture
def boundary() -> Iterator[Boundary]:
    known = conditions_of(PATH, SOURCE.partition("def unread")[0])
    made = Boundary(list(known))
    with watched(made):
        yield made


@pytest.fixture
def table(_tables: None) -> Table:
    return Table(MemoryDynamo(lambda: 1_800_000_000.0), TABLE)


@pytest.fixture
def room(boundary: Boundary) -> dict[str, Any]:
    """The source above as if it stood in functions/."""
    code: CodeType = compile(SOURCE, str(ROOT / "functions" / PATH), "exec")
    functions: dict[str, Any] = {"put_write": put_write, "update_write": update_write}
    exec(code, functions)
    return functions


def stored(table: Table) -> list[Any]:
    return [(item["pk"], item["sk"]) for item in table.client.items(TABLE)]


def named(boundary: Boundary, function: str, write: str) -> Condition:
    (found,) = (
        one for one in boundary._of_file[PATH] if (one.function, one.write) == (function, write)
    )
    return found


def test_a_condition_is_seen_where_it_is_asked_and_when_it_refuses(
    boundary: Boundary, table: Table, room: dict[str, Any]
) -> None:
    room["add"](table, ONE)
    add = named(boundary, "add", "put item")
    assert (boundary.seen, boundary.refused) == ({add: {TABLE}}, set())
    with pytest.raises(TransactionCancelledError):
        room["two"](table, ONE, OTHER)
    one, other = named(boundary, "two", "put_write one"), named(boundary, "two", "put_write other")
    assert (set(boundary.seen), boundary.refused) == ({add, one, other}, {one})
    with pytest.raises(ConditionFailedError):
        room["add"](table, ONE)
    assert boundary.refused == {add, one}
    assert (boundary.unknown, boundary.taken, stored(table)) == (set(), 0, [("a", "1")])


def test_only_the_guard_is_taken_off(
    boundary: Boundary, table: Table, room: dict[str, Any]
) -> None:
    room["add"](table, ONE)
    boundary.guard = Guard(named(boundary, "two", "put_write one"))
    room["two"](table, ONE, OTHER)
    assert boundary.taken == 1
    with pytest.raises(TransactionCancelledError):  # by the other's own condition
        room["two"](table, ONE, OTHER)
    with pytest.raises(ConditionFailedError):
        room["add"](table, ONE)
    assert (stored(table), boundary.malformed) == ([("a", "1"), ("a", "2"), ("a", "9")], [])


def test_a_part_of_a_condition_is_taken_off(
    boundary: Boundary, table: Table, room: dict[str, Any]
) -> None:
    whole, *parts = guards_of(named(boundary, "two", "put_write other"))
    assert [part.left for part in parts] == ["attribute_not_exists(sk)", "attribute_not_exists(pk)"]
    table.put(OTHER)
    for guard, refused in [(parts[0], True), (parts[1], True), (whole, False)]:
        boundary.guard = guard
        if refused:
            with pytest.raises(TransactionCancelledError):
                room["two"](table, ONE, OTHER)
        else:
            room["two"](table, ONE, OTHER)
    assert boundary.taken == 3


def test_what_the_scan_does_not_know_is_told(
    boundary: Boundary, table: Table, room: dict[str, Any]
) -> None:
    room["unread"](table, ONE)
    assert boundary.unknown == {f"{PATH}:28: attribute_not_exists(pk)"}
    assert boundary.seen == {}


def test_what_tests_ask_is_none_of_the_products(boundary: Boundary, table: Table) -> None:
    table.put(ONE, condition="attribute_not_exists(pk)")
    assert (boundary.seen, boundary.unknown) == ({}, set())


def test_a_request_that_was_broken_here_is_told(
    boundary: Boundary, table: Table, room: dict[str, Any]
) -> None:
    add = named(boundary, "add", "put item")
    boundary.guard = replace(Guard(add), left="no condition at all")
    with pytest.raises(BaseException, match="no condition at all"):
        room["add"](table, ONE)
    assert len(boundary.malformed) == 1


def test_a_write_that_is_refused_without_its_guard_too_is_told_apart(
    boundary: Boundary, table: Table, room: dict[str, Any]
) -> None:
    boundary.guard = Guard(named(boundary, "add_to", "update key"))
    with pytest.raises(ClientError):
        room["add_to"](table, ONE)
    boundary.guard = Guard(named(boundary, "add_all", "update_write key"))
    with pytest.raises(TransactionCancelledError):
        room["add_all"](table, ONE)
    assert (boundary.unfit, boundary.malformed, boundary.refused) == (2, [], set())
