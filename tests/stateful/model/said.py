"""How the model says that a call is refused; instants and money as answers write them."""

from datetime import UTC, datetime
from typing import Any


class Refused(Exception):  # noqa: N818 - an answer, and no fault
    """The call is answered with a problem: its status, the end of its type, and members of it."""

    def __init__(self, status: int, kind: str, **members: Any) -> None:
        super().__init__(f"{status} {kind}")
        self.status = status
        self.kind = kind
        self.members = members


def conflict(**members: Any) -> Refused:
    """409: the state does not allow it."""
    return Refused(409, "conflict", **members)


def unprocessable(*pointers: str) -> Refused:
    """422: understood, but wrong; ``pointers`` name the fields."""
    return Refused(422, "unprocessable", **({"pointers": list(pointers)} if pointers else {}))


def missing() -> Refused:
    """404: there is none, or it is another shop's."""
    return Refused(404, "not-found")


def stale() -> Refused:
    """412: the caller has seen another version."""
    return Refused(412, "precondition-failed")


def text(at: float) -> str:
    """An instant in seconds since 1970 as answers write it: to the millisecond."""
    told = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")


def money(amount: int) -> dict[str, Any]:
    """An amount as requests and answers write it; all shops here sell in euros."""
    return {"amount": amount, "currency": "EUR"}
