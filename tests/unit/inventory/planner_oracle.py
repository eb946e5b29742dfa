"""Who gets which stock, by trying out every assignment there is: what the planner is judged by.

It shares no code with the room: plain values in and out, made for worlds of a few units. An order's
assignment says how many units of each SKU come from each location, and how many are owed. All of
them are enumerated, the impossible ones are left out, and the one that the rules rank first is
taken, order after order: who comes first takes its best, whatever that leaves to the others.

The rules, as :func:`_rank` writes them down:

1. as few units as possible go without; an order that wants all gets all or nothing more;
2. as few as possible are owed: what is there is taken first;
3. one location that serves all of it beats a split. Of two, the one that serves the order already
   comes first, then the lower priority number, then the country shipped to, then the id;
4. in a split, a SKU from one location beats the SKU from several, and earlier locations give first.

What may be promised of a SKU is what lies at open locations above the safety stock and is reserved
for nobody, less what is owed of it to others. Units may be owed under backorder, under preorder to
orders placed before the release, and no more at once than the limit; they stand at the SKU's home.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

Place = tuple[str, str]
"""SKU and location."""


@dataclass(frozen=True)
class Sku:
    """What is agreed for a SKU."""

    policy: str = "deny"
    limit: int | None = None
    tracked: bool = True
    safety: int = 0
    release_at: str | None = None


@dataclass(frozen=True)
class Spot:
    """A location."""

    priority: int
    country: str
    closed: bool = False


class Has(NamedTuple):
    """What an order has of a SKU at a location."""

    reserved: int
    owed: int


@dataclass(frozen=True)
class Wish:
    """An order as it is now: its lines are (line, SKU, units)."""

    order: str
    placed_at: str
    country: str
    partial: bool
    lines: tuple[tuple[str, str, int], ...]
    active: bool = True
    is_newer: bool = True
    """False: it was decided before, and only waits for what arrives."""


@dataclass(frozen=True)
class Outcome:
    """What an order ends up with."""

    order: str
    decision: str
    shares: Mapping[str, tuple[int, int]]
    """By line: units allocated, units owed."""
    has: Mapping[Place, Has]


@dataclass
class Town:
    """Everything there is, counted in units."""

    skus: dict[str, Sku]
    spots: dict[str, Spot]
    shelves: dict[Place, int]
    """Units on each shelf, reserved or not; a SKU's first shelf is its home."""
    has: dict[str, dict[Place, Has]] = field(default_factory=dict)
    """By order."""

    def free(self, sku: str, spot: str) -> int:
        """Units at a location that could be promised to somebody."""
        if (sku, spot) not in self.shelves or self.spots[spot].closed:
            return 0
        reserved = sum(has.get((sku, spot), Has(0, 0)).reserved for has in self.has.values())
        return max(0, self.shelves[sku, spot] - self.skus[sku].safety - reserved)

    def owed(self, sku: str) -> int:
        """Units of a SKU that orders wait for."""
        return sum(
            each.owed for has in self.has.values() for (s, _), each in has.items() if s == sku
        )

    def home(self, sku: str) -> str | None:
        """Where units of a SKU are owed."""
        return next((spot for s, spot in self.shelves if s == sku), None)

    def may_owe(self, sku: str, placed_at: str) -> int:
        """Units of a SKU that may still be owed to an order placed then; many for no limit."""
        agreed = self.skus.get(sku, Sku())
        open_for = {
            "deny": False,
            "backorder": True,
            "preorder": agreed.release_at is None or placed_at < agreed.release_at,
        }[agreed.policy]
        if not open_for or self.home(sku) is None:
            return 0
        return 10**9 if agreed.limit is None else max(0, agreed.limit - self.owed(sku))

    def takes_stock(self, sku: str) -> bool:
        """Whether a SKU is counted; one that nobody knows is, and there is none of it."""
        return self.skus.get(sku, Sku()).tracked


@dataclass(frozen=True)
class _Assignment:
    """Of one SKU: units from each location, in the order in which they serve, and units owed."""

    need: int
    taken: tuple[int, ...]
    owed: int

    @property
    def missing(self) -> int:
        return self.need - sum(self.taken) - self.owed


