"""Messages of one order that become one: what is folded into another is told by that one, once."""

from collections.abc import Sequence
from typing import Final

from tests.simulation.judge.verdict import Item, Key, Step, Write, broken
from tests.simulation.judge.world import World

_SAME: Final = ("shop_id", "order_id", "event", "channel", "audience")
_KEPT_IN: Final = frozenset({"sending", "unknown", "waiting"})
"""States of a message that is not settled: it still knows what it tells of."""
_UNTAKEN: Final = frozenset({"waiting", "failed", "skipped"})


def parts_of(row: Item) -> list[Item]:
    """What a message tells of: itself, and, as rows of their own, what was folded into it."""
    covers = row.get("covers", ())
    return [row, *(row | {"subject_id": one["shipment_id"], "cause": one} for one in covers)]


def head_key(row: Item) -> Key:
    """Where the message lies that a folded one went into."""
    file = row.get("file", row["order_id"])
    return f"{row['shop_id']}#{file}", f"message#{row['folded_into']}"


def check_folds(world: World, write: Write) -> None:
    """Judge what one write folds: all of it into a message that begins to be sent with it.

    What was folded into a message that no provider took is free again for other news of its
    shipment; and where that message itself becomes another, it waits again.
    """
    steps = {step.key: step for step in write.of("message") if step.new["audience"] == "customer"}
    for step in steps.values():
        if step.new["state"] == "folded":
            _check_folded(step, steps.get(head_key(step.new)))
        elif step.old is not None and step.old["state"] == "folded":
            _check_parted(step, world.now("NotificationsTable", head_key(step.old)))
        _check_covers(step, [other for other in steps.values() if other is not step])


def _check_folded(step: Step, head: Step | None) -> None:
    new, ids = step.new, _ids(step.new)
    if step.old is None or step.old["state"] != "waiting":
        broken("folding", "what does not wait is folded", *ids)
    if head is None or head.old is None or head.new["state"] != "sending":
        broken("folding", "folded into a message that does not begin with it", *ids)
    if any(new[name] != head.new[name] for name in _SAME):
        broken("folding", "folded into a message of another kind", *ids)
    if step.old.get("covers"):
        broken("folding", "what speaks for others is folded", *ids)


def _check_parted(step: Step, head: Item | None) -> None:
    """What was folded speaks for itself again: the message that told of it does so no more."""
    assert step.old is not None
    subject = step.old["subject_id"]
    same = head is None or head["event"] == step.old["event"]
    if any(cause["shipment_id"] == subject for cause in (head or {}).get("covers", ())):
        broken("folding", "what was folded is told by another and by itself", *_ids(step.new))
    if same and (head is None or head["state"] not in _UNTAKEN):
        broken("folding", "a message that was told by another is told again", *_ids(step.new))


def _check_covers(step: Step, others: list[Step]) -> None:
    """A message comes to speak for those alone that are folded with the write, and forgets none.

    But those that are parted from it with the write.
    """
    before = (step.old or {}).get("covers", ())
    now = step.new.get("covers", ())
    if step.new["state"] not in _KEPT_IN and not now:
        return
    parted = {
        other.new["subject_id"]
        for other in others
        if other.old and other.old["state"] == "folded" and head_key(other.old) == step.key
    }
    gone = {cause["shipment_id"] for cause in before if cause not in now}
    if gone != parted:
        broken("folding", "what was folded into a message is forgotten", *_ids(step.new))
    folded = [other.old["cause"] for other in others if _is_folded_into(other, step) and other.old]
    if _sorted([cause for cause in now if cause not in before]) != _sorted(folded):
        broken("folding", "a message tells of what was not folded into it", *_ids(step.new))


def _is_folded_into(step: Step, head: Step) -> bool:
    return step.new["state"] == "folded" and head_key(step.new) == head.key


def _sorted(causes: Sequence[Item]) -> list[str]:
    return sorted(repr(sorted(cause.items())) for cause in causes)


def _ids(row: Item) -> tuple[str, str, str]:
    return row["order_id"], row["message_id"], row["subject_id"]
