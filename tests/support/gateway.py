"""The HTTP API in process: the template's routes, and a WSGI application that leads by them."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from tests.support.template import functions

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

_DEFAULT = "shops.api.lambda_handler"
_TEXT = re.compile(r"text/.*|application/(json|javascript|xml|.*\+json)", re.IGNORECASE)


def gateway() -> Iterator[tuple[re.Pattern[str], str]]:
    """The gateway's routes, as what they match, and the handler that each leads to."""
    for properties in functions().values():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "HttpApi" and "Path" in event["Properties"]:
                path = event["Properties"]["Path"]
                pattern = re.sub(r"{\w+\+}", ".+", re.sub(r"{\w+}", "[^/]+", path))
                yield re.compile(pattern, re.DOTALL), properties["Handler"]


def chosen(path: str, routes: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """The handler of a decoded path: the most specific route, or $default's, which is shops'."""
    matching = [(pattern.pattern, name) for pattern, name in routes if pattern.fullmatch(path)]
    best = max(matching, key=lambda match: (".+" not in match[0], len(match[0])), default=None)
    return best[1] if best else _DEFAULT


class Application:
    """A WSGI application that asks the handlers as API Gateway does (payload format 2.0)."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self.answered: list[int] = []
        """The status of every answer."""
        self._handlers = handlers
        self._routes = list(gateway())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer a request."""
        event = _event(environ)
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        answer = self._handlers[chosen(path, self._routes)](event, None)
        self.answered.append(answer["statusCode"])
        start_response(f"{answer['statusCode']} -", list(answer["headers"].items()))
        return [answer["body"].encode()]


def _event(environ: Mapping[str, Any]) -> dict[str, Any]:
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    query: dict[str, str] = {}
    for name, value in parse_qsl(environ["QUERY_STRING"], keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    sent = environ["wsgi.input"].read()
    body, encoded = _body(sent, headers.get("content-type", ""))
    return {
        "version": "2.0",
        "rawPath": path.replace("%", "%25"),  # HTTP APIs decode every escape but that of "%"
        "rawQueryString": environ["QUERY_STRING"],
        "headers": headers,
        "queryStringParameters": query or None,
        "requestContext": {
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "sourceIp": "127.0.0.1",
            },
            "requestId": str(uuid4()),
            "stage": "$default",
            "domainName": "api.example",
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


def _body(sent: bytes, content_type: str) -> tuple[str | None, bool]:
    if not sent:
        return None, False
    if _TEXT.fullmatch(content_type.partition(";")[0].strip()):
        try:
            return sent.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(sent).decode(), True