def decide(town: Town, wishes: Sequence[Wish], fill: str | None = None) -> list[Outcome]:
    """Apply wishes to a town, in the order in which they take effect; what stays is not told of.

    Who only gives back goes first, then who wants more or waits for the SKU to ``fill``, by
    placement and then by id.
    """
    queue = sorted(wishes, key=lambda wish: (wish.placed_at, wish.order))
    queue = [wish for wish in queue if wish.is_newer or _waits(town, wish, fill)]
    wanting = [w for w in queue if _waits(town, w, fill) or any(_needs(town, w).values())]
    giving = [wish for wish in queue if wish not in wanting]
    outcomes = []
    for wish in giving + wanting:
        before = dict(town.has.get(wish.order, {}))
        outcome = _apply(town, wish, fill)
        if wish.is_newer or outcome.has != before:
            outcomes.append(outcome)
    return outcomes


def is_determined(town: Town, wish: Wish) -> bool:
    """False where a wish gives back units and the rules do not say from which location."""
    has = town.has.get(wish.order, {})
    for sku in {sku for sku, _ in has}:
        there = [each.reserved for (s, _), each in has.items() if s == sku and each.reserved]
        back = sum(there) - _wanted(wish).get(sku, 0)  # beside all that is owed
        if len(there) > 1 and 0 < back < sum(there):
            return False
    return True


# --- one order ----------------------------------------------------------------------------------


def _apply(town: Town, wish: Wish, fill: str | None) -> Outcome:
    has = town.has.setdefault(wish.order, {})
    waited = _waits(town, wish, fill)
    _give_back(has, _wanted(wish))
    if fill is not None and waited:
        _fill(town, wish, fill)
    if wish.is_newer:
        _reserve(town, wish)
    town.has[wish.order] = {place: each for place, each in has.items() if each != Has(0, 0)}
    return _outcome(town, wish)


def _wanted(wish: Wish) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for _, sku, units in wish.lines:
        wanted[sku] = wanted.get(sku, 0) + (units if wish.active else 0)
    return wanted


def _held(town: Town, wish: Wish, sku: str) -> Has:
    rows = [each for (s, _), each in town.has.get(wish.order, {}).items() if s == sku]
    return Has(sum(row.reserved for row in rows), sum(row.owed for row in rows))


def _needs(town: Town, wish: Wish) -> dict[str, int]:
    return {
        sku: max(0, units - sum(_held(town, wish, sku)))
        for sku, units in _wanted(wish).items()
        if town.takes_stock(sku)
    }


def _waits(town: Town, wish: Wish, fill: str | None) -> bool:
    return fill is not None and _held(town, wish, fill).owed > 0


def _give_back(has: dict[Place, Has], wanted: Mapping[str, int]) -> None:
    """What nobody wants any more is given back, what is owed first."""
    for sku in {sku for sku, _ in has}:
        rows = {place: each for place, each in has.items() if place[0] == sku}
        back = sum(sum(each) for each in rows.values()) - wanted.get(sku, 0)
        for place, each in rows.items():
            less = min(max(0, back), each.owed)
            back -= less
            has[place] = each._replace(owed=each.owed - less)
        for place in rows:
            less = min(max(0, back), has[place].reserved)
            back -= less
            has[place] = has[place]._replace(reserved=has[place].reserved - less)


def _ranked(town: Town, wish: Wish) -> list[str]:
    """Locations, those that serve the order first in front; closed ones have nothing to give."""
    serving = {spot for (_, spot), each in town.has[wish.order].items() if each.reserved}
    return sorted(
        town.spots,
        key=lambda spot: (
            spot not in serving,
            town.spots[spot].priority,
            town.spots[spot].country != wish.country,
            spot,
        ),
    )


def _fill(town: Town, wish: Wish, sku: str) -> None:
    """What has arrived of a SKU is given to an order that is owed it; the same rules apply."""
    waits = _held(town, wish, sku).owed
    ranked = _ranked(town, wish)
    free = [town.free(sku, spot) for spot in ranked]
    possible = [
        one for one in _assignments(waits, len(ranked)) if _fits(one.taken, free) and not one.owed
    ]
    best = min(possible, key=lambda one: _rank((one,)))
    home = town.home(sku)
    assert home is not None
    _add(town, wish, (sku, home), owed=-sum(best.taken))
    for spot, units in zip(ranked, best.taken, strict=True):
        _add(town, wish, (sku, spot), reserved=units)


