"""Worlds of synthetic parcels whose daily rhythm no policy knows: 10.6 scans in 115 hours.

Each draws the scans of a parcel from its own habits: at which local hours facilities scan, on which
days and at which hours parcels go out and arrive, where the carrier's clocks are and whether it
tells. Codes are EMSEVT's. One parcel in twelve is held for a while, one in twelve is not delivered
at the first attempt, three in ten are registered before the carrier knows them.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final

from tracking.parcels.states import Certainty, Scan, scan_of

HOUR: Final = 3600
DAY: Final = 24 * HOUR
MONDAY: Final = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
WEEKS: Final = 4
"""Over which parcels are posted."""
_QUICK: Final = 0.35
"""The part of scans that follow soon after another: out of a building, into it."""
_EARLY: Final = 0.3
"""The part of parcels that are registered before the carrier has them."""
_ESTIMATED: Final = 0.8
"""The part of parcels with an estimate, where a carrier gives any; two in three are right."""
_MON_TO_SAT: Final = (1, 1, 1, 1, 1, 1, 0)
_MON_TO_FRI: Final = (1, 1, 1, 1, 1, 0, 0)
_ALWAYS: Final = (1,) * 7


@dataclass(frozen=True)
class Journey:
    """One parcel's life."""

    id: str
    created: float
    scans: tuple[Scan, ...]
    estimate: datetime | None


@dataclass(frozen=True)
class World:
    """A carrier's habits."""

    name: str
    hours: Sequence[float]
    """Weights of facility scans by local hour."""
    gap: float
    """Mean hours between two scans at work, counted in hours of the mean rate."""
    out: tuple[float, float] = (6.5, 10.0)
    """Local hours between which parcels go out, on delivery days."""
    arrives: Sequence[float] = field(default=(0.0,) * 9 + (2, 3, 4, 4, 3, 3, 2, 2, 1) + (0.0,) * 6)
    """Weights of deliveries by local hour."""
    working: Sequence[float] = _ALWAYS
    """Weights of facility scans by weekday, Monday first."""
    delivery: Sequence[int] = _MON_TO_SAT
    offsets: Sequence[int] = (120,)
    """Minutes east of Greenwich, one of them for each parcel."""
    tells_offset: bool = True
    estimates: bool = False

    def journeys(self, count: int, seed: str = "") -> list[Journey]:
        """So many parcels, always the same for a seed."""
        dice = random.Random(f"{self.name}{seed}")
        inverse = _inverse([d * h for d in self.working for h in self.hours])
        return [self._journey(dice, inverse, f"shp_{n:016}") for n in range(count)]

    def _journey(
        self, dice: random.Random, later: Callable[[float, float], float], name: str
    ) -> Journey:
        """Local times first: what facilities do, then the round of delivery."""
        start = MONDAY + dice.randrange(7 * WEEKS) * DAY
        at = later(start + dice.uniform(7, 20) * HOUR, 0.0)
        told = [(at, "EMA")]
        held = dice.randrange(12) == 0
        for number in range(scans := 1 + _poisson(dice, 6.3)):
            quick = dice.random() < _QUICK
            at = later(at, dice.expovariate(1 / (1.5 if quick else self.gap)))
            told.append((at, "EDD" if number % 2 else "EMD"))
            if held and number == scans // 2:
                at = later(at, 1.0)
                told.append((at, "EME"))
                at = later(at, dice.expovariate(1 / 20))
        for code in ("EMH", "EMI") if dice.randrange(12) == 0 else ("EMI",):
            out, at = self._round(dice, at)
            told += [(out, "EDG"), (at, code)]
        early = -HOUR * dice.random()
        if dice.random() < _EARLY:
            early = dice.expovariate(1 / (4 * HOUR))
        offset = dice.choice(self.offsets)
        arrival = at + dice.choices((0, -DAY, DAY), (65, 20, 15))[0]
        return Journey(
            name,
            told[0][0] - early - 60 * offset,
            tuple(self._scan(at, code, offset) for at, code in told),
            datetime.fromtimestamp(arrival - 60 * offset, UTC)
            if self.estimates and dice.random() < _ESTIMATED
            else None,
        )

    def _round(self, dice: random.Random, at: float) -> tuple[float, float]:
        """When a parcel at the delivery office goes out, and when its round ends for it."""
        day = at // DAY
        while True:
            out = day * DAY + dice.uniform(*self.out) * HOUR
            if out > at + HOUR and self.delivery[int(day + 3) % 7]:
                break
            day += 1
        hour = dice.choices(range(24), self.arrives)[0] + dice.random()
        arrived = out - out % DAY + hour * HOUR
        return out, max(arrived, out + dice.uniform(0.3, 1.5) * HOUR)

    def _scan(self, local: float, code: str, offset: int) -> Scan:
        at = datetime.fromtimestamp(int(local) - 60 * offset, UTC)
        if self.tells_offset:
            return scan_of(at, Certainty.OFFSET, code, offset=offset)
        return scan_of(at, Certainty.UTC, code)


def _inverse(rates: Sequence[float]) -> Callable[[float, float], float]:
    """When so many hours of the mean rate have gone by after an instant, in a week of rates."""
    mean = sum(rates) / len(rates)
    work = list(accumulate((rate / mean for rate in rates), initial=0.0))
    week = len(rates)

    def later(at: float, hours: float) -> float:
        weeks, rest = divmod((at - MONDAY) / HOUR, week)
        hour = int(rest)
        done = work[hour] + (work[hour + 1] - work[hour]) * (rest - hour) + hours + 1e-9
        more, done = divmod(done, work[-1])
        hour = bisect_right(work, done) - 1
        part = (done - work[hour]) / (work[hour + 1] - work[hour])
        return MONDAY + ((weeks + more) * week + hour + part) * HOUR

    return later


def _poisson(dice: random.Random, mean: float) -> int:
    """How many of the ends of exponential waits fall before ``mean``."""
    count, waited = 0, dice.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + dice.expovariate(1)
    return count


_POSTAL: Final = (0, 0, 0, 0, 1, 2, 4, 5, 4, 2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 4, 3, 1, 0)
_HUBS: Final = (5, 5, 4, 3, 2, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 2, 3, 5, 6, 6, 6, 5)
_EVENING: Final = (0.0,) * 11 + (1, 1, 1, 1, 1, 2, 3, 4, 4, 3, 1) + (0.0,) * 2

WORLDS: Final = (
    World("postal", _POSTAL, 17.5, working=(1, 1, 1, 1, 1, 0.6, 0.1)),
    World("courier", _HUBS, 19.0, out=(7, 11), arrives=_EVENING, delivery=_ALWAYS),
    World("weekend", _POSTAL, 19.0, working=_MON_TO_FRI, delivery=_MON_TO_FRI),
    World("shifted", _POSTAL, 17.5, offsets=(-540,), tells_offset=False),
    World("zones", _POSTAL, 17.5, offsets=(-480, -420, -300, 60, 480, 600)),
    World("zones-utc", _POSTAL, 17.5, offsets=(-480, -420, -300, 60, 480, 600), tells_offset=False),
    World("estimates", _POSTAL, 17.5, estimates=True),
    World("even", (1,) * 24, 18.5, out=(0, 23), arrives=(1,) * 24, delivery=_ALWAYS),
)
