"""docs/grants.md: every permission of the functions' code, and where it was seen at work."""

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from tests.support.grants import Grant, codes
from tests.support.template import ROOT

DOCUMENT: Final = ROOT / "docs/grants.md"
_HEAD: Final = """# Grants

What each function's own code may ask of AWS, by template.yaml, and where it was seen asking: over
the end-to-end tests on MiniStack, whose IAM refuses all else; in seeds of the simulator, which a
request without its grant ends; and in the test of tests/integration named here. `make grants` runs
them and writes this page; tests/grants/test_grants.py holds it to the template, so that a grant
that nothing uses, or that nobody has seen used, fails. What Lambda itself does as a function's
role (logs, traces, streams, queues, failures) follows from its triggers:
tests/unit/house/test_template_grants.py.
"""
_ROW: Final = re.compile(r"\| (\w+:\w+) \| (.+?) \| (.*?) \| (.*?) \| (.*?) \|")
_SEEN: Final = "yes"


@dataclass
class Seen:
    """Where permissions were seen at work, each as its text."""

    end_to_end: set[str] = field(default_factory=set)
    simulated: set[str] = field(default_factory=set)
    tests: dict[str, str] = field(default_factory=dict)

    def by(self, grant: Grant) -> tuple[str, str, str]:
        """The cells of a grant's row."""
        name = str(grant)
        return (
            _SEEN if name in self.end_to_end else "",
            _SEEN if name in self.simulated else "",
            self.tests.get(name, ""),
        )

    def unused(self) -> list[Grant]:
        """What nobody was seen to use."""
        return [grant for grant in sorted(codes()) if not any(self.by(grant))]


def document(seen: Seen) -> str:
    """The page."""
    lines = [_HEAD]
    for function, grants in groupby(sorted(codes()), key=lambda grant: grant.function):
        lines.append(f"## {function}\n")
        lines.append("| action | on | end to end | simulator | test |\n|---|---|---|---|---|")
        for grant in grants:
            cells = (grant.action, grant.resource, *seen.by(grant))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def read(text: str) -> Seen:
    """What a page says."""
    seen, function = Seen(), ""
    for line in text.splitlines():
        if line.startswith("## "):
            function = line.removeprefix("## ")
        elif found := _ROW.fullmatch(line):
            action, resource, end_to_end, simulated, test = found.groups()
            name = str(Grant(function, action, resource))
            if end_to_end == _SEEN:
                seen.end_to_end.add(name)
            if simulated == _SEEN:
                seen.simulated.add(name)
            if test:
                seen.tests[name] = test
    return seen
