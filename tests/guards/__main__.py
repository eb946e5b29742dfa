"""`make guards`: take off every guard in turn, and say which test fails without it."""

import argparse
import json
import sys
from dataclasses import dataclass, field
from typing import Any, Final

from tests.guards.document import DOCUMENT, all_guards, document, killers_of
from tests.guards.records import FOLDER, Record, records, run_pytest
from tests.guards.removal import PLAN, RESULTS
from tests.guards.scan import Guard

_UNREFUSED: Final = 3
"""How many tests are tried, the quickest, in which a guard refused nothing: chance may help."""


@dataclass
class Outcome:
    """What became of a guard."""

    guard: Guard
    asked_by: list[Record] = field(repr=False)
    killer: str = ""
    by: str = ""
    survived: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """In a word."""
        if self.killer:
            return "killed"
        return "SURVIVED" if self.asked_by else "UNREACHED"

    def candidates(self, known: str | None) -> list[str]:
        """The tests that may kill it: the last killer, then who was refused, the quickest first."""
        name = self.guard.condition.name
        quickest = sorted(self.asked_by, key=lambda record: record.seconds)
        refused = [record.test for record in quickest if name in record.refused]
        others = [record.test for record in quickest if name not in record.refused]
        return sorted([*refused, *others[:_UNREFUSED]], key=lambda test: test != known)


def main() -> int:
    """Try the guards whose name has the given text in it, or all; 0 where all are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="a part of a guard's name, or of its file's")
    parser.add_argument("--list", action="store_true", help="only say which test asks what")
    arguments = parser.parse_args()
    chosen = [
        guard
        for guard in all_guards()
        if not arguments.names or any(name in guard.name for name in arguments.names)
    ]
    known = records()
    outcomes = [
        Outcome(guard, [one for one in known if guard.condition.name in one.asks])
        for guard in chosen
    ]
    if not arguments.list:
        _try(outcomes)
        _keep(outcomes)
    for outcome in outcomes:
        _print(outcome)
    return _sum_up(outcomes)


def _try(outcomes: list[Outcome]) -> None:
    before = killers_of(DOCUMENT.read_text()) if DOCUMENT.exists() else {}
    plan = {
        outcome.guard.name: outcome.candidates(before.get(outcome.guard.name))
        for outcome in outcomes
        if outcome.asked_by
    }
    sys.stderr.write(f"taking off {len(plan)} guards\n")
    FOLDER.mkdir(parents=True, exist_ok=True)
    told, asked = FOLDER / "results.jsonl", FOLDER / "plan.json"
    told.unlink(missing_ok=True)
    asked.write_text(json.dumps(plan))
    paths = sorted({test.partition("::")[0] for tests in plan.values() for test in tests})
    said = run_pytest("tests.guards.removal", paths, {PLAN: str(asked), RESULTS: str(told)})
    lines = told.read_text().splitlines() if told.exists() else []
    results: dict[str, Any] = {one["guard"]: one for one in map(json.loads, lines)}
    if len(results) < len(plan):
        sys.stderr.write(said)
    for outcome in outcomes:
        if result := results.get(outcome.guard.name):
            outcome.killer, outcome.by = result["killer"], result["by"]
            outcome.survived, outcome.troubles = result["survived"], result["troubles"]
        elif outcome.asked_by:
            outcome.troubles = ["was not tried: the run ended before"]


def _keep(outcomes: list[Outcome]) -> None:
    killers = killers_of(DOCUMENT.read_text()) if DOCUMENT.exists() else {}
    for outcome in outcomes:
        killers.pop(outcome.guard.name, None)
        if outcome.killer:
            killers[outcome.guard.name] = outcome.killer
    DOCUMENT.write_text(document(killers))


def _print(outcome: Outcome) -> None:
    name = outcome.guard.condition.name
    tables = sorted({table for record in outcome.asked_by for table in record.asks[name]})
    refused = sum(name in record.refused for record in outcome.asked_by)
    print(f"{outcome.state:9} {', '.join(tables)} {outcome.guard.name}")
    if outcome.killer:
        print(f"          by {outcome.killer}: {outcome.by[:150]}")
    elif outcome.asked_by:
        print(f"          asked by {len(outcome.asked_by)} tests, refused in {refused}")
    for trouble in outcome.troubles:
        print(f"          trouble: {trouble[:300]}")


def _sum_up(outcomes: list[Outcome]) -> int:
    states = [outcome.state for outcome in outcomes]
    seen = len(states) - states.count("UNREACHED")
    removed = sum(bool(outcome.killer or outcome.survived) for outcome in outcomes)
    print(
        f"guards seen={seen} removed={removed} killed={states.count('killed')}"
        f" survived={states.count('SURVIVED')} unreached={states.count('UNREACHED')}"
    )
    return 0 if states.count("killed") == len(states) else 1


if __name__ == "__main__":
    sys.exit(main())
