"""How carriers are asked: never while they rest, within their budgets and caps, apart from others.

What an invocation knows of a carrier is what it has read, consistently: the carrier's usage.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from tests.simulation.judge.codes import BUDGETS, CAPS
from tests.simulation.judge.verdict import Item, Key, Write, broken
from tests.simulation.judge.world import World

_LATE_TOKEN: Final = 30.0
"""Seconds that a token may be used after its end: it is renewed by the clock of who got it."""
_SOON: Final = 10.0
"""Seconds to a message's question, from when nothing is in its way any more but another carrier."""
_FORGOTTEN: Final = 1800.0
_AGAIN: Final = 1800.0
"""Seconds in which the same question is one that was repeated, because of what had failed."""
_UNREACHED: Final = 3
_UNANSWERED: Final = 8
"""Times in a row after which a carrier is left alone for a while."""
_FIRST: Final = 20.0
"""Seconds after its creation at which a shipment's marks begin."""
_LATE: Final = 600.0
"""Seconds from a sweep to its last question, and from what is asked anew to what failed before."""
_VISITS: Final = 900.0
"""Seconds between two visits of a shipment: what passed since the last is left to the next sweep,
though a question that waited for its carrier may come after it."""
_DAY: Final = 86_400
_ROUNDING: Final = 0.002


