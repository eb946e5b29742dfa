"""Whether each commit of stock is what the rules decide from what that invocation had read.

A round is what one invocation read before it planned. Its commits must be the outcomes of the
rules for these very readings, order after order, whatever others did meanwhile. A write may come
late, after the invocation has read again; then it must fit one of its earlier rounds. An order
too large for one transaction is written in parts, each a part of its one outcome.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.judge.planning import Decider
from tests.simulation.judge.shelf import Outcome, Shelf, UnseenError, amounts
from tests.simulation.judge.verdict import Item, Key, Step, Write, broken
from tests.simulation.judge.world import World

_TABLE = "InventoryTable"
_KEPT_ROUNDS = 40
_KEPT_INVOCATIONS = 50_000
"""So many, because a write that comes late may be of an invocation long ago."""
Turn = tuple[bool, str, str, str]


@dataclass
class Round:
    """What an invocation read at a time, and what it committed since."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    decisions: dict[Key, Item | None] = field(default_factory=dict)
    begun: dict[Key, Item | None] = field(default_factory=dict)
    """Decisions as they were read, of orders of which a part was written since."""
    planned: bool = False
    """True once levels were read or something was committed: another reading is a new round."""
    last: Turn | None = None
    fills: list[str | None] = field(default_factory=lambda: [None])
    """What was read was planned to fill one of these SKUs; None is none, or one of which no order
    so far was owed anything."""
    owed: set[str] = field(default_factory=set)
    """The SKUs that orders so far were owed."""

    def shelf(self, shop_id: str) -> Shelf:
        """What was read of a shop's stock."""
        return self.shelves.setdefault(shop_id, Shelf())

    def commit(self, steps: Sequence[Step], shelves: dict[str, Shelf], last: Turn) -> None:
        """What was read is now what these steps made of it; ``last`` was served last."""
        self.planned, self.last = True, last
        self.decisions.update({step.key: step.new for step in steps})
        if any(map(_is_part, steps)):  # it is alone; the shelf stays until its last part
            self.begun = {step.key: step.old for step in steps} | self.begun
            return
        self.shelves = shelves
        for step in steps:
            self.begun.pop(step.key, None)


@dataclass
class _Try:
    """A commit decided a second time."""

    filled: str | None
    shelves: dict[str, Shelf]
    turns: list[Turn] = field(default_factory=list)
    wrong: str | None = None


