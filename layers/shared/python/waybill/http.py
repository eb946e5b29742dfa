"""HTTP conventions of every API: routes, keys, bodies, ETags, cursors, and one place for errors.

A room declares its routes on an :class:`Api`; each names its scope, its models and its statuses, so
that routing, authorization, /openapi.json and the authorization tests read one table.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar, cast
from urllib.parse import parse_qsl

from pydantic import BaseModel, PlainSerializer, ValidationError, WithJsonSchema

from waybill import problems
from waybill.auth import Authenticator, Caller
from waybill.clock import to_text
from waybill.dynamo import StartKeyError, is_transient
from waybill.ids import random_id
from waybill.observability import (
    correlation_id,
    count,
    describe_error,
    end_invocation,
    logger,
    start_work,
)
from waybill.paging import PARAMETERS, Page, read_page
from waybill.preconditions import Precondition, read_precondition
from waybill.problems import FieldError, Problem
from waybill.routing import Route, Router

MAX_JSON_BYTES: Final = 1_000_000
MAX_WEBHOOK_BYTES: Final = 4_000_000
MAX_QUERY_BYTES: Final = 512

MAX_WAIT_SECONDS: Final = 10

_WAIT: Final = re.compile(r'\s*wait\s*=\s*("?)([0-9]{1,9})\1\s*(?:;.*)?', re.IGNORECASE)
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
_IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

M = TypeVar("M", bound=BaseModel)


Instant = Annotated[
    datetime,
    PlainSerializer(to_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time as every answer writes it: RFC 3339, UTC, milliseconds."""


class Model(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """Base of request and response bodies: frozen, and an unknown field is an error.

    Its validator is built at first use, so that a cold start pays for what its request needs.
    """


@dataclass(frozen=True)
class Reply:
    """What a handler answers: a model (or None), and headers beside it."""

    status: int
    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    content_type: str = "application/json"


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
        """The body as a model; raises 400 for what is not plain JSON and 422 with pointers."""
        _check_plain(self.headers)
        body = self.raw_body or b"{}"
        try:
            parsed = model.model_validate_json(body)
        except ValidationError as error:
            raise problems.from_validation(error) from None
        json.loads(body, object_pairs_hook=_refuse_repeated)
        return parsed

    @property
    def form(self) -> dict[str, str]:
        """The fields of a URL-encoded form; of one named twice the last, of another body none."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.raw_body.decode(errors="replace")))

    @property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key header; 400 when it is not 1 to 255 visible ASCII characters."""
        key = self.headers.get("idempotency-key")
        if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
            raise problems.MalformedRequest("Idempotency-Key: 1 to 255 visible ASCII characters")
        return key

    @property
    def precondition(self) -> Precondition:
        """What the change rests on, by If-Match and If-None-Match; 400 where they are not ours."""
        return read_precondition(self.headers)

    @property
    def wait_seconds(self) -> int | None:
        """Seconds of ``Prefer: wait=n`` (RFC 7240), at most 10; None where it is not asked for.

        A preference that cannot be read is as good as none. Of several, the first counts.
        """
        for preference in self.headers.get("prefer", "").split(","):
            if found := _WAIT.fullmatch(preference):
                return min(int(found[2]), MAX_WAIT_SECONDS)
        return None

    def page(self, **filters: str | None) -> Page:
        """``limit`` and ``cursor``; 422 for a wrong limit, 400 for another list's cursor."""
        return read_page(self.query, self.route.path, self.shop_id, self.path, filters)


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
        self._router = Router()
        self._slashes_below = slashes_below
        self._authenticator = authenticator

    @property
    def routes(self) -> list[Route]:
        """Everything this API answers to."""
        return self._router.routes

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
        required: tuple[str, ...] = (),
        idempotency: Literal["none", "optional", "refused"] = "none",
        paged: bool = False,
        shows_pages: bool = False,
        form: Mapping[str, tuple[str, ...]] | None = None,
        waits: bool = False,
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
                required=required,
                idempotency=idempotency,
                paged=paged,
                shows_pages=shows_pages,
                form=form or {},
                waits=waits,
                max_bytes=max_bytes,
                takes_slashes=path.startswith(tuple(f"{p}/<" for p in self._slashes_below)),
            )
            self.routes.append(route)
            return handler

        return declare

    def lambda_handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002
        """Answer an HTTP API event (payload format 2.0)."""
        start_work(self.room, _correlation_of(event))
        try:
            return _render(self._answer(event))
        except Problem as problem:
            return _render_problem(problem)
        except Exception as error:
            return _render_problem(_unexpected(error))
        finally:
            end_invocation()

    def _answer(self, event: Mapping[str, Any]) -> Reply:
        method = event["requestContext"]["http"]["method"]
        route, path = self._router.find(method, event["rawPath"])
        call = Call(route, event, path)
        if route.scope is not None:
            caller = self._authenticator().caller(call.headers.get("authorization"))
            caller.require(route.scope)
            call._caller = caller  # noqa: SLF001 - its own module's
        if len(call.raw_body) > route.max_bytes:
            raise problems.ContentTooLarge(f"at most {route.max_bytes} bytes")
        _check_query(call)
        if route.idempotency == "refused" and "idempotency-key" in call.headers:
            raise problems.MalformedRequest(
                "Idempotency-Key is refused here: a replay would show the secret again"
            )
        return cast(Reply, route.handler(call))


