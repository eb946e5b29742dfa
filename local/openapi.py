"""Writes functions/shops/openapi.json from the routes that the rooms declare.

`python -m local.openapi` writes it; with `--check` it only tells, with exit code 1, whether the
file is behind the code. The document is OpenAPI 3.1, and nothing in it is written by hand.
"""

from __future__ import annotations

import argparse
import http
import importlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from local import problem_members

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "functions" / "shops" / "openapi.json"
ROOMS: Final = ("orders", "inventory", "tracking", "notify", "shops")

if TYPE_CHECKING:
    from waybill.http import Api
    from waybill.routing import Route

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{model}"
_ALWAYS: Final = (400, 404, 413, 422, 500, 503)
_WITH_A_KEY: Final = (401, 403)
_WITH_PARAMETERS: Final = (405,)  # a "/" in a parameter may make it the path of other methods
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})


def apis(rooms: Iterable[str] = ROOMS) -> dict[str, Api]:
    """Import each room's API; a room without an ``api`` module is an error."""
    for folder in (ROOT / "functions", ROOT / "layers" / "shared" / "python"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    return {room: importlib.import_module(f"{room}.api").api for room in rooms}


def document(apis: Mapping[str, Api]) -> Json:
    """Describe these APIs in one document."""
    from waybill import VERSION  # noqa: PLC0415 - found only after apis() has set the path

    schemas, references = _schemas(route for api in apis.values() for route in api.routes)
    paths: Json = {}
    for room, api in apis.items():
        for route in api.routes:
            path = route.path.replace("<", "{").replace(">", "}")
            operation = _operation(room, route, references)
            paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waybill",
            "version": VERSION,
            "description": "Order management and shipment tracking.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ".", "description": "Where this document is served."}],
        "tags": [{"name": room} for room in apis],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())) | {"Problem": _PROBLEM},
            "headers": _HEADERS,
            "responses": {str(status): _problem(status) for status in _statuses(apis)},
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "wb_<key id>_<secret>",
                    "description": "A shop's key, or the operator's. Each operation names the "
                    "scope it needs.",
                }
            },
        },
    }


