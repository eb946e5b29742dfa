"""What the documents promise in numbers, calls and commands is what the code has.

What a promise means is proven elsewhere: docs/proofs.md says where, and that is there.
"""

import re

import pytest

from local import openapi
from orders.models import MAX_QUANTITY
from orders.order import MAX_LINES
from tests.simulation.plants import PLANTS
from tests.support.template import ROOT
from tracking.carriers.registry import ADAPTERS
from waybill.http import MAX_JSON_BYTES, MAX_WEBHOOK_BYTES

README = " ".join((ROOT / "README.md").read_text().split())
OPERATING = " ".join((ROOT / "docs/operating.md").read_text().split())
PROOFS = (ROOT / "docs/proofs.md").read_text()
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "functions").glob("*/README.md"),
        ROOT / "local/README.md",
    ]
)
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PROOFS.splitlines()
    if line.startswith("| ")
][1:]

_CALL = re.compile(
    r"((?:(?:GET|POST|PUT|PATCH|DELETE),? )+)(/(?:v1|track|unsubscribe|webhooks)[^\s`\"|;,)]*)"
)
_COMMAND = re.compile(r"`[A-Z_=0-9 ]*make ([a-z-]+)(?: ARGS=(?:\"([^\"]*)\"|([^\s`]+)))?")
_PATH = re.compile(r"\b(?:tests|bench|docs|judge)/[\w/]+(?:\.\w+)?|\btest_\w+\*?\.py")
_NAMED = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")
_PARAMETER = re.compile(r"\{[^}]*\}|\$\w+|<[^>]*>")


def number(text):
    return int(text.replace(",", ""))


# --- numbers --------------------------------------------------------------------------------------


def test_the_limits_are_those_of_the_code():
    limits = (MAX_LINES, MAX_QUANTITY, MAX_JSON_BYTES // 10**6, MAX_WEBHOOK_BYTES // 10**6)
    told = re.search(
        r"1 to ([\d,]+) lines of 1 to ([\d,]+) units;"
        r" a JSON body is at most (\d+) MB, a webhook (\d+) MB",
        README,
    )
    assert told
    assert tuple(map(number, told.groups())) == limits
    lines, units, body, webhook = limits
    assert f"| {lines}; {units:,} |" in OPERATING
    assert f"| {body} MB; 60 kB; 250 KB; {webhook} MB |" in OPERATING


def test_what_an_order_costs_is_what_its_page_says():
    page = (ROOT / "docs/cost.md").read_text()
    sums = re.search(r"\| \*\*all but messages\*\* \| \*\*(.+?)\*\* \| \*\*(.+?)\*\* \|", page)
    assert sums
    alone, together = (f"${float(dollars):.0f} where" for dollars in sums.groups())
    assert f"{together} orders come in groups and {alone} each comes alone" in README
    assert f"about {alone} each comes alone, and {together} they come in groups" in OPERATING


def test_the_carriers_are_those_that_are_asked():
    told = re.search(r"\[Carriers\]\(docs/carriers.md\): (.+?)\.\s", README)[1]
    assert set(re.findall(r"DHL|UPS|EMS|EasyPost", told)) == {a.TITLE for a in ADAPTERS.values()}


# --- calls ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def operations():
    paths = openapi.document(openapi.apis())["paths"]
    return {
        (method.upper(), _PARAMETER.sub("{}", path)): {
            parameter["name"] for parameter in operation.get("parameters", [])
        }
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_that_a_document_names_is_one_of_the_api(path, operations):
    text = " ".join(path.read_text().split())
    for methods, named in _CALL.findall(text):
        called, _, query = _PARAMETER.sub("{}", named.rstrip(".")).partition("?")
        for method in re.findall(r"[A-Z]+", methods):
            fitting = [
                parameters
                for (one, path), parameters in operations.items()
                if one == method and re.fullmatch(re.escape(path).replace(r"\{\}", "[^/]+"), called)
            ]
            assert fitting, f"{method} {named}"
            for parameter in re.findall(r"(\w+)=", query):
                assert any(parameter in one for one in fitting), f"{method} {named}"


# --- proofs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_proof_is_there_and_can_be_run(row):
    promise, proven_by, run, printed = row
    assert promise
    assert run
    assert printed
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = _COMMAND.findall(run)
    assert commands
    for target, quoted, word in commands:
        assert target in targets
        for selected in (quoted or word).split():
            assert not selected.startswith("tests") or (ROOT / selected).exists(), selected
    for path in _PATH.findall(proven_by):
        places = (ROOT, ROOT / "tests/simulation")
        found = [one for place in places for one in place.glob(f"{path}*")]
        assert found or list((ROOT / "tests").rglob(path)), path


def test_the_plants_that_are_named_are_planted():
    rows = [" ".join(row) for row in ROWS if "plants" in row[1] + row[2]]
    named = {name for row in rows for name in _NAMED.findall(row)}
    assert named
    assert named <= {plant.name for plant in PLANTS}