class QuestionRules:
    """Judges what carriers are asked, and when."""

    def __init__(self, world: World, interrupted: set[int]) -> None:
        self._world = world
        self._interrupted = interrupted
        """Invocations of whose calls something was lost."""
        self._asked: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self._answered: dict[tuple[str, str], float] = {}
        self._created: dict[str, float] = {}
        self._seen: dict[tuple[int, str], Item] = {}
        """A carrier's usage as an invocation has read it last."""
        self._since: Counter[tuple[int, str]] = Counter()
        """Requests to a carrier since then."""
        self._limited: dict[tuple[int, str], float] = {}
        self._refused: set[tuple[int, str]] = set()
        self._groups: dict[str, str] = {}
        self._waiting: dict[str, float] = {}
        self._done: dict[str, float] = {}
        """When a carrier was last done with a question, or its time was up."""
        self._due_since: dict[str, float] = {}
        self._troubled_at = -_FORGOTTEN
        """When more than carriers has failed last: what came of that may take a while."""

    # --- what is seen ----------------------------------------------------------------------------

    def read(self, invocation: int, keys: Sequence[Key]) -> None:
        """An invocation has read these items of ShipmentsTable as they stand."""
        for key in keys:
            if key[1] == "usage":
                carrier = key[0].partition("#")[2]
                self._seen[invocation, carrier] = self._world.now("ShipmentsTable", key) or {}
                self._since[invocation, carrier] = 0

    def sent(
        self, at: float, carrier: str, since: float, group: str | None, *, faults: bool
    ) -> None:
        """Somebody is sent to ask a carrier what fell due since then, behind others of a group."""
        self._due_since[carrier] = since
        owner = self._groups.setdefault(group or "", carrier)
        if owner != carrier:
            broken("delayed", f"questions to {carrier} wait behind {owner}'s", carrier)
        if faults:
            self._troubled_at = at
        if at - max(self._troubled_at, self._waiting.get(carrier, 0.0)) > _FORGOTTEN:
            self._waiting[carrier] = at

    def limited(self, invocation: int, carrier: str, until: float) -> None:
        """A carrier answers that it wants to be left alone until then."""
        self._limited[invocation, carrier] = until

    def refused(self, invocation: int, token: str) -> None:
        """A carrier answers an invocation that its access token is no good."""
        self._refused.add((invocation, token))

    def done(self, at: float, carrier: str) -> None:
        """A carrier is done with a question, however that ended: the next need not wait for it."""
        self._done[carrier] = at

    def answered(self, at: float, carrier: str, number: str) -> None:
        """A carrier has answered a question."""
        self._answered[carrier, number] = at

    def asked(
        self, at: float, invocation: int, carrier: str, number: str,
        token: str, token_ends: float | None, *, faults: bool,
    ) -> None:  # fmt: skip
        """A request leaves for a carrier."""
        if faults:
            self._troubled_at = at
        self._since[invocation, carrier] += 1
        seen = self._check_rest(at, invocation, carrier)
        self._check_spent(at, invocation, carrier, seen)
        if (invocation, token) in self._refused:
            broken("token", f"{carrier} was asked again with a token it had refused", carrier)
        if token_ends is not None and at > token_ends + _LATE_TOKEN:
            broken("token", f"{carrier} was asked with a token that had ended", carrier)
        if not number:
            self._check_token(at, carrier)
        waits = max(self._waiting.pop(carrier, at), self._done.get(carrier, 0.0))
        if _SOON < at - waits < _FORGOTTEN:
            broken("delayed", f"{carrier} was asked {at - waits:.0f} s late", carrier)
        self._check_cap(at, carrier, number)
        self._asked[carrier].append((at, invocation))

    def _check_rest(self, at: float, invocation: int, carrier: str) -> Item:
        """Who asks has looked how the carrier fares, and may ask; what it has seen."""
        seen = self._seen.get((invocation, carrier))
        if seen is None:
            broken("resting", f"{carrier} was asked by one who had not looked", carrier)
        if at < seen.get("paused_until_ms", 0) / 1000:
            broken("resting", f"{carrier} was asked, and is known to want a rest", carrier)
        unreached, unanswered, *_, opened, probe, _ = seen.get("breaker") or [0] * 8
        fails = unreached >= _UNREACHED or unanswered >= _UNANSWERED
        if (opened and at < probe) or (fails and not opened):
            broken("resting", f"{carrier} was asked, and is known to fail", carrier)
        if at < self._limited.get((invocation, carrier), 0.0):
            broken("resting", f"{carrier} was asked by one whom it had told to rest", carrier)
        return seen

    def _check_spent(self, at: float, invocation: int, carrier: str, seen: Item) -> None:
        """What was counted and what has been asked since are within the budget."""
        budget, day = self._limit(carrier, "daily_budget", BUDGETS), _day(at)
        spent = seen.get("days", {}).get(day, [0])[0] + self._since[invocation, carrier]
        if budget is not None and spent > budget:
            text = f"{carrier} was asked {spent} times on {day}, {budget} are allowed"
            broken("budget", text, carrier)

    def _check_token(self, at: float, carrier: str) -> None:
        """Nobody gets a token while there is one that all can use."""
        held = self._world.now("ShipmentsTable", (f"carrier#{carrier}", "token")) or {}
        if at < held.get("renew_ms", 0) / 1000:
            broken("token", f"a token of {carrier} was got while there was one", carrier)

    def check(self, write: Write) -> None:
        """Judge one write: who was told to leave a carrier alone tells all others."""
        for step in write.of("shipment"):
            if step.old is None:
                created = datetime.fromisoformat(step.new["created_at"]).timestamp()
                for parcel in step.new["parcels"]:
                    self._created[parcel["tracking_number"]] = created
        for step in write.of("usage"):
            carrier = step.key[0].partition("#")[2]
            until = self._limited.get((write.invocation, carrier), 0.0)
            if until <= write.at or write.invocation in self._interrupted:
                continue
            if step.new.get("paused_until_ms", 0) / 1000 < until - _ROUNDING:
                broken("resting", f"that {carrier} wants a rest was not kept", carrier)

    # --- the end ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """Judge the whole: all requests of a day, but those that nobody could count."""
        for carrier, asked in self._asked.items():
            sound = [at for at, invocation in asked if invocation not in self._interrupted]
            budget = self._limit(carrier, "daily_budget", BUDGETS)
            for day, times in Counter(map(_day, sound)).items():
                if budget is not None and times > budget:
                    text = f"{carrier}: {times} requests on {day}, not {budget}"
                    broken("budget", text, carrier)

    def _check_cap(self, at: float, carrier: str, number: str) -> None:
        """Between two questions about a parcel that were answered lies one of its marks.

        They stand evenly from its first question on, as many a day as the cap allows. After a rest
        all is asked again that fell due since before it.
        """
        cap = self._limit(carrier, "daily_cap", CAPS)
        before = self._answered.get((carrier, number))
        if cap is None or before is None or at - before < _AGAIN or number not in self._created:
            return
        first, apart = self._created[number] + _FIRST, _DAY / cap
        since = min(before - _LATE, self._due_since.get(carrier, before) - _VISITS)
        passed = (at - first) // apart - (since - first) // apart
        if passed < 1:
            text = f"{number} was asked about again after {at - before:.0f} s, {cap} times a day"
            broken("cap", text, number, carrier)

    def _limit(self, carrier: str, name: str, usual: Mapping[str, int]) -> int | None:
        settings = self._world.now("ShipmentsTable", (f"carrier#{carrier}", "settings")) or {}
        told: int | None = settings.get(name)
        return usual.get(carrier) if told is None else told


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
