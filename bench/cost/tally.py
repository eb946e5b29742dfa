"""What was used: amounts by step of an order's life, room and kind of use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self


class Use(StrEnum):
    """What AWS bills; the values name lines of prices.toml."""

    HTTP = "http_request"
    INVOCATION = "invocation"
    GB_SECOND = "gb_second"
    WRITE_UNIT = "write_unit"
    READ_UNIT = "read_unit"
    EVENT = "event"
    QUEUE = "queue_request"
    FIFO = "fifo_request"
    NOTIFICATION = "notification"
    LOG_BYTE = "log_byte"
    TRACE = "trace"
    MAIL = "mail"
    SMS = "sms"
    CALL = "call"
    """A request of a function to AWS; what it costs stands in the other kinds."""


class Key(NamedTuple):
    """Where something was used, and what."""

    step: str
    room: str
    use: Use


@dataclass
class Tally:
    """Amounts, in the order of their first use."""

    amounts: dict[Key, float] = field(default_factory=dict)

    def add(self, step: str, room: str, use: Use, amount: float = 1.0) -> None:
        """Count a use."""
        key = Key(step, room, use)
        self.amounts[key] = self.amounts.get(key, 0.0) + amount

    def total(self, use: Use, where: Callable[[Key], bool] = lambda _: True) -> float:
        """The sum of a kind of use."""
        return sum(n for key, n in self.amounts.items() if key.use is use and where(key))

    def rows(self) -> Iterator[tuple[str, str]]:
        """Steps and rooms, each once."""
        yield from dict.fromkeys((key.step, key.room) for key in self.amounts)

    def per(self, orders: int) -> "Tally":
        """The share of one of so many orders."""
        return Tally({key: amount / orders for key, amount in self.amounts.items()})

    def within(self, where: Callable[[Key], bool]) -> "Tally":
        """Those amounts alone."""
        return Tally({key: amount for key, amount in self.amounts.items() if where(key)})

    def __sub__(self, other: "Tally") -> "Tally":
        """What was used over another tally, whatever its steps are called; never less than 0."""
        spare: dict[tuple[str, Use], float] = {}
        for key, amount in other.amounts.items():
            spare[key.room, key.use] = spare.get((key.room, key.use), 0.0) + amount
        left = {}
        for key, amount in self.amounts.items():
            taken = min(amount, spare.get((key.room, key.use), 0.0))
            spare[key.room, key.use] = spare.get((key.room, key.use), 0.0) - taken
            if amount > taken:
                left[key] = amount - taken
        return Tally(left)

    def __iadd__(self, other: "Tally") -> Self:
        for key, amount in other.amounts.items():
            self.add(*key, amount)
        return self
