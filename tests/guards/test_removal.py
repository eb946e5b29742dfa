"""tests.guards.removal: who decides a guard is found, and who does not decide it kills nothing."""

import json
from pathlib import Path

import pytest

from tests.guards import removal
from tests.guards.document import all_guards
from tests.guards.records import run_pytest

LEDGER = "tests/integration/notify/test_notify_ledger.py"
INDIFFERENT = f"{LEDGER}::test_an_attempt_settles_its_own_row[table]"
DECIDES = f"{LEDGER}::test_the_first_puts_the_row_and_the_others_see_it[table]"
UNFIT = f"{LEDGER}::test_an_attempt_settles_no_row_of_another[table]"


def named(function: str) -> str:
    """A whole condition of the ledger."""
    (found,) = (
        guard.name
        for guard in all_guards()
        if guard.condition.function == f"MessageTable.{function}" and guard.part is None
    )
    return found


def test_guards_are_taken_off_in_turn_and_only_who_decides_one_kills_it(tmp_path: Path) -> None:
    plan = {
        named("add"): [INDIFFERENT, DECIDES],
        named("replace"): [INDIFFERENT],
        named("settle"): [UNFIT],
    }
    asked, told = tmp_path / "plan.json", tmp_path / "results.jsonl"
    asked.write_text(json.dumps(plan))
    files = {removal.PLAN: str(asked), removal.RESULTS: str(told)}
    said = run_pytest("tests.guards.removal", [LEDGER], files)
    assert told.exists(), said
    results = [json.loads(line) for line in told.read_text().splitlines()]
    assert [(r["guard"], r["killer"], r["survived"], r["troubles"]) for r in results] == [
        (named("add"), DECIDES, [INDIFFERENT], []),
        (named("replace"), "", [INDIFFERENT], []),
        (named("settle"), "", [UNFIT], []),
    ]
    assert results[0]["by"].startswith("AssertionError")


def test_a_test_that_never_ends_without_a_guard_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless() -> None:
        with removal._limited():
            while True:
                pass

    monkeypatch.setattr(removal, "_SECONDS_A_TEST", 0.02)
    with pytest.raises(removal.OverrunError):
        endless()
