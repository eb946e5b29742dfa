"""HTTP conventions of every API: routes, keys, bodies, ETags, cursors, and one place for errors.

A room declares its routes on an :class:`Api`; each names its scope, its models and its statuses, so
that routing, authorization, /openapi.json and the authorization tests read one table. Powertools'
resolver does the routing.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar, cast
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from pydantic import BaseModel, ValidationError

from waybill import problems
from waybill.auth import Authenticator, Caller
from waybill.dynamo import Item, StartKeyError, is_transient
from waybill.ids import random_id
from waybill.observability import (
    correlation_id,
    count,
    describe_error,
    end_invocation,
    logger,
    start_work,
)
from waybill.problems import FieldError, Problem

MAX_JSON_BYTES: Final = 1_000_000
MAX_WEBHOOK_BYTES: Final = 4_000_000
DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100

_IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_PARAMETER: Final = re.compile(r"<(\w+)>")

M = TypeVar("M", bound=BaseModel)


class Model(BaseModel, frozen=True, extra="forbid"):
    """Base of request and response bodies: frozen, and an unknown field is an error."""


@dataclass(frozen=True)
class Route:
    """One path and method, and all that is promised of it."""

    method: str
    path: str
    handler: Callable[..., "Reply"]
    summary: str
    scope: str | None
    """None: public. "operator": the operator's key alone. Else ``<room>:<read|write>``."""
    body: type[BaseModel] | None
    returns: Mapping[int, type[BaseModel] | None]
    failures: tuple[int, ...]
    """Problem statuses beside those every route has (401, 403, 404, 413, 422, 500, 503)."""
    query: Mapping[str, str]
    idempotency: Literal["none", "optional", "refused"]
    paged: bool
    max_bytes: int

    @property
    def parameters(self) -> list[str]:
        """Names in the path, such as ``order_id``."""
        return _PARAMETER.findall(self.path)


@dataclass(frozen=True)
class Reply:
    """What a handler answers: a model (or None), and headers beside it."""

    status: int
    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    content_type: str = "application/json"


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for; ``list_name`` and shop make cursors unforgeable."""

    limit: int
    start: Item | None
    context: str

    def cursor(self, last: Item | None) -> str | None:
        """The cursor to go on from, or None at the end."""
        if last is None:
            return None
        text = json.dumps({"c": self.context, "k": last}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class Call:
    """One request, read."""

    def __init__(self, route: Route, event: Mapping[str, Any], path: Mapping[str, str]) -> None:
        self.route = route
        self.path = path
        self.headers: dict[str, str] = {
            name.lower(): value for name, value in (event.get("headers") or {}).items()
        }
        self.query: dict[str, str] = event.get("queryStringParameters") or {}
        self._event = event
        self._caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        """Who calls; only on routes that have a scope."""
        if self._caller is None:
            raise RuntimeError(f"{self.route.path} is public and has no caller")
        return self._caller

    @property
    def shop_id(self) -> str:
        """The caller's shop."""
        return self.caller.shop_id

    @property
    def base_url(self) -> str:
        """The API's own URL, from the host that the gateway, not the caller, says it has."""
        return f"https://{self._event['requestContext']['domainName']}"

    @property
    def raw_body(self) -> bytes:
        """The body's exact bytes, as signatures cover them."""
        body = self._event.get("body") or ""
        return base64.b64decode(body) if self._event.get("isBase64Encoded") else body.encode()

    def parse(self, model: type[M]) -> M:
        """The body as a model; raises 400 for broken JSON and 422 with pointers."""
        try:
            return model.model_validate_json(self.raw_body or b"{}")
        except ValidationError as error:
            raise problems.from_validation(error) from None

    @property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key header; 400 when it is not 1 to 255 visible ASCII characters."""
        key = self.headers.get("idempotency-key")
        if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
            raise problems.MalformedRequest("Idempotency-Key: 1 to 255 visible ASCII characters")
        return key

    @property
    def if_match(self) -> int | None:
        """The version If-Match asks for; None without the header or for ``*``."""
        tag = self.headers.get("if-match")
        if tag is None or tag == "*":
            return None
        if not re.fullmatch(r'"\d{1,15}"', tag):
            raise problems.MalformedRequest("If-Match: an ETag of this API")
        return int(tag.strip('"'))

    def page(self, **filters: str | None) -> Page:
        """``limit`` and ``cursor``; 422 for a wrong limit, 400 for another list's cursor."""
        context = hashlib.sha256(
            json.dumps([self.route.path, self.shop_id, self.path, filters]).encode()
        ).hexdigest()[:16]
        text = self.query.get("limit", str(DEFAULT_LIMIT))
        if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
            raise problems.field_problem("/limit", f"limit: 1 to {MAX_LIMIT}")
        return Page(int(text), _read_cursor(self.query.get("cursor"), context), context)


class ListOf(Model, Generic[M]):
    """A page of a list."""

    items: list[M]
    next_cursor: str | None


