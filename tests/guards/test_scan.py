"""tests.guards.scan: what conditions a module can ask with."""

import pytest

from tests.guards.scan import UnreadableError, conditions, conditions_of

MODULE = """
TABLE = {1: "a = :a", 2: "b = :b"}
LATER = "c = :c"

class Repository:
    def choose(self, item, seen):
        self.table.put(keys.order(item), condition="version = :v" if seen else "n = :n")

    def by_table(self, n):
        return update_write(keys.level(n) | {}, "SET a = :a", condition=TABLE[n])

    def built(self, seen):
        free = "(attribute_not_exists(l) OR l < :l)"
        if seen:
            condition = f"{free} AND f = :f"
        else:
            condition = LATER
        self.table.update(key, "SET l = :l", condition=condition)

    def handed(self, item):
        return self._put(item, "d = :d") or self._put(item, condition="e = :e")

    def _put(self, item, condition):
        self.table.put(item, condition=condition)

    def checked(self):
        return [check_write(keys.shop(self), "open = :yes"), put_write(item), delete_write(key)]

    def found(self):
        return self.table.query("pk = :pk", {})
"""


def test_every_way_to_say_a_condition_is_read() -> None:
    found = [(one.function, one.write, one.text) for one in conditions_of("m.py", MODULE)]
    assert found == [
        ("Repository.choose", "put order", "version = :v"),
        ("Repository.choose", "put order", "n = :n"),
        ("Repository.by_table", "update_write level", "a = :a"),
        ("Repository.by_table", "update_write level", "b = :b"),
        (
            "Repository.built",
            "update key",
            "(attribute_not_exists(l) OR l < :l) AND f = :f",
        ),
        ("Repository.built", "update key", "c = :c"),
        ("Repository._put", "put item", "d = :d"),
        ("Repository._put", "put item", "e = :e"),
        ("Repository.checked", "check_write shop", "open = :yes"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "table.put(item, condition=made(item))",
        'table.put(item, condition="a = :a" + rest)',
        'table.put(item, condition=f"{count:03}")',
        "table.put(item, condition=NOWHERE)",
        'table.write(item, condition="a = :a")',
    ],
)
def test_what_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(UnreadableError):
        list(conditions_of("m.py", f"def f(table, item):\n    {line}\n"))


def test_the_source_is_read_to_the_end() -> None:
    rooms = {condition.path.partition("/")[0] for condition in conditions()}
    assert rooms == {"inventory", "notify", "orders", "shops", "tracking"}
