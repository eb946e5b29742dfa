"""Records of a lane and the batches they are cut into."""

import random
from dataclasses import dataclass
from typing import Any, Final

_FEW: Final = 5


@dataclass(frozen=True)
class Entry:
    """A record as the lane keeps it: what came before is kept too, for it may be read again."""

    record: dict[str, Any]
    number: str
    at: float


@dataclass(frozen=True)
class Batch:
    """Positions in the lane's log, the end excluded; ``retried`` counts against the retry quota."""

    start: int
    end: int
    retried: int = 0
    invoked: int = 0

    @property
    def size(self) -> int:
        return self.end - self.start


def cut(dice: random.Random, most: int) -> int:
    """Lambda may cut anywhere: after one record, a few, all there are."""
    match dice.choices(("one", "few", "any", "all"), (2, 3, 2, 6))[0]:
        case "one":
            return 1
        case "few":
            return min(most, dice.randint(2, _FEW))
        case "any":
            return dice.randint(1, most)
    return most
