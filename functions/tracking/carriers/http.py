"""The one place that talks to carriers: bounded in time and size, and errors as types.

URLs, headers and bodies hold tokens and addresses: none of them is logged, here or elsewhere.
"""

import time
from collections.abc import Callable
from typing import Final

import requests

from tracking.carriers.base import (
    FailingError,
    GarbledError,
    RateLimitedError,
    RefusedError,
    Request,
    Response,
    UnreachableError,
)

TIMEOUT: Final = (3.05, 8.0)
"""Seconds to connect, and between two packets of an answer."""
MAX_SECONDS: Final = 12.0
"""Seconds for a whole answer, however slowly it drips."""
MAX_BYTES: Final = 1_000_000
_CHUNK: Final = 32 * 1024

_REDIRECTS: Final = range(300, 400)
_FAILURES: Final = range(500, 600)


class CarrierHttp:
    """Sends a carrier's request and hands its answer back; keeps connections open."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = monotonic
        self._session = requests.Session()
        # No proxies, .netrc or certificates from the environment: what is asked is what is set.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "Waybill/1 (+shipment tracking)"

    def send(self, request: Request) -> Response:
        """Send a GET; raises a :class:`~tracking.carriers.base.CarrierError`."""
        try:
            with self._session.get(
                request.url,
                headers=dict(request.headers),
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                _refuse(answer.status_code, answer.headers.get("Retry-After", ""))
                return Response(
                    status=answer.status_code,
                    content_type=answer.headers.get("Content-Type", ""),
                    body=self._read(answer),
                )
        except (requests.exceptions.ContentDecodingError, requests.exceptions.InvalidHeader):
            raise GarbledError("unreadable encoding") from None
        except (requests.RequestException, UnicodeError):  # its text quotes the URL: not chained
            raise UnreachableError("no answer") from None

    def _read(self, answer: requests.Response) -> bytes:
        deadline = self._now() + MAX_SECONDS
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            body += chunk
            if len(body) > MAX_BYTES:
                raise GarbledError("too large")
            if self._now() > deadline:
                raise UnreachableError("too slow")
        return bytes(body)


def _refuse(status: int, retry_after: str) -> None:
    """Raise for statuses that mean the same at every carrier."""
    if status in (401, 403):
        raise RefusedError
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        raise RateLimitedError(retry_after)
    if status in _FAILURES:
        raise FailingError
    if status in _REDIRECTS:
        raise GarbledError("a redirect")
