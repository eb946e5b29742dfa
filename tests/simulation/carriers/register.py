"""What a carrier's own system finds while it answers one question, as local/carriers asks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from local.carriers.journeys import Journey
from tests.simulation.carriers.parcels import Parcel, Scan

_TOKEN: Final = "ups-token-canary-"


@dataclass
class Tokens:
    """The access tokens that UPS has issued, and when each ends."""

    lifetime: float
    """Seconds from its issue."""
    ends: dict[str, float] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)

    def issue(self, now: float) -> str:
        """A new one."""
        token = f"{_TOKEN}{len(self.ends)}"
        self.ends[token] = now + self.lifetime
        return token

    def accepts(self, token: str, now: float) -> bool:
        """Whether a token is good."""
        return token not in self.revoked and now < self.ends.get(token, 0.0)


@dataclass
class Register:
    """What one carrier finds at an instant."""

    parcels: Sequence[Parcel] = ()
    now: float = 0.0
    tokens: Tokens | None = None
    left: Callable[[Sequence[Scan]], Sequence[Scan]] = lambda scans: scans
    """What it finds of the scans that it could tell."""
    told: list[tuple[Parcel, Sequence[Scan]]] = field(default_factory=list)
    tracked: list[tuple[str, str]] = field(default_factory=list)
    """Numbers that somebody wants to be told of, with EasyPost's name of the carrier."""
    issued: str = ""

    def of(self, carrier: str, number: str) -> Journey | None:
        """What is found of a number."""
        for parcel in self.parcels:
            if (parcel.asked, parcel.number) == (carrier, number):
                scans = self.left(parcel.told_by(self.now))
                self.told.append((parcel, scans))
                return parcel.journey(scans) if scans else None
        return None

    def issue_token(self, carrier: str, seconds: float) -> str:
        """A new access token; its lifetime is this world's, not the local carriers'."""
        del carrier, seconds
        self.issued = self.tokens.issue(self.now) if self.tokens else _TOKEN
        return self.issued

    def accepts_token(self, token: str) -> bool:
        """Whether an access token is good."""
        return self.tokens is None or self.tokens.accepts(token, self.now)

    def track(self, number: str, carrier: str) -> None:
        """Remember that somebody wants to be told of a number."""
        self.tracked.append((number, carrier))
