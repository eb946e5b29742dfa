"""Budgets: whether a message may still go out today, and if not, until when it is held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from notify.ledger.messages import GATHERED, Message
from notify.policy.budgets import ORDER_BUDGETS, Day, day_of, shop_budget, weight_of
from notify.policy.rules import Audience, Channel
from notify.sending.occasion import Occasion
from waybill.clock import Clock


class Counters(Protocol):
    """What is spent of a day; see :class:`notify.ledger.budgets.BudgetTable`."""

    def take(
        self,
        shop_id: str,
        spender: str,
        channel: str,
        date: str,
        *,
        weight: int,
        limit: int,
        now: datetime,
    ) -> bool:
        """Spend, unless the budget is spent; False where it is."""


@dataclass(frozen=True)
class Spent:
    """There is no more to spend today."""

    day: Day
    limit: int
    of_order: bool
    """The order's budget, not the shop's."""


@dataclass
class Budgets:
    """Spends for messages to customers; what a shop is told of its own is not counted."""

    counters: Counters
    clock: Clock
    defaults: Mapping[Channel, int | None] = field(default_factory=dict)
    """Of a shop that names no budget of its own."""
    _spent: dict[tuple[str, Channel], Spent] = field(default_factory=dict)
    """What this process knows to be spent, so that it does not ask for each message of a day."""

    def take(self, occasion: Occasion, message: Message) -> Spent | None:
        """Spend for a message that is about to be sent; return what is spent already."""
        if occasion.rule.audience is not Audience.CUSTOMER:
            return None
        if occasion.row is not None and occasion.row.reason not in GATHERED:
            return None  # it was paid for when it was first tried
        day = day_of(self.clock(), occasion.subject.shop)
        return self._of_order(occasion, message, day) or self._of_shop(occasion, message, day)

    def _of_order(self, occasion: Occasion, message: Message, day: Day) -> Spent | None:
        if not (occasion.rule.may_repeat or occasion.subject.is_part_of_order):
            return None
        limit = ORDER_BUDGETS[message.channel]
        taken = self._take(message, message.order_id, day, weight=1, limit=limit)
        return None if taken else Spent(day, limit, of_order=True)

    def _of_shop(self, occasion: Occasion, message: Message, day: Day) -> Spent | None:
        channel = message.channel
        limit = shop_budget(occasion.subject.shop, channel, self.defaults.get(channel))
        if limit is None:
            return None
        known = self._spent.get((message.shop_id, channel))
        if known and known.day == day and known.limit == limit:
            return known
        weight = weight_of(message.id, limit)
        if limit and (not weight or self._take(message, "shop", day, weight=weight, limit=limit)):
            return None
        spent = Spent(day, limit, of_order=False)
        self._spent[message.shop_id, channel] = spent
        return spent

    def _take(self, message: Message, spender: str, day: Day, *, weight: int, limit: int) -> bool:
        return self.counters.take(
            message.shop_id,
            spender,
            message.channel.value,
            day.date,
            weight=weight,
            limit=limit,
            now=self.clock(),
        )
