"""Who wants to hear nothing is told nothing by that channel, and everybody else is."""

import re
from typing import Any, Final

from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_PREFERENCES: Final = re.compile(r"/v1/customers/(cus_\w+)/preferences")
_CHANNELS: Final = ("email", "sms")
_OPTED_OUT: Final = "opted_out"
_Who = tuple[str, str]
"""Customer and channel."""


class PreferenceRules:
    """Follows what customers want to hear, by what was set for them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ever: set[_Who] = set()
        """Who may have said no: a call may be done whose answer is lost."""
        self._since: dict[_Who, int] = {}
        """Writes that there had been when no was answered, where it still holds."""

    def asked(self, call: Call) -> None:
        """A client sends a call."""
        for who, wanted in _wishes(call):
            if wanted:
                self._since.pop(who, None)
            else:
                self._ever.add(who)

    def answered(self, call: Call, status: int) -> None:
        """A client sees an answer."""
        if status == _OK:
            self._since |= {who: self._world.number for who, wanted in _wishes(call) if not wanted}

    def explains(self, row: Item) -> bool:
        """Whether a message is left out because its customer wants none by its channel."""
        return row.get("reason") == _OPTED_OUT and self._who(row) in self._ever

    def check(self, row: Item) -> None:
        """A message goes out: not about an order that was placed after its customer said no."""
        since = self._since.get(self._who(row))
        place = (f"{row['shop_id']}#{row['order_id']}", "details")
        if since is not None and not self._world.existed("OrdersTable", place, since):
            text = f"{row['event']} by {row['channel']} to who wants to hear nothing"
            broken("unwanted message", text, row["order_id"], row["message_id"])

    def _who(self, row: Item) -> _Who:
        details = self._world.details(row["shop_id"], row["order_id"]) or {}
        return str(details.get("customer_pk")).rpartition("#")[2], row["channel"]


def _wishes(call: Call) -> list[tuple[_Who, Any]]:
    """What a call says of channels: one that it does not name is wanted.

    A customer is named by a hash, and belongs to no two shops.
    """
    named = _PREFERENCES.fullmatch(call.path)
    if call.method != "PUT" or named is None or not isinstance(call.body, dict):
        return []
    channels = call.body.get("channels", {})
    return [((named[1], channel), channels.get(channel, True)) for channel in _CHANNELS]
