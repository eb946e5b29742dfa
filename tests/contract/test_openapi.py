"""/openapi.json = the routes that the rooms declare = the routes that the gateway leads to them."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from local import openapi
from tests.support.gateway import chosen, gateway
from waybill.auth import SCOPES

APIS = openapi.apis()
DOCUMENT = json.loads(openapi.TARGET.read_text())
ROUTES = [(room, route) for room, api in APIS.items() for route in api.routes]
METHODS = {"get", "put", "post", "patch", "delete"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from walk(child)


def test_the_file_is_what_the_routes_say():
    text = openapi.render(openapi.document(APIS))
    assert openapi.TARGET.read_text() == text, "behind: run python -m local.openapi"


def test_every_room_has_routes():
    assert {room for room, _ in ROUTES} == set(openapi.ROOMS)


def test_every_route_is_described_and_nothing_else():
    declared = {
        (route.method.lower(), re.sub(r"<(\w+)>", r"{\1}", route.path)) for _, route in ROUTES
    }
    assert declared == {(method, path) for method, path, _ in operations()}
    assert {method for method, _, _ in operations()} <= METHODS


def test_no_two_operations_share_a_name():
    names = Counter(operation["operationId"] for _, _, operation in operations())
    assert max(names.values()) == 1


def test_every_reference_leads_somewhere():
    for node in walk(DOCUMENT):
        if "$ref" in node:
            target: Any = DOCUMENT
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            assert target


def test_every_operation_says_what_it_is_for():
    for _, path, operation in operations():
        assert operation["summary"], path


def test_every_path_parameter_is_described():
    for _, path, operation in operations():
        described = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert described == set(re.findall(r"{(\w+)}", path))


def test_what_needs_a_key_says_which_scope():
    for (_, route), scope in ((pair, pair[1].scope) for pair in ROUTES):
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        operation = DOCUMENT["paths"][path][route.method.lower()]
        assert operation["security"] == ([] if scope is None else [{"apiKey": [scope]}])
        assert ("401" in operation["responses"]) >= (scope is not None)


def test_what_a_route_needs_can_be_given_to_a_key():
    assert {route.scope for _, route in ROUTES} <= SCOPES | {"operator", None}


def test_a_page_for_people_is_described_where_there_is_one():
    shown = {
        (path, status, content)
        for _, path, operation in operations()
        for status, response in operation["responses"].items()
        for content in response.get("content", {})
        if content == "text/html"
    }
    assert shown == {
        (path, status, "text/html")
        for path in ("/track/{token}", "/unsubscribe/{token}")
        for status in ("200", "404")
    }
    found = DOCUMENT["paths"]["/track/{token}"]["get"]["responses"]
    assert set(found["200"]["content"]) == {"text/html", "application/json"}
    assert set(found["404"]["content"]) == {"text/html", "application/problem+json"}


def test_a_form_is_described_by_its_fields():
    bodies = DOCUMENT["paths"]["/unsubscribe/{token}"]["post"]["requestBody"]["content"]
    assert bodies == {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "List-Unsubscribe": {"type": "string", "enum": ["One-Click"]},
                    "action": {"type": "string", "enum": ["resubscribe"]},
                },
            }
        }
    }


def test_every_error_is_a_problem():
    for _, _, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) >= 400 and "text/html" not in response.get("content", {}):
                assert response == {"$ref": f"#/components/responses/{status}"}
    for response in DOCUMENT["components"]["responses"].values():
        assert set(response["content"]) == {"application/problem+json"}


@pytest.mark.parametrize(
    ("room", "path"), sorted({(room, route.path) for room, route in ROUTES}), ids=str
)
def test_the_gateway_leads_every_path_to_its_room(room, path):
    concrete = re.sub(r"<\w+>", "x", path)
    assert chosen(concrete, gateway()) == f"{room}.api.lambda_handler"


def test_no_list_must_be_asked_with_a_filter():
    required = {
        (path, parameter["name"])
        for _, path, operation in operations()
        for parameter in operation["parameters"]
        if parameter["in"] == "query" and parameter["required"]
    }
    assert required == set()


def test_a_path_that_a_slash_leads_elsewhere_may_answer_405():
    for _, path, operation in operations():
        assert ("405" in operation["responses"]) == ("{" in path), path
