"""Reading, packaging and expanding a template, and the errors a person can make in one."""

import io
import json
import zipfile

import pytest

from local import template as templates
from local.errors import LocalError
from local.home import ROOT

ENDPOINT = "http://127.0.0.1:4566"
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  PublicUrl: {Type: String, Default: ""}
Globals:
  Function: {CodeUri: functions/, Runtime: python3.13, Layers: [!Ref Shared]}
Resources:
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/shared}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Handler: orders.api.lambda_handler
      Environment: {Variables: {URL: !Ref PublicUrl, ARN: !Sub "${Table.Arn}/x"}}
      Events:
        Any: {Type: HttpApi, Properties: {Path: /v1/orders, Method: ANY}}
  Table:
    Type: AWS::DynamoDB::Table
"""


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "functions" / "orders").mkdir(parents=True)
    (tmp_path / "functions" / "orders" / "api.py").write_text("X = 1\n")
    (tmp_path / "layers" / "shared" / "python").mkdir(parents=True)
    (tmp_path / "layers" / "shared" / "python" / "shared.py").write_text("Y = 2\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def changed(checkout, old, new):
    text = (checkout / "template.yaml").read_text()
    assert old in text
    (checkout / "template.yaml").write_text(text.replace(old, new))


def test_a_template_is_expanded_bridged_and_points_to_its_archives(checkout):
    package = templates.prepare(checkout, ENDPOINT)

    functions = [
        resource["Properties"]
        for resource in package.template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert [function["Code"]["S3Bucket"] for function in functions] == [templates.BUCKET]
    archive = package.archives[functions[0]["Code"]["S3Key"]]
    names = zipfile.ZipFile(io.BytesIO(archive)).namelist()
    assert "orders/api.py" in names
    assert any(name.startswith("orders/__pycache__/api.") for name in names)
    assert package.parameters == {"PublicUrl": f"{ENDPOINT}/_aws/execute-api/waybill"}
    assert "AWS::ApiGatewayV2::Route" in json.dumps(package.template)


def test_the_same_sources_make_the_same_package(checkout):
    first = templates.prepare(checkout, ENDPOINT)
    assert templates.prepare(checkout, ENDPOINT).archives == first.archives

    (checkout / "functions" / "orders" / "api.py").write_text("X = 2\n")
    assert set(templates.prepare(checkout, ENDPOINT).archives) != set(first.archives)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Resources:", "Resources: [", "not valid YAML"),
        ("Resources:", "Resource:", "has no Resources"),
        ("Handler: orders", "Handlr: orders", "Handlr"),
        ("${Table.Arn}", "${Tabel.Arn}", "refers to what is not in it: Tabel"),
        ("!Ref PublicUrl", "!Ref PublicUri", "refers to what is not in it: PublicUri"),
        ("CodeUri: functions/", "CodeUri: function/", "names function/, which is no folder"),
    ],
)
def test_a_broken_template_is_one_clear_line(checkout, old, new, message):
    changed(checkout, old, new)

    with pytest.raises(LocalError, match=message) as caught:
        templates.prepare(checkout, ENDPOINT)

    assert "\n" not in str(caught.value)


def test_broken_code_is_one_clear_line(checkout):
    (checkout / "functions" / "orders" / "api.py").write_text("def (\n")

    with pytest.raises(LocalError, match=r"api\.py does not compile: SyntaxError") as caught:
        templates.prepare(checkout, ENDPOINT)

    assert "\n" not in str(caught.value)


def test_no_template_is_one_clear_line(tmp_path):
    with pytest.raises(LocalError, match="cannot read"):
        templates.prepare(tmp_path, ENDPOINT)


def test_references_are_found_in_every_form():
    node = {
        "a": [{"Ref": "One"}, {"Fn::GetAtt": ["Two", "Arn"]}, {"Fn::GetAtt": "Three.Arn"}],
        "b": {"Fn::Sub": "${Four} ${Five.Arn} ${!Literal} ${AWS::Region}"},
        "c": {"Fn::Sub": ["${Given} ${Six}", {"Given": {"Ref": "Seven"}}]},
    }

    assert set(templates.references(node)) == {
        "One",
        "Two",
        "Three",
        "Four",
        "Five",
        "AWS::Region",
        "Six",
        "Seven",
    }


def test_the_template_of_this_checkout_can_be_prepared():
    package = templates.prepare(ROOT, ENDPOINT)

    assert package.parameters["PublicUrl"].startswith(ENDPOINT)
    assert package.parameters["Stage"] == "dev"
    assert not any("Serverless" in r["Type"] for r in package.template["Resources"].values())
