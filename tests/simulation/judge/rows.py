"""A row of the ledger of messages goes from state to state, and stays the message that it is."""

from typing import Final

from tests.simulation.judge.arrivals import is_arrival
from tests.simulation.judge.verdict import Item, broken

_FOLLOWS: Final = {
    None: {"sending", "skipped", "waiting", "folded"},
    "sending": {"sent", "failed", "unknown", "waiting", "skipped"},
    "waiting": {"sending", "skipped", "waiting", "failed", "sent", "folded"},
    "folded": {"folded", "sending", "waiting"},
    "failed": {"sending", "failed", "waiting"},
    "unknown": {"sent", "failed", "unknown", "waiting", "sending"},
    "sent": {"sent"},  # what became of a mail is noted beside it
    "skipped": {"sending", "waiting"},  # of an arrival: another of its SMS takes the row over
}
_FIXED: Final = [
    "shop_id",
    "order_id",
    "message_id",
    "subject_id",
    "channel",
    "audience",
    "created_at",
]
_OF_WRITES: Final = ("version", "updated_at")
"""What each write changes, whatever it is for."""


def check_row(old: Item | None, new: Item) -> None:
    """Judge a row's next state; ``old`` is None where it is new."""
    state = old["state"] if old else None
    if new["state"] not in _FOLLOWS[state]:
        broken("ledger of messages", f"from {state} to {new['state']}", *ids_of(new))
    if old is not None:
        _check_same(old, new)


def _check_same(old: Item, new: Item) -> None:
    """A row stays the same message, and a write that is sent again is not made again."""
    if old | dict.fromkeys(_OF_WRITES) == new | dict.fromkeys(_OF_WRITES):
        broken("ledger of messages", f"written once more, as {new['state']}", *ids_of(new))
    if any(old[name] != new[name] for name in _FIXED):
        broken("ledger of messages", "a row became another message", *ids_of(new))
    other = old["event"] != new["event"]
    free = old["state"] in {"failed", "skipped", "waiting", "folded"}
    if other and not (free and new["state"] in {"sending", "waiting"}):
        broken("ledger of messages", "a row says something else now", *ids_of(new))
    if slot_of(old) != slot_of(new):
        broken("ledger of messages", "a row became one of another kind", *ids_of(new))
    if old["state"] == "skipped" and not other:
        broken("ledger of messages", "not to be sent, and sent after all", *ids_of(new))
    if old["state"] == "failed" and not other and new["state"] != "failed":
        broken("ledger of messages", "refused for good, and tried again", *ids_of(new))
    if old["state"] == new["state"] in {"sent", "failed"} and any(
        old.get(name) != new.get(name) for name in ("attempt", "provider_id", "reason")
    ):
        broken("ledger of messages", f"{old['state']} once more, but otherwise", *ids_of(new))


def slot_of(row: Item) -> str:
    """What a message spends: arrival SMS share one."""
    return "arrival" if is_arrival(row) else str(row["event"])


def ids_of(row: Item) -> tuple[str, str, str]:
    """By what a story finds all that concerns a row."""
    return row["order_id"], row["message_id"], row["subject_id"]
