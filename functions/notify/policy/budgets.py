"""How many messages a day an order and a shop may send. Pure; days are those of the shop's clocks.

An order's budget counts only messages that may come to be true of it again and again: what is said
once, or once for each whole shipment, is bounded already. A shop's counts a sample, each for as
many as it stands for: to the message where the budget is 1,000 or less, else to a part in a
thousand, so that counting costs next to nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from notify.people.zones import time_zones
from notify.policy.rules import Channel

ORDER_BUDGETS: Final = {Channel.EMAIL: 20, Channel.SMS: 5}
"""Messages of one order in one day, of those that may repeat."""
_GRAIN: Final = 1000
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A day of a shop: its date, and when the next one begins, UTC."""

    date: str
    end: datetime


def day_of(now: datetime, shop: Mapping[str, Any]) -> Day:
    """Return the day that it is for a shop; one whose zone is not known lives in UTC."""
    name = shop.get("time_zone")
    clock = ZoneInfo(name if name in time_zones() else "UTC")
    today = now.astimezone(clock).date()
    end = datetime.combine(today + _A_DAY, time(), clock).astimezone(UTC)
    return Day(today.isoformat(), end)


def shop_budget(shop: Mapping[str, Any], channel: Channel, default: int | None) -> int | None:
    """Return how many messages a shop may send in a day by a channel; None: any number."""
    own = (shop.get("message_budgets") or {}).get(channel.value)
    return int(own) if own is not None else default


def weight_of(message_id: str, limit: int) -> int:
    """Return how many messages this one is counted for; 0: it is not in the sample."""
    step = max(1, limit // _GRAIN)
    drawn = int.from_bytes(sha256(message_id.encode()).digest()[:6], "big")
    return step if drawn % step == 0 else 0