def render(document: Json) -> str:
    """Give the text of the file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(prog="python -m local.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether it is up to date")
    check = parser.parse_args(arguments).check
    text = render(document(apis()))
    current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if check and text != current:
        print(f"{TARGET.relative_to(ROOT)} is behind: python -m local.openapi", file=sys.stderr)
        return 1
    if not check:
        TARGET.write_text(text, encoding="utf-8")
    return 0


# --- operations ----------------------------------------------------------------------------------


def _operation(room: str, route: Route, references: Mapping[tuple[type, str], Json]) -> Json:
    operation: Json = {
        "operationId": f"{room}.{route.handler.__name__}",
        "tags": [room],
        "summary": route.summary.rstrip("."),
        "parameters": list(_parameters(route)),
        "responses": _responses(route, references),
    }
    if route.scope is None:
        operation["security"] = []
    else:
        operation["security"] = [{"apiKey": [route.scope]}]
        operation["description"] = f"Needs the scope `{route.scope}`."
    if route.body is not None:
        schema = references[(route.body, "validation")]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    elif route.form:
        operation["requestBody"] = _form(route.form)
    elif route.method in _BODY_METHODS and route.scope is None:
        operation["requestBody"] = {
            "description": "The raw bytes that were signed.",
            "required": True,
            "content": {"application/json": {"schema": {}}},
        }
    return operation


def _form(fields: Mapping[str, tuple[str, ...]]) -> Json:
    properties = {name: {"type": "string", "enum": list(words)} for name, words in fields.items()}
    schema = {"type": "object", "properties": properties}
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _parameters(route: Route) -> Iterable[Json]:
    for name in route.parameters:
        yield _parameter("path", name, {"type": "string", "minLength": 1}, required=True)
    for name, description in route.query.items():
        yield _parameter(
            "query", name, {"type": "string"}, description, required=name in route.required
        )
    if route.paged:
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        yield _parameter("query", "limit", limit, "At most so many items.")
        cursor = {"type": "string"}
        text = (
            "The next_cursor of the page before. A page may be short, even empty, while there is a "
            "next one."
        )
        yield _parameter("query", "cursor", cursor, text)
    if route.idempotency == "optional":
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        text = "The same key with the same body is the same request, however often it is sent."
        yield _parameter("header", "Idempotency-Key", key, text)
    if route.waits:
        wait = {"type": "string", "examples": ["wait=2"]}
        text = "wait=n: answer once stock is decided, or after n seconds (at most 10); RFC 7240."
        yield _parameter("header", "Prefer", wait, text)
    if 412 in route.failures:  # noqa: PLR2004
        tag = {"type": "string", "pattern": '^("[0-9]{1,15}"|\\*)$'}
        text = "The ETag that the change rests on; * for whichever there is."
        yield _parameter("header", "If-Match", tag, text)
        if route.method == "PUT":
            star = {"type": "string", "const": "*"}
            yield _parameter("header", "If-None-Match", star, "*: only make it, never replace it.")


def _parameter(
    place: str, name: str, schema: Json, description: str = "", *, required: bool = False
) -> Json:
    parameter: Json = {"name": name, "in": place, "required": required, "schema": schema}
    return parameter | ({"description": description} if description else {})


def _responses(route: Route, references: Mapping[tuple[type, str], Json]) -> Json:
    responses: Json = {}
    for status, model in route.returns.items():
        headers = {"X-Correlation-Id": {"$ref": "#/components/headers/X-Correlation-Id"}}
        response: Json = {"description": http.HTTPStatus(status).phrase, "headers": headers}
        if model is not None:
            schema = references[(model, "serialization")]
            response["content"] = {"application/json": {"schema": schema}}
            if not route.paged:
                headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        if status == http.HTTPStatus.CREATED:
            headers["Location"] = {"$ref": "#/components/headers/Location"}
        if route.waits:
            headers["Preference-Applied"] = {"$ref": "#/components/headers/Preference-Applied"}
        responses[str(status)] = response
    for status in _failures(route):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    if route.shows_pages:
        responses |= _pages(responses)
    return dict(sorted(responses.items()))


def _pages(responses: Json) -> Json:
    """Describe what people are shown: a page where there is something, and where there is not."""
    page = {"text/html": {"schema": {"type": "string"}}}
    found, missing = responses["200"], _problem(404)
    return {
        "200": found | {"content": found.get("content", {}) | page},
        "404": missing | {"content": missing["content"] | page},
    }


def _failures(route: Route) -> set[int]:
    always = {*_ALWAYS, *route.failures} | (set(_WITH_PARAMETERS) if route.parameters else set())
    return always if route.scope is None else always | {*_WITH_A_KEY}


def _statuses(apis: Mapping[str, Api]) -> list[int]:
    return sorted({status for api in apis.values() for r in api.routes for status in _failures(r)})


# --- schemas -------------------------------------------------------------------------------------


def _schemas(routes: Iterable[Route]) -> tuple[Json, Mapping[tuple[type, str], Json]]:
    models: dict[tuple[type, str], None] = {}
    for route in routes:
        if route.body is not None:
            models[(route.body, "validation")] = None
        for model in route.returns.values():
            if model is not None:
                models[(model, "serialization")] = None
    references, definitions = models_json_schema(list(models), ref_template=_REF)  # type: ignore[arg-type]
    return definitions.get("$defs", {}), references  # type: ignore[return-value]


_PROBLEM: Final[Json] = {
    "type": "object",
    "description": "Problem details (RFC 9457). Beside the standard's members there are those "
    "that tell what a state allows; each problem has the few that belong to it, and later versions "
    "may have more.",
    "required": ["type", "title", "status"],
    "additionalProperties": True,
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)"},
                    "detail": {"type": "string"},
                },
            },
        },
    }
    | problem_members.MEMBERS,
}

_HEADERS: Final[Json] = {
    "ETag": {
        "description": "The version of what is answered, for If-Match; where it has one.",
        "schema": {"type": "string"},
    },
    "Allow": {
        "description": "The methods that the path has.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where what was made is found, or is taken away again; where it has a path.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Preference-Applied": {
        "description": "The preference that was heeded, where one was given: wait=n.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds after which the same request may be sent again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-Correlation-Id": {
        "description": "Ties the request to its events and logs.",
        "schema": {"type": "string"},
    },
}


_OF_PROBLEMS: Final[Mapping[int, str]] = {
    405: "Allow",
    412: "ETag",
    429: "Retry-After",
    503: "Retry-After",
}


def _problem(status: int) -> Json:
    names = ["X-Correlation-Id", *([_OF_PROBLEMS[status]] if status in _OF_PROBLEMS else [])]
    return {
        "description": http.HTTPStatus(status).phrase,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