def _check_plain(headers: Mapping[str, str]) -> None:
    """Raise 400 for a body that says it is anything but uncompressed UTF-8.

    A media type other than JSON's is let pass: a body that is JSON means what it says.
    """
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise problems.MalformedRequest("Content-Encoding: bodies are taken uncompressed")
    charset = _CHARSET.search(headers.get("content-type", ""))
    if charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise problems.MalformedRequest("Content-Type: JSON is UTF-8 (RFC 8259)")


def _refuse_repeated(members: list[tuple[str, Any]]) -> None:
    """Raise 400 for an object that has a name twice: readers differ in which of the two counts."""
    if len({name for name, _ in members}) != len(members):
        raise problems.MalformedRequest("an object of the body has a name twice")


def _check_query(call: Call) -> None:
    """Raise 422 for parameters that are unknown, or longer than anything they could name.

    Not where people come by a link: whoever passes it on adds parameters of their own to it.
    """
    if call.route.shows_pages:
        return
    known = set(call.route.query) | (PARAMETERS if call.route.paged else frozenset())
    wrong = {name: "unknown" for name in call.query if name not in known} | {
        name: "too long"
        for name, text in call.query.items()
        if name != "cursor" and len(text.encode(errors="replace")) > MAX_QUERY_BYTES
    }
    if wrong:
        raise problems.Unprocessable(
            "the request has invalid query parameters",
            errors=[FieldError(f"/{name}", detail) for name, detail in sorted(wrong.items())],
        )


def etag(version: int) -> dict[str, str]:
    """The ETag header of an item's version."""
    return {"ETag": f'"{version}"'}


def _correlation_of(event: Mapping[str, Any]) -> str:
    request_id = event.get("requestContext", {}).get("requestId")
    return f"req-{request_id}" if request_id else random_id("req")


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


def _render(reply: Reply) -> dict[str, Any]:
    text = reply.text
    if text is None:
        text = reply.body.model_dump_json() if reply.body is not None else ""
    content = {"Content-Type": reply.content_type} if text else {}
    return _response(reply.status, text, content | dict(reply.headers))


def _render_problem(problem: Problem) -> dict[str, Any]:
    content = {"Content-Type": problems.CONTENT_TYPE}
    return _response(problem.status, problem.body(correlation_id()), content | problem.headers)


def _response(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """An HTTP API's answer, payload format 2.0."""
    return {
        "statusCode": status,
        "headers": {"X-Correlation-Id": correlation_id(), **headers},
        "body": body,
        "isBase64Encoded": False,
    }
