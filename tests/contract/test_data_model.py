"""docs/data-model.md says what keys.py builds and what template.yaml indexes and streams."""

import inspect
import re

import pytest

from tests.support.template import ROOT, functions, resources
from waybill import keys

TEXT = (ROOT / "docs/data-model.md").read_text()
NO_KEYS = {"due_message", "messages_in_state", "shop_listing"}
"""Where something stands in an index; what gives a text is a partition of one, or of a query."""

_OF_NO_SHOP = {
    "carrier",
    "carrier_token",
    "carrier_usage",
    "parked",
    "phone_contact",
    "rhythm",
    "schedule_marks",
    "unsubscribe_secret",
    "watermark",
}


def rows(heading):
    section = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def builders():
    return {
        name: value
        for name, value in vars(keys).items()
        if inspect.isfunction(value)
        and not name.startswith("_")
        and name not in NO_KEYS
        and inspect.signature(value).return_annotation is not str
    }


def documented():
    return {row[2].strip("`"): row for row in rows("Items")}


def test_every_key_is_documented_and_every_documented_key_exists():
    assert set(documented()) == set(builders())


@pytest.mark.parametrize("name", sorted(builders()))
def test_a_key_is_built_as_documented(name):
    builder = builders()[name]
    parameters = inspect.signature(builder).parameters
    # Long enough to survive being cut to the part of a shipment id that names its order.
    given = {parameter: "{" + parameter + "}" for parameter in parameters}
    built = builder(**given)
    pk = re.findall(r"`([^`]+)`", documented()[name][3])[0]
    sk = documented()[name][4].strip("`")
    if name == "reservation":
        pk = pk.replace("{bucket}", built["pk"].rpartition("#")[2])
    assert built == {"pk": pk, "sk": sk}


def test_what_belongs_to_a_shop_starts_with_the_shop():
    for name, builder in builders().items():
        parameters = list(inspect.signature(builder).parameters)
        if "shop_id" in parameters:
            given = {parameter: "{" + parameter + "}" for parameter in parameters}
            # Who asks for the shops has none yet; a carrier that pushes knows none.
            heads = {"known_shop": "shops", "pushed_number": "number#"}
            head = heads.get(name, "{shop_id}")
            assert builder(**given)["pk"].startswith(head), name
        else:
            assert name in _OF_NO_SHOP


def test_the_indexes_are_those_of_the_template():
    written = {
        (table, index["IndexName"], tuple(key["AttributeName"] for key in index["KeySchema"]))
        for table, properties in resources("AWS::DynamoDB::Table").items()
        for index in properties.get("GlobalSecondaryIndexes", [])
    }
    told = {
        (row[0], row[1].strip("`"), tuple(re.findall(r"`(\w+)`", row[2])))
        for row in rows("Indexes")
    }
    assert told == written


def test_the_streams_readers_are_those_of_the_template():
    written = {table: set() for table in resources("AWS::DynamoDB::Table")}
    for name, properties in functions().items():
        for event in properties["Events"].values():
            if event["Type"] == "DynamoDB":
                written[event["Properties"]["Stream"]["Fn::GetAtt"][0]].add(name)
    told = {row[0]: set(re.findall(r"\w+Function", row[1])) for row in rows("Streams")}
    assert told == written
