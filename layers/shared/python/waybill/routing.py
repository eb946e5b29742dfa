"""Which handler a method and a path mean; pure.

The gateway knows path prefixes only, so 404 and 405 are decided here. Powertools' resolver would
do it too, at the price of importing asyncio and AppSync into every cold start, and matches few
characters in a path, while a SKU may hold any (docs/decisions/0002-cold-start.md).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal
from urllib.parse import unquote

from pydantic import BaseModel

from waybill.problems import MethodNotAllowed, NotFound

_PARAMETER: Final = re.compile(r"<(\w+)>")
_MAX_PARAMETER: Final = 512
"""Bytes of a path's parameter: nothing has a longer name, and no key of a table has room for it."""


@dataclass(frozen=True)
class Route:
    """One path and method, and all that is promised of it."""

    method: str
    path: str
    """A parameter is written ``<name>`` and ends at the next "/"; see ``takes_slashes``."""
    handler: Callable[..., Any]
    summary: str
    scope: str | None
    """None: public. "operator": the operator's key alone. Else ``<room>:<read|write>``."""
    body: type[BaseModel] | None
    returns: Mapping[int, type[BaseModel] | None]
    failures: tuple[int, ...]
    """Problem statuses beside those every route has (401, 403, 404, 413, 422, 500, 503)."""
    query: Mapping[str, str]
    required: tuple[str, ...]
    """Query parameters that cannot be left out; the handler refuses with 422."""
    idempotency: Literal["none", "optional", "refused"]
    paged: bool
    max_bytes: int
    shows_pages: bool = False
    """Whether it answers people too: HTML in place of JSON, where a client does not prefer that.

    Query parameters that it does not know are let pass: a link is added to on its way.
    """
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The fields of an HTML form that it takes in place of JSON, and what each may say."""
    waits: bool = False
    """Whether it knows the preference ``wait`` (RFC 7240)."""
    takes_slashes: bool = False
    """Whether its last parameter takes the rest of the path, sent as %2F."""

    @property
    def parameters(self) -> list[str]:
        """Names in the path, such as ``order_id``."""
        return _PARAMETER.findall(self.path)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parameter = "(.+)" if self.takes_slashes else "([^/]+)"
        texts = _PARAMETER.split(self.path)[::2]  # what stands between the parameters
        return re.compile(parameter.join(map(re.escape, texts)), re.DOTALL)

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters of a decoded path, or None where it is another's."""
        found = self._pattern.fullmatch(path)
        if found is None or any(len(text.encode()) > _MAX_PARAMETER for text in found.groups()):
            return None
        return dict(zip(self.parameters, found.groups(), strict=True))


class Router:
    """The routes of an API, in the order they were declared."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """The route of a request and its parameters.

        HTTP APIs decode every escape of ``rawPath`` but that of "%". Raises
        :class:`~waybill.problems.NotFound`, or :class:`~waybill.problems.MethodNotAllowed` with
        the methods there are.
        """
        path = unquote(raw_path).encode(errors="replace").decode()  # half characters match none
        found = ((route, route.match(path)) for route in self.routes)
        matches = [(route, given) for route, given in found if given is not None]
        for route, given in matches:
            if route.method == method:
                return route, given
        if matches:
            allowed = sorted({route.method for route, _ in matches})
            raise MethodNotAllowed(headers={"Allow": ", ".join(allowed)})
        raise NotFound("no such path")
