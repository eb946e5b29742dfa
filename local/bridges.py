"""Every gap between AWS and MiniStack that shows in a template, each bridged here and nowhere else.

A bridge is a pure function from an expanded CloudFormation template to another one. What shows in
MiniStack's behaviour instead of in the template is bridged in local/engine_process.py.
"""

from __future__ import annotations

import copy
import hashlib
import string
from collections.abc import Callable, Iterator
from typing import Any

Template = dict[str, Any]

API_ID = "waybill"

# Workers run on MiniStack's own interpreter, whose virtual environment holds the same packages:
# building the layer again for each start would only cost time.
EMPTY_LAYERS = frozenset({"layers/dependencies"})


def resources(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the resources of one CloudFormation type; each has properties afterwards."""
    for logical_id, resource in list(template.get("Resources", {}).items()):
        if resource.get("Type") == kind:
            resource.setdefault("Properties", {})
            yield logical_id, resource


def http_routes(template: Template) -> Template:
    """MiniStack imports no OpenAPI body, which is how SAM writes an HTTP API's routes.

    Each path and method of the body becomes a Route and an Integration of its own; the stage and
    the permissions are already resources.
    """
    for api_id, api in resources(template, "AWS::ApiGatewayV2::Api"):
        body = api["Properties"].pop("Body", None)
        if body is None:
            continue
        api["Properties"].setdefault("Name", {"Ref": "AWS::StackName"})
        api["Properties"].setdefault("ProtocolType", "HTTP")
        for path, methods in body.get("paths", {}).items():
            for method, operation in methods.items():
                # Ids that do not depend on the other routes: an update touches what changed.
                mark = hashlib.sha256(f"{method} {path}".encode()).hexdigest()[:8]
                integration_id = f"{api_id}Integration{mark}"
                route = _route(api_id, integration_id, path, method)
                template["Resources"][f"{api_id}Route{mark}"] = route
                template["Resources"][integration_id] = _integration(api_id, operation)
    return template


def _route(api_id: str, integration_id: str, path: str, method: str) -> dict[str, Any]:
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    return {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": api_id},
            "RouteKey": path if path == "$default" else f"{verb} {path}",
            "Target": {"Fn::Sub": f"integrations/${{{integration_id}}}"},
        },
    }


def _integration(api_id: str, operation: dict[str, Any]) -> dict[str, Any]:
    written = operation["x-amazon-apigateway-integration"]
    return {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": api_id},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": written["uri"],
            "PayloadFormatVersion": written.get("payloadFormatVersion", "2.0"),
        },
    }


def known_api_id(template: Template) -> Template:
    """Fix the API's id, so that PublicUrl can be told before there is an API.

    On AWS an empty PublicUrl means the API's own host name; MiniStack serves the API under a path
    and its host names need a name look-up.
    """
    for _, api in resources(template, "AWS::ApiGatewayV2::Api"):
        api["Properties"].setdefault("Tags", {})["ms-custom-id"] = API_ID
    return template


def secret_references(template: Template) -> Template:
    """On MiniStack `!Ref` of a secret is its name; on AWS it is its ARN, which policies name."""
    secrets = {logical_id for logical_id, _ in resources(template, "AWS::SecretsManager::Secret")}

    def with_arns(node: Any) -> Any:
        if isinstance(node, dict):
            if set(node) == {"Ref"} and node["Ref"] in secrets:
                return {"Fn::GetAtt": [node["Ref"], "Id"]}
            return {key: with_arns(value) for key, value in node.items()}
        return [with_arns(item) for item in node] if isinstance(node, list) else node

    return {key: with_arns(value) for key, value in template.items()}


def secret_alphabet(template: Template) -> Template:
    """MiniStack reads ExcludeCharacters of a generated secret, but not ExcludePunctuation."""
    for _, secret in resources(template, "AWS::SecretsManager::Secret"):
        generated = secret["Properties"].get("GenerateSecretString", {})
        if generated.get("ExcludePunctuation"):
            excluded = generated.get("ExcludeCharacters", "")
            generated["ExcludeCharacters"] = excluded + string.punctuation
    return template


def verified_sender(template: Template) -> Template:
    """MiniStack refuses mail from an address that nobody verified, and there is nobody to click."""
    if "MailSender" in template.get("Parameters", {}):
        template["Resources"]["LocalMailIdentity"] = {
            "Type": "AWS::SES::EmailIdentity",
            "Properties": {"EmailIdentity": {"Ref": "MailSender"}},
        }
    return template


BRIDGES: tuple[Callable[[Template], Template], ...] = (
    http_routes,
    known_api_id,
    secret_references,
    secret_alphabet,
    verified_sender,
)


def api_url(endpoint_url: str) -> str:
    """Return where MiniStack serves the API: on loopback, without a name look-up."""
    return f"{endpoint_url}/_aws/execute-api/{API_ID}"


def bridged(template: Template) -> Template:
    """Return a template as MiniStack needs it; the one given stays as it is."""
    result = copy.deepcopy(template)
    for bridge in BRIDGES:
        result = bridge(result)
    return result
