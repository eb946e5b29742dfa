"""Writes what is generated inside documents written by hand; `--check` says whether it is behind.

Such a part stands between `<!-- generated: name -->` and `<!-- end -->`: the carriers that are
asked, in docs/carriers.md, and the indexes, in docs/data-model.md.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parents[1]

if TYPE_CHECKING:
    from tracking.carriers.base import Adapter, Limits

_PART: Final = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TABLE: Final = re.compile(r"^  (\w+):\n    Type: AWS::DynamoDB::Table$", re.MULTILINE)
_INDEX: Final = re.compile(r"^        - IndexName: (\w+) # (.+)$", re.MULTILINE)
_KEY: Final = re.compile(r"AttributeName: (\w+), KeyType")
_PROJECTED: Final = re.compile(r"ProjectionType: (\w+)(?:, NonKeyAttributes: \[([^]]+)\])?")


def carriers() -> str:
    """Tell which carriers are asked, through whom, and which are only known by their numbers."""
    for folder in (ROOT / "functions", ROOT / "layers" / "shared" / "python"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from tracking.carriers.registry import ADAPTERS, EASYPOST_NAMES  # noqa: PLC0415
    from tracking.numbers.formats import FORMATS  # noqa: PLC0415

    rows = (_row(name, adapter) for name, adapter in sorted(ADAPTERS.items()))
    through = EASYPOST_NAMES.keys() - ADAPTERS
    known = {row.carrier for row in FORMATS} - ADAPTERS.keys() - through
    return "".join(
        (
            _head(
                "carrier",
                "what is asked",
                "credentials",
                "in one request",
                "limits kept without being told",
            ),
            *rows,
            f"\nThrough EasyPost: {_names(through)}.\n",
            f"\nRecognised by number, and not asked about: {_names(known)}.\n",
        )
    )


def indexes() -> str:
    """Tell of each index in template.yaml its keys, and what its comment says that it holds."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    tables = [(found.start(), found[1]) for found in _TABLE.finditer(text)]
    rows = []
    for found in _INDEX.finditer(text):
        table = next(name for start, name in reversed(tables) if start < found.start())
        following = text[found.end() : text.index("Projection:", found.end())]
        names = ", ".join(f"`{name}`" for name in _KEY.findall(following))
        projected = _PROJECTED.search(text, found.end())
        holds = found[2] + (_projection(*projected.groups()) if projected else "")
        rows.append(f"| {table} | `{found[1]}` | {names} | {holds} |\n")
    return _head("table", "index", "keys", "holds") + "".join(rows)


PARTS: Final[dict[str, Callable[[], str]]] = {"carriers": carriers, "indexes": indexes}
DOCUMENTS: Final = (ROOT / "docs" / "carriers.md", ROOT / "docs" / "data-model.md")


def generated(text: str) -> str:
    """Return a document's text with its parts as they are to be."""
    return _PART.sub(lambda part: part[1] + PARTS[part[2]]() + part[3], text)


def main(arguments: list[str] | None = None) -> int:
    """Write the parts, or check them."""
    parser = argparse.ArgumentParser(prog="python -m local.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether they are behind")
    check = parser.parse_args(arguments).check
    behind = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        wanted = generated(text)
        if text != wanted:
            behind.append(path.relative_to(ROOT))
        if not check:
            path.write_text(wanted, encoding="utf-8")
    if check and behind:
        print(f"behind, run `make docs`: {', '.join(map(str, behind))}", file=sys.stderr)
        return 1
    return 0


def _head(*columns: str) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"


def _row(name: str, adapter: Adapter) -> str:
    summary = (adapter.__doc__ or "").splitlines()[0].partition(": ")[2].rstrip(".")
    credentials = _names(adapter.CREDENTIALS) + (
        ": an access token is got by OAuth 2, for all workers" if adapter.OAUTH else ""
    )
    batch = adapter.LIMITS.batch
    many = f"{batch} number{'s' if batch > 1 else ''}"
    return f"| `{name}` | {summary} | {credentials} | {many} | {_limits(adapter.LIMITS)} |\n"


def _limits(limits: Limits) -> str:
    told = [
        f"{limits.seconds_between:g} s between requests" if limits.seconds_between else "",
        f"{limits.daily_budget} a UTC day" if limits.daily_budget else "",
        f"{limits.per_shipment_daily_cap} a shipment and day"
        if limits.per_shipment_daily_cap
        else "",
    ]
    return ", ".join(filter(None, told)) or "none"


def _projection(kind: str, names: str | None) -> str:
    if kind == "INCLUDE":
        return f"; with {_names((names or '').split(', '))}"
    return "; keys only" if kind == "KEYS_ONLY" else ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


if __name__ == "__main__":
    raise SystemExit(main())