class Api:
    """A room's HTTP entry point."""

    def __init__(
        self,
        room: str,
        authenticator: Callable[[], Authenticator],
        *,
        slashes_below: tuple[str, ...] = (),
    ) -> None:
        """``slashes_below`` names paths whose one parameter may hold a "/", sent as %2F."""
        self.room = room
        self.routes: list[Route] = []
        self._slashes_below = slashes_below
        self._authenticator = authenticator
        self._resolver = APIGatewayHttpResolver()
        self._resolver.not_found(self._no_route)

    def route(
        self,
        method: str,
        path: str,
        *,
        scope: str | None,
        returns: Mapping[int, type[BaseModel] | None],
        body: type[BaseModel] | None = None,
        failures: tuple[int, ...] = (),
        query: Mapping[str, str] | None = None,
        idempotency: Literal["none", "optional", "refused"] = "none",
        paged: bool = False,
        max_bytes: int = MAX_JSON_BYTES,
    ) -> Callable[[Callable[[Call], Reply]], Callable[[Call], Reply]]:
        """Declare a route; the handler's docstring is its summary in the OpenAPI document."""

        def declare(handler: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
            route = Route(
                method=method,
                path=path,
                handler=handler,
                summary=(handler.__doc__ or "").strip().partition("\n")[0],
                scope=scope,
                body=body,
                returns=returns,
                failures=failures,
                query=query or {},
                idempotency=idempotency,
                paged=paged,
                max_bytes=max_bytes,
            )
            self.routes.append(route)
            pattern = path.replace(".", r"\.")  # the resolver takes it for a regular expression
            self._resolver.route(pattern, method=[method])(self._endpoint(route))
            return handler

        return declare

    def lambda_handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer an HTTP API event (payload format 2.0)."""
        start_work(self.room, _correlation_of(event))
        try:
            path = _encoded(str(event.get("rawPath", "")), self._slashes_below)
            return self._resolver.resolve({**event, "rawPath": path}, context)
        finally:
            end_invocation()

    def _endpoint(self, route: Route) -> Callable[..., Response[str]]:
        def endpoint(**path: str) -> Response[str]:
            try:
                texts = {name: unquote(value) for name, value in path.items()}
                return _render(self._answer(route, texts))
            except Problem as problem:
                return _render_problem(problem)
            except Exception as error:
                return _render_problem(_unexpected(error))

        return endpoint

    def _answer(self, route: Route, path: Mapping[str, str]) -> Reply:
        call = Call(route, self._resolver.current_event.raw_event, path)
        if route.scope is not None:
            caller = self._authenticator().caller(call.headers.get("authorization"))
            caller.require(route.scope)
            call._caller = caller  # noqa: SLF001 - its own module's
        if len(call.raw_body) > route.max_bytes:
            raise problems.ContentTooLarge(f"at most {route.max_bytes} bytes")
        if unknown := set(call.query) - set(route.query) - _PAGING[route.paged]:
            raise problems.Unprocessable(
                "unknown query parameters",
                errors=[FieldError(f"/{name}", "unknown") for name in sorted(unknown)],
            )
        if route.idempotency == "refused" and "idempotency-key" in call.headers:
            raise problems.MalformedRequest(
                "Idempotency-Key is refused here: a replay would show the secret again"
            )
        return route.handler(call)

    def _no_route(self, _error: Exception | None = None) -> Response[str]:
        path = str(self._resolver.current_event.raw_event.get("rawPath", ""))
        allowed = sorted({r.method for r in self.routes if _pattern(r.path).fullmatch(path)})
        if allowed:
            return _render_problem(problems.MethodNotAllowed(headers={"Allow": ", ".join(allowed)}))
        return _render_problem(problems.NotFound("no such path"))


_PAGING: Final[Mapping[bool, frozenset[str]]] = {
    True: frozenset({"limit", "cursor"}),
    False: frozenset(),
}


def etag(version: int) -> dict[str, str]:
    """The ETag header of an item's version."""
    return {"ETag": f'"{version}"'}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub("[^/]+", path.replace(".", r"\.")))


def _encoded(path: str, slashes_below: Iterable[str]) -> str:
    """Undo what HTTP APIs do to ``rawPath``: they decode every escape but that of "%".

    The resolver matches few characters beside letters and digits, so all others are escaped; each
    parameter is decoded again before a handler sees it. "/" is a separator, but for the tails that
    are one parameter.
    """
    text = unquote(path)
    for prefix in slashes_below:
        if text.startswith(f"{prefix}/"):
            return f"{prefix}/{quote(text[len(prefix) + 1 :], safe='', errors='replace')}"
    return quote(text, safe="/", errors="replace")


def _correlation_of(event: Mapping[str, Any]) -> str:
    request_id = event.get("requestContext", {}).get("requestId")
    return f"req-{request_id}" if request_id else random_id("req")


def _read_cursor(text: str | None, context: str) -> Item | None:
    if text is None:
        return None
    try:
        document = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if document["c"] == context and _is_start_key(document["k"]):
            return cast(Item, document["k"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise problems.InvalidCursor("this cursor is not of this list")


def _is_start_key(key: Any) -> bool:
    """Whether DynamoDB may be sent it as a key; raises UnicodeEncodeError for half characters."""
    if not isinstance(key, dict) or not key:
        return False
    json.dumps(key, ensure_ascii=False).encode()
    return all(type(value) in (str, int) for value in key.values())


def _unexpected(error: Exception) -> Problem:
    if isinstance(error, StartKeyError):
        return problems.InvalidCursor("this cursor is not of this list")
    if is_transient(error):
        logger.warning("dependency refused", **describe_error(error))
        count("DependencyRefusals")
        return problems.Unavailable("try again")
    logger.error("request failed", **describe_error(error))
    count("RequestFailures")
    return problems.InternalError("the instance is in the logs")


def _render(reply: Reply) -> Response[str]:
    text = reply.text
    if text is None:
        text = reply.body.model_dump_json() if reply.body is not None else ""
    headers = {"X-Correlation-Id": correlation_id(), **reply.headers}
    return Response(
        status_code=reply.status,
        content_type=reply.content_type if text else None,
        body=text,
        headers=cast(Any, headers),
    )


def _render_problem(problem: Problem) -> Response[str]:
    return Response(
        status_code=problem.status,
        content_type=problems.CONTENT_TYPE,
        body=problem.body(correlation_id()),
        headers=cast(Any, {"X-Correlation-Id": correlation_id(), **problem.headers}),
    )