def _reserve(town: Town, wish: Wish) -> None:
    needs = {sku: units for sku, units in _needs(town, wish).items() if units}
    ranked = _ranked(town, wish)
    possible = [_possible(town, wish, sku, units, ranked) for sku, units in needs.items()]
    best = min(
        (all_of_it for all_of_it in product(*possible) if wish.partial or _is_whole(all_of_it)),
        key=_rank,
    )
    for sku, one in zip(needs, best, strict=True):
        for spot, units in zip(ranked, one.taken, strict=True):
            _add(town, wish, (sku, spot), reserved=units)
        home = town.home(sku)
        if home is not None:
            _add(town, wish, (sku, home), owed=one.owed)


def _add(town: Town, wish: Wish, place: Place, *, reserved: int = 0, owed: int = 0) -> None:
    has = town.has[wish.order].get(place, Has(0, 0))
    town.has[wish.order][place] = Has(has.reserved + reserved, has.owed + owed)


# --- assignments --------------------------------------------------------------------------------


def _assignments(need: int, spots: int) -> Iterator[_Assignment]:
    """Every way to take up to so many units from so many locations and to owe some."""
    for units in product(range(need + 1), repeat=spots + 1):
        if sum(units) <= need:
            yield _Assignment(need, units[:-1], units[-1])


def _fits(taken: Sequence[int], free: Sequence[int]) -> bool:
    return all(units <= there for units, there in zip(taken, free, strict=True))


def _possible(
    town: Town, wish: Wish, sku: str, need: int, ranked: Sequence[str]
) -> list[_Assignment]:
    """Those that take no more than there is, promise nothing twice, and owe what may be owed."""
    free = [town.free(sku, spot) for spot in ranked]
    promisable = max(0, sum(free) - town.owed(sku))
    may_owe = town.may_owe(sku, wish.placed_at)
    return [
        one
        for one in _assignments(need, len(ranked))
        if _fits(one.taken, free) and sum(one.taken) <= promisable and one.owed <= may_owe
    ]


def _is_whole(all_of_it: Sequence[_Assignment]) -> bool:
    """All or nothing."""
    got = [one.need - one.missing for one in all_of_it]
    return not any(got) or not any(one.missing for one in all_of_it)


def _rank(all_of_it: Sequence[_Assignment]) -> tuple[object, ...]:
    """The rules: of two assignments of an order, the one with the lower rank is right."""
    missing = sum(one.missing for one in all_of_it)
    owed = sum(one.owed for one in all_of_it)
    used = {n for one in all_of_it for n, units in enumerate(one.taken) if units}
    serves_all = not missing and not owed and len(used) == 1
    return (
        missing,
        owed,
        (0, *used) if serves_all else (1,),
        *((sum(map(bool, one.taken)) > 1, *(-units for units in one.taken)) for one in all_of_it),
    )


# --- what is told of it -------------------------------------------------------------------------


def _outcome(town: Town, wish: Wish) -> Outcome:
    shares = _shares(town, wish)
    missing = sum(_needs(town, wish).values())
    if not wish.active:
        decision = "released"
    elif missing:
        some = wish.partial and any(any(share) for share in shares.values())
        decision = "partially_allocated" if some else "out_of_stock"
    elif any(owed for _, owed in shares.values()):
        decision = "backordered"
    else:
        decision = "allocated"
    return Outcome(wish.order, decision, shares, dict(town.has[wish.order]))


def _shares(town: Town, wish: Wish) -> dict[str, tuple[int, int]]:
    """Lay a SKU's units in a row, those that are there in front, and deal them out line by line."""
    rows: dict[str, list[str]] = {}
    for sku, units in _wanted(wish).items():
        has = _held(town, wish, sku)
        reserved = has.reserved if town.takes_stock(sku) else units
        rows[sku] = ["there"] * reserved + ["owed"] * has.owed
    shares = {}
    for line, sku, units in wish.lines:
        mine, rows[sku] = rows[sku][:units], rows[sku][units:]
        shares[line] = (mine.count("there"), mine.count("owed"))
    return shares


def as_waiting(wish: Wish) -> Wish:
    """The same order, delivered again once it has been decided."""
    return replace(wish, is_newer=False)
