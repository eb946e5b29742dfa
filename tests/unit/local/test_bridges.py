"""Each bridge between AWS and MiniStack, on the smallest template that shows its gap."""

import copy
import string

import pytest

from local import bridges

METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def operation(function):
    uri = {"Fn::Sub": f"arn:aws:lambda:path/functions/${{{function}.Arn}}/invocations"}
    return {INTEGRATION: {"type": "aws_proxy", "uri": uri, "payloadFormatVersion": "2.0"}}


def http_api(paths):
    body = {"openapi": "3.0.1", "paths": paths}
    return {"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}}}


def of_type(template, kind):
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def test_an_openapi_body_becomes_routes_and_integrations():
    template = http_api(
        {
            "/v1/orders": {METHOD: operation("Orders")},
            "/v1/orders/{proxy+}": {METHOD: operation("Orders")},
            "/v1/health": {"get": operation("Shops")},
            "$default": {METHOD: operation("Shops")},
        }
    )

    result = bridges.http_routes(template)

    routes = of_type(result, "AWS::ApiGatewayV2::Route")
    integrations = of_type(result, "AWS::ApiGatewayV2::Integration")
    assert {route["RouteKey"] for route in routes.values()} == {
        "ANY /v1/orders",
        "ANY /v1/orders/{proxy+}",
        "GET /v1/health",
        "$default",
    }
    for route in routes.values():
        target = route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
        function = "Orders" if "orders" in route["RouteKey"] else "Shops"
        assert function in integrations[target]["IntegrationUri"]["Fn::Sub"]
        assert integrations[target]["ApiId"] == route["ApiId"] == {"Ref": "Api"}
    api = result["Resources"]["Api"]["Properties"]
    assert "Body" not in api
    assert api["ProtocolType"] == "HTTP"


def test_a_route_keeps_its_logical_id_when_another_comes_before_it():
    one = bridges.http_routes(http_api({"/b": {METHOD: operation("F")}}))
    two = bridges.http_routes(
        http_api({"/a": {METHOD: operation("F")}, "/b": {METHOD: operation("F")}})
    )

    assert set(one["Resources"]) < set(two["Resources"])
    for name in one["Resources"]:
        assert one["Resources"][name] == two["Resources"][name]


def test_an_api_that_lists_its_routes_itself_stays_as_it_is():
    template = {
        "Resources": {
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}
        }
    }

    assert bridges.http_routes(copy.deepcopy(template)) == template


def test_the_api_gets_an_id_that_its_url_is_known_by():
    result = bridges.known_api_id(http_api({}))

    tags = result["Resources"]["Api"]["Properties"]["Tags"]
    assert tags["ms-custom-id"] == bridges.API_ID
    assert bridges.api_url("http://127.0.0.1:1234") == (
        f"http://127.0.0.1:1234/_aws/execute-api/{bridges.API_ID}"
    )


def test_a_reference_to_a_secret_becomes_its_arn_everywhere():
    template = {
        "Resources": {
            "Secret": {"Type": "AWS::SecretsManager::Secret"},
            "Table": {"Type": "AWS::DynamoDB::Table"},
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"Resource": [{"Ref": "Secret"}, {"Ref": "Table"}]},
            },
        },
        "Outputs": {"Secret": {"Value": {"Ref": "Secret"}}},
    }

    result = bridges.secret_references(template)

    arn = {"Fn::GetAtt": ["Secret", "Id"]}
    assert result["Resources"]["Role"]["Properties"]["Resource"] == [arn, {"Ref": "Table"}]
    assert result["Outputs"]["Secret"]["Value"] == arn


@pytest.mark.parametrize("already", ["", "abc"])
def test_a_secret_without_punctuation_says_so_in_the_words_that_are_read(already):
    generated = {"PasswordLength": 43, "ExcludePunctuation": True, "ExcludeCharacters": already}
    template = {
        "Resources": {
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {"GenerateSecretString": generated},
            }
        }
    }

    result = bridges.secret_alphabet(template)

    properties = result["Resources"]["Secret"]["Properties"]
    assert set(properties["GenerateSecretString"]["ExcludeCharacters"]) == set(
        string.punctuation + already
    )


def test_the_sender_of_mails_is_verified_by_the_stack():
    template = {"Parameters": {"MailSender": {"Type": "String"}}, "Resources": {}}

    result = bridges.verified_sender(template)

    identities = of_type(result, "AWS::SES::EmailIdentity")
    assert list(identities.values()) == [{"EmailIdentity": {"Ref": "MailSender"}}]
    assert bridges.verified_sender({"Resources": {}}) == {"Resources": {}}


def test_the_template_that_is_given_stays_as_it_is():
    template = http_api({"/a": {METHOD: operation("F")}})
    template["Parameters"] = {"MailSender": {"Type": "String"}}
    before = copy.deepcopy(template)

    assert bridges.bridged(template) != before
    assert template == before
