"""How much of a day's budget is spent, in NotificationsTable."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from waybill import keys
from waybill.dynamo import ConditionFailedError, Table

_KEPT: Final = timedelta(days=7)


@dataclass(frozen=True)
class BudgetTable:
    """One item for each order or shop, channel and day; it goes of itself after a week."""

    table: Table

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
        """Spend, unless the budget is spent; False where it is.

        A request that is sent again after a lost answer spends twice: a budget is a ceiling.
        """
        if limit <= 0:
            return False
        try:
            self.table.update(
                keys.message_budget(shop_id, spender, channel, date),
                "SET expires_at = :expires ADD spent :weight",
                condition="attribute_not_exists(spent) OR spent < :limit",
                values={
                    ":weight": weight,
                    ":limit": limit,
                    ":expires": int((now + _KEPT).timestamp()),
                },
            )
        except ConditionFailedError:
            return False
        return True
