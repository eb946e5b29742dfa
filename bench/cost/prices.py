"""List prices, and what a tally comes to; what AWS alone could measure is assumed, in one place."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from bench.cost.tally import Tally, Use

FILE: Final = Path(__file__).with_name("prices.toml")
MESSAGES: Final = frozenset({Use.MAIL, Use.SMS})
_FULL_CPU_MB: Final = 1769
"""At 1,769 MB a function has one vCPU ("Configure Lambda function memory", developer guide)."""


@dataclass(frozen=True)
class Assumed:
    """What only AWS could tell, as numbers to argue with; each is explained in prices.toml."""

    platform_log_bytes: int
    access_log_bytes: int
    traced_share: float
    latency_ms: Mapping[str, float]
    """By service, of one request."""

    def seconds(self, cpu: float, memory: int, services: Iterable[str]) -> float:
        """How long a function runs: its own seconds of a whole core, and what it waits for."""
        waited = sum(self.latency_ms[service] for service in services) / 1000
        return cpu * max(1.0, _FULL_CPU_MB / memory) + waited


@dataclass(frozen=True)
class Standing:
    """Dollars a month for what is there, and how often a queue is asked in vain."""

    alarm: float
    metric: float
    secret: float
    receives_a_minute: int


@dataclass(frozen=True)
class Prices:
    """Dollars for one of each kind of use."""

    region: str
    as_of: date
    each: Mapping[Use, float]
    standing: Standing

    def dollars(self, tally: Tally, leaving_out: Collection[Use] = ()) -> float:
        """What a tally costs; requests to AWS cost what they consume."""
        return sum(
            amount * self.each[key.use]
            for key, amount in tally.amounts.items()
            if key.use is not Use.CALL and key.use not in leaving_out
        )


def read_prices(text: str | None = None) -> tuple[Prices, Assumed]:
    """Read prices.toml; raises KeyError where a kind of use has no price."""
    document: dict[str, Any] = tomllib.loads(FILE.read_text() if text is None else text)
    each: dict[Use, float] = {
        use: document["price"][use]["dollars"] / document["price"][use]["per"]
        for use in Use
        if use is not Use.CALL
    }
    return Prices(
        document["region"], document["as_of"], each, Standing(**document["standing"])
    ), Assumed(**document["assumed"])