class AllocationRules:
    """Plans every commit a second time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rounds: dict[int, list[Round]] = {}
        self._first_read: dict[tuple[int, Key], int] = {}
        self.judged = 0
        """Orders whose decision was worked out a second time."""
        self.late = 0
        """Commits that fit only what an earlier invocation of the process had read."""
        self.fills = 0
        """Orders that got some of what they were owed."""
        self.unjudged = 0
        """Orders decided by an invocation that nobody saw reading."""

    # --- reading ---------------------------------------------------------------------------------

    def read(self, invocation: int, keys: Sequence[Key]) -> None:
        """An invocation has read these keys of InventoryTable consistently."""
        rounds = self._rounds.setdefault(invocation, [])
        if len(self._rounds) > _KEPT_INVOCATIONS:
            del self._rounds[next(iter(self._rounds))]
        asks = any(key[1] in {"allocation", "item"} for key in keys)
        if not rounds or (asks and rounds[-1].planned):
            rounds.append(Round())
            del rounds[:-_KEPT_ROUNDS]
        for key in keys:
            self._first_read.setdefault((invocation, key), self._world.number)
            self._see(rounds[-1], key, self._world.now(_TABLE, key))
        rounds[-1].planned |= any(key[1].startswith("level#") for key in keys)

    def _see(self, round_: Round, key: Key, item: Item | None) -> None:
        shop_id, _, below = key[0].partition("#")
        shelf = round_.shelf(shop_id)
        if key[1] == "allocation":
            round_.decisions[key] = item
        elif below.startswith("sku#") and key[1] == "item":
            shelf.items[below.removeprefix("sku#")] = item
        elif item is not None and below == "locations":
            shelf.places[key[1]] = item
        elif item is not None and key[1].startswith("level#"):
            place = (item["sku"], item["location_id"])
            shelf.available[place] = item["available"]
            shelf.owed[place] = item["backordered"]

    def limits(self, write: Write) -> dict[tuple[str, str], int | None]:
        """What may be owed of each SKU of which more is owed now: by settings since it was read."""
        found: dict[tuple[str, str], int | None] = {}
        for step in write.of("reservation"):
            new = step.new
            if new.get("backordered", 0) <= (step.old or {}).get("backordered", 0):
                continue
            key = (f"{new['shop_id']}#sku#{new['sku']}", "item")
            reads = [
                self._first_read.get((invocation, key))
                for invocation in self._world.may_be(write.who, write.invocation)
            ]
            since = min((one for one in reads if one is not None), default=self._world.number)
            limits = [item["backorder_limit"] for item in self._world.since(_TABLE, key, since)]
            known = [limit for limit in limits if limit is not None]
            free = len(known) < len(limits)
            found[new["shop_id"], new["sku"]] = None if free else max(known, default=0)
        return found

    # --- committing ------------------------------------------------------------------------------

    def check(self, write: Write) -> None:
        """Judge one write."""
        steps = write.of("allocation")
        own = self._rounds.get(write.invocation, [])
        if not steps:
            for step in (*write.of("item"), *write.of("level")):  # a level it opened itself
                for round_ in own[-1:]:
                    self._see(round_, step.key, step.new)
            return
        self.fills += sum(map(_is_fill, steps))
        wrong: list[str] = []
        versions = _versions(write)
        for invocation in self._world.may_be(write.who, write.invocation):
            for round_ in reversed(self._rounds.get(invocation, [])):
                found = self._wrong(round_, steps, versions)
                if found is None:
                    self.judged += len(steps)
                    self.late += invocation != write.invocation
                    return
                wrong.append(found)
        if not wrong:
            self.unjudged += len(steps)
            return
        orders = (name for step in steps for name in (step.new["order_id"], *_skus(step)))
        broken("allocation", wrong[0], *dict.fromkeys(orders))

    def _wrong(
        self, round_: Round, steps: Sequence[Step], versions: Mapping[Key, int]
    ) -> str | None:
        """What a commit has otherwise than the rules; None, and it is applied, where it fits."""
        for step in steps:
            if round_.decisions.get(step.key, _UNSEEN) != step.old:
                return f"{step.new['order_id']} was decided from another state than it had"
        owed = _waited_for(steps)
        new = [sku for sku in owed if sku not in round_.owed] if None in round_.fills else []
        tries = [self._try(round_, steps, versions, filled) for filled in [*round_.fills, *new]]
        right = [each for each in tries if each.wrong is None]
        if not right:
            return tries[0].wrong
        turns, shelves = right[0].turns, right[0].shelves
        self._check_overtaken(round_, steps, turns[-1], shelves)
        round_.fills = [each.filled for each in right]
        round_.owed.update(owed)
        round_.commit(steps, shelves, turns[-1])
        return None

    def _try(
        self,
        round_: Round,
        steps: Sequence[Step],
        versions: Mapping[Key, int],
        filled: str | None,
    ) -> _Try:
        """Decide for each order again, as if the plan was to fill a SKU, or none."""
        shelves = {name: shelf.copy() for name, shelf in round_.shelves.items()}
        done = _Try(filled, shelves)
        try:
            for step, decider in self._in_turn(round_, steps, versions, shelves, filled):
                done.turns.append(decider.turn())
                outcome = decider.decide()
                done.wrong = _difference(step, round_.begun.get(step.key, step.old), outcome)
                if done.wrong is not None:
                    return done
        except UnseenError as error:
            done.wrong = f"decided without reading {error}"
            return done
        if round_.last is not None and done.turns[0] < round_.last:
            done.wrong = f"{done.turns[0]} was served after {round_.last}"
        return done

    def _in_turn(
        self,
        round_: Round,
        steps: Sequence[Step],
        versions: Mapping[Key, int],
        shelves: dict[str, Shelf],
        filled: str | None,
    ) -> Iterator[tuple[Step, Decider]]:
        pairs = []
        for step in steps:
            stored = round_.begun.get(step.key, step.old)
            pairs.append((step, self._decider(step, versions, stored, shelves, filled)))
        return iter(sorted(pairs, key=lambda pair: pair[1].turn()))

    def _decider(
        self,
        step: Step,
        versions: Mapping[Key, int],
        stored: Item | None,
        shelves: dict[str, Shelf],
        filled: str | None,
    ) -> Decider:
        shop_id, order_id = step.new["shop_id"], step.new["order_id"]
        past = self._world.orders_past(shop_id, order_id)
        version = versions.get(step.key, 0) if _is_part(step) else step.new["order_version"]
        if not 1 <= version <= len(past):
            broken("sources", f"version {version} of an order was never written", order_id)
        return Decider(past[version - 1], stored, shelves[shop_id], filled)

    def _check_overtaken(
        self, round_: Round, steps: Sequence[Step], last: Turn, shelves: dict[str, Shelf]
    ) -> None:
        """First come, first served: nobody in the batch who came before is still undecided."""
        if self._world.expected_poison:
            return
        served = {step.key for step in steps}
        for key, decision in round_.decisions.items():
            if decision is not None or key in served:
                continue
            shop_id, _, order_id = key[0].partition("#")
            past = self._world.orders_past(shop_id, order_id)
            if len(past) == 1 and self._world.now(_TABLE, key) is None:
                turn = Decider(past[0], None, shelves[shop_id]).turn()
                if turn < last:
                    broken("overtaken", f"{turn} waits while {last} is served", order_id, last[2])


def stored_outcome(allocation: Item) -> Outcome:
    """What a stored allocation says."""
    return Outcome(
        allocation["decision"],
        {line_id: dict(share) for line_id, share in allocation["lines"].items()},
        {(row["sku"], row["location_id"]): amounts(row) for row in allocation["reservations"]},
        allocation["decided"],
    )


_UNSEEN: Item = {"unseen": True}


def _is_part(step: Step) -> bool:
    """Whether this is a part of an order, but not its last: of no newer version than before.

    A fill is of no newer version either, but news: a line waits for less than before.
    """
    known = (step.old or {"order_version": 0})["order_version"]
    return bool(step.new["order_version"] == known and not (known and step.new["decided"]))


def _is_fill(step: Step) -> bool:
    """Whether an order got some of what it was owed, and nothing else happened to it."""
    old, new = step.old, step.new
    return bool(old and old["order_version"] == new["order_version"] and new["decided"])


def _waited_for(steps: Sequence[Step]) -> list[str]:
    """The SKUs that these orders were owed."""
    rows = [row for step in steps if step.old for row in step.old["reservations"]]
    return sorted({row["sku"] for row in rows if row.get("backordered")})


def _versions(write: Write) -> dict[Key, int]:
    """The version of each order that a write's reservation lines were decided for."""
    return {
        (f"{row['shop_id']}#{row['order_id']}", "allocation"): row.get("order_version", 0)
        for row in (step.new for step in write.of("reservation"))
    }


def _skus(step: Step) -> list[str]:
    return [row["sku"] for row in step.new["reservations"]]


def _difference(step: Step, before: Item | None, outcome: Outcome) -> str | None:
    """What an order was given otherwise than by the rules; ``before`` any part of it was."""
    stored, order_id = stored_outcome(step.new), step.new["order_id"]
    if not _is_part(step):
        parts = [
            f"{name} is {getattr(stored, name)}, by the rules {getattr(outcome, name)}"
            for name in ("decision", "lines", "rows", "news")
            if getattr(stored, name) != getattr(outcome, name)
        ]
        return f"{order_id}: {'; '.join(parts)}" if parts else None
    was = stored_outcome(before) if before else Outcome("pending", {}, {}, news=False)
    if (stored.decision, stored.news) != (was.decision, False):
        return f"{order_id}: a part of it is {stored.decision}, news {stored.news}"
    for place, row in stored.rows.items():
        if row not in (was.rows.get(place), outcome.rows.get(place)):
            return f"{order_id}: {place} is {row} in a part, by the rules {outcome.rows}"
    return None
