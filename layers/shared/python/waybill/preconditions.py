"""What a change rests on: If-Match and If-None-Match (RFC 9110, section 13.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from waybill.problems import MalformedRequest, PreconditionFailed

_TAG: Final = re.compile(r'"([0-9]{1,15})"')


@dataclass(frozen=True)
class Precondition:
    """What there has to be, for a change to be made."""

    version: int | None = None
    """The version that the caller has seen; None: whichever there is."""
    must_exist: bool = False
    must_be_new: bool = False

    def check(self, current: int) -> None:
        """Raise :class:`PreconditionFailed` where ``current``, 0 for nothing, is not such a one."""
        if self.must_be_new and current:
            raise _failed("If-None-Match: there is one already", current)
        if self.must_exist and not current:
            raise _failed("If-Match: there is none", current)
        if self.version not in {None, current}:
            raise _failed("If-Match is not the current version", current)


def read_precondition(headers: Mapping[str, str]) -> Precondition:
    """Read a request's headers, lower-case; raises 400 for a tag that is not of this API."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if none_match not in {None, "*"}:
        raise MalformedRequest("If-None-Match: only * is known here")
    tag = _TAG.fullmatch(match or "")
    if match not in {None, "*"} and tag is None:
        raise MalformedRequest("If-Match: an ETag of this API")
    return Precondition(
        version=int(tag[1]) if tag else None,
        must_exist=match is not None,
        must_be_new=none_match is not None,
    )


def _failed(detail: str, current: int) -> PreconditionFailed:
    return PreconditionFailed(detail, headers={"ETag": f'"{current}"'} if current else {})
