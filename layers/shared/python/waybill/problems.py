"""Every error an API answers with, as RFC 9457 problem details; one tree, one writer.

Problem
├── MalformedRequest 400      not JSON, or a header that cannot be read
├── InvalidCursor 400
├── Unauthenticated 401       no key, an unknown one, a revoked one, a wrong signature
├── Forbidden 403             the key lacks the scope
├── NotFound 404              also for what belongs to another shop
├── MethodNotAllowed 405
├── Conflict 409              the state does not allow it
├── PreconditionFailed 412    If-Match is stale, or If-None-Match finds one
├── ContentTooLarge 413
├── Unprocessable 422         understood, but wrong: carries pointers to the fields
├── TooManyRequests 429
├── InternalError 500
└── Unavailable 503           AWS refuses for now; safe to try again
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError

CONTENT_TYPE = "application/problem+json"

_KEY: Final = "[key]"  # pydantic's last part of a place, where a member's name is wrong
_ENUM_MEMBER: Final = re.compile(r"<\w+\.\w+: ('[^']*')>")


class FieldError(NamedTuple):
    """One wrong field: a JSON pointer (RFC 6901) into the request body, and what is wrong."""

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """An expected error with an HTTP answer. Subclasses fix status, type and title."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions

    def body(self, correlation_id: str) -> str:
        """The problem document: type, title, status, detail, instance, errors, extensions."""
        document: dict[str, Any] = {
            "type": f"urn:problem-type:waybill:{self.slug}",
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            document["detail"] = self.detail
        if correlation_id:
            document["instance"] = f"urn:waybill:request:{correlation_id}"
        if self.errors:
            document["errors"] = [error._asdict() for error in self.errors]
        return json.dumps(document | self.extensions, ensure_ascii=False)


class MalformedRequest(Problem):
    """The request cannot be read at all."""

    status, slug, title = 400, "malformed-request", "Malformed request"


class InvalidCursor(Problem):
    """The cursor was not made by this list, with these filters, for this shop."""

    status, slug, title = 400, "invalid-cursor", "Invalid cursor"


class Unauthenticated(Problem):
    """No key, or one that is unknown or revoked; or a signature that does not match."""

    status, slug, title = 401, "unauthenticated", "Authentication required"

    def __init__(self, detail: str = "", **extensions: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extensions)


class Forbidden(Problem):
    """The key is known but lacks the scope."""

    status, slug, title = 403, "forbidden", "Forbidden"


class NotFound(Problem):
    """It does not exist, or belongs to another shop."""

    status, slug, title = 404, "not-found", "Not found"


class MethodNotAllowed(Problem):
    """The path exists, with other methods."""

    status, slug, title = 405, "method-not-allowed", "Method not allowed"


class Conflict(Problem):
    """The state of the thing does not allow it."""

    status, slug, title = 409, "conflict", "Conflict"


class PreconditionFailed(Problem):
    """What is there is not what If-Match or If-None-Match names."""

    status, slug, title = 412, "precondition-failed", "Precondition failed"


class ContentTooLarge(Problem):
    """The body is larger than this path accepts."""

    status, slug, title = 413, "content-too-large", "Content too large"


class Unprocessable(Problem):
    """The body is JSON, but a field is unknown, missing or wrong."""

    status, slug, title = 422, "unprocessable", "Unprocessable request"


class TooManyRequests(Problem):
    """A limit is spent; Retry-After says when to ask again."""

    status, slug, title = 429, "too-many-requests", "Too many requests"


class InternalError(Problem):
    """A fault of ours; the instance is in the logs."""


class Unavailable(Problem):
    """A dependency refuses for now; the same request may be sent again."""

    status, slug, title = 503, "unavailable", "Temporarily unavailable"

    def __init__(self, detail: str = "", **extensions: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "1"}, **extensions)


def from_validation(error: "ValidationError") -> Problem:
    """Turn pydantic's errors into one problem: 400 for broken JSON, else 422 with pointers.

    Input values are not quoted: they may be personal data or secrets.
    """
    details = error.errors(include_url=False, include_input=False, include_context=False)
    if any(detail["type"] == "json_invalid" for detail in details):
        return MalformedRequest("the body is not valid JSON")
    return Unprocessable(
        "the request has invalid fields",
        errors=[
            FieldError(_pointer(detail["loc"]), _told(detail["loc"], detail["msg"]))
            for detail in details
        ],
    )


def _told(location: tuple[int | str, ...], message: str) -> str:
    """What pydantic says, without what is Python's: an exception's name, an enumeration's."""
    text = _ENUM_MEMBER.sub(r"\1", message.removeprefix("Value error, "))
    return f"its name: {text}" if location[-1:] == (_KEY,) else text


def field_problem(pointer: str, detail: str) -> Unprocessable:
    """One wrong field, found by the business rather than by the model."""
    return Unprocessable(detail, errors=[FieldError(pointer, detail)])


def _pointer(location: Iterable[int | str]) -> str:
    parts = [str(part) for part in location if part != _KEY]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
