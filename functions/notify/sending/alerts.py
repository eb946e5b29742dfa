"""Alerts: what concerns the shop is gathered for a while, and told in one mail.

Each fact has a row of its own, which says into which alert it went: so it goes into one, however
often its event is delivered, and however late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from notify.ledger.messages import Cause, Gathered, Message, Reason, State, message_id
from notify.policy.alerts import (
    BUDGET_SPENT,
    MOST_ENTRIES,
    entry_of,
    file_of,
    is_list,
    told_at,
    window_of,
)
from notify.policy.rules import Rule
from notify.policy.table import ALERT_OF_BUDGETS, rule_of
from notify.sending.claims import Claims
from notify.sending.occasion import Fact, Occasion
from notify.sending.ports import Ledger
from notify.sending.reading import Reader
from notify.sending.spending import Spent
from waybill.clock import Clock, to_text
from waybill.observability import count

_SHOP: Final = "shop"
_MOST_TOLD: Final = 10_000


@dataclass(frozen=True)
class Alerts:
    """Gathers alerts; the schedule sends them."""

    ledger: Ledger
    reader: Reader
    claims: Claims
    clock: Clock
    told: set[str] = field(default_factory=set)
    """Budgets of today that this process has told of."""

    def take(self, rule: Rule, fact: Fact) -> bool:
        """Add a fact to the alert that is being gathered; True when its event is to come again."""
        occasion = Occasion(rule, (self.reader.read_shop(fact),))
        recipient = occasion.recipient()
        if isinstance(recipient, Reason):
            return self.claims.skip(occasion, recipient)
        row = self.claims.row_of(occasion, rule.name)
        alert = self._alert(row, self.clock())
        note = replace(
            row,
            state=State.FOLDED,
            folded_into=alert.id,
            file=alert.order_id,
            cause=None,
        )
        found = self.ledger.add(note)
        if found is not None and found.state is not State.FOLDED:
            return False  # when it was told of first, the shop had nowhere to be told
        if found is not None:
            alert = replace(alert, id=found.folded_into or "", order_id=found.file or "")
        return self._gather(alert, fact, found or note, is_new=found is None)

    def tell_spent(self, occasion: Occasion, message: Message, spent: Spent) -> None:
        """Tell the shop, once a day, that a budget is spent."""
        spender = message.order_id if spent.of_order else _SHOP
        key = f"{spender}#{message.channel}#{spent.day.date}"
        if f"{message.shop_id}#{key}" in self.told:
            return
        number = occasion.subject.order.get("number") if spent.of_order else None
        data: Mapping[str, Any] = {
            "order_id": file_of(spent.day.date),
            "number": number,
            "channel": message.channel.value,
            "limit": spent.limit,
            "day": spent.day.date,
        }
        fact = Fact(
            name=BUDGET_SPENT,
            shop_id=message.shop_id,
            key=key,
            version=0,
            correlation_id=message.correlation_id,
            actor=message.actor,
            data=data,
        )
        self.take(ALERT_OF_BUDGETS, fact)
        if len(self.told) >= _MOST_TOLD:
            self.told.clear()
        self.told.add(f"{message.shop_id}#{key}")

    def _gather(self, alert: Message, fact: Fact, note: Message, *, is_new: bool) -> bool:
        entry = entry_of(fact.name, fact.data)
        match self.ledger.gather(alert, entry, MOST_ENTRIES):
            case Gathered.FULL:
                if is_new:
                    self.ledger.count_more(alert)
                count("AlertsFull")
            case Gathered.CLOSED:
                return self._gather_anew(fact, note, alert)
            case Gathered.ADDED | Gathered.KNOWN:
                pass
        return False

    def _gather_anew(self, fact: Fact, note: Message, closed: Message) -> bool:
        """Go into another alert: the one that this fact was to go into went out without it."""
        alert = self._alert(closed, self.clock())
        moved = replace(
            note,
            folded_into=alert.id,
            file=alert.order_id,
            updated_at=to_text(self.clock()),
        )
        if not self.ledger.replace(moved, note):
            return True
        return self._gather(alert, fact, moved, is_new=True) if alert.id != closed.id else True

    def _alert(self, row: Message, now: datetime) -> Message:
        """Return the alert that a fact goes into now, as it would be put first."""
        rule = rule_of(row.event, row.channel, row.audience)
        length = (rule.together if rule else None) or timedelta()
        window = window_of(now, length)
        of = "" if is_list(row.event) else row.subject_id
        return replace(
            row,
            order_id=file_of(to_text(window)),
            id=message_id(row.shop_id, to_text(window), row.event, of, row),
            subject_id=row.event if is_list(row.event) else row.subject_id,
            state=State.WAITING,
            reason=Reason.GATHERING,
            due_at=to_text(told_at(window, length)),
            cause=Cause(row.event, 0),
            created_at=to_text(now),
            updated_at=to_text(now),
            version=1,
            folded_into=None,
            file=None,
        )
