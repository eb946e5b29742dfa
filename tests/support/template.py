"""Reads template.yaml as data, so that tests and engines use what is deployed and no copy of it."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, which takes a tenth of the time, where it is there."""


class _Loader(_SafeLoader):  # type: ignore[misc] # its base has no type
    """Reads CloudFormation's short tags (!Ref, !GetAtt, …) as their long forms."""


def _tag(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _tag)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    return yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of every resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def functions() -> dict[str, dict[str, Any]]:
    """Properties of every function, by logical id."""
    return resources("AWS::Serverless::Function")


def create_table_arguments(logical_id: str) -> dict[str, Any]:
    """What dynamodb:CreateTable needs for a table of the template; named by its logical id."""
    properties = resources("AWS::DynamoDB::Table")[logical_id]
    kept = (
        "AttributeDefinitions",
        "KeySchema",
        "BillingMode",
        "GlobalSecondaryIndexes",
    )
    return {
        "TableName": logical_id,
        "StreamSpecification": {"StreamEnabled": True, **properties["StreamSpecification"]},
        **{name: properties[name] for name in kept if name in properties},
    }
