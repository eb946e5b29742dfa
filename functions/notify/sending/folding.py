"""Messages that another one says: put into it, and taken out where it says them no more."""

from dataclasses import replace

from notify.ledger.messages import Message, Reason, State, covered


def put_into(row: Message, head: Message, now: str) -> Message:
    """Return a row as it is once another message says its news."""
    return replace(
        row,
        state=State.FOLDED,
        reason=None,
        folded_into=head.id,
        due_at=None,
        cause=None,
        covers=(),
        updated_at=now,
    )


def taken_out(row: Message, head: Message, now: str) -> Message:
    """Return a row as it was before it was put into ``head``: it says its news itself, and now."""
    return replace(
        row,
        state=State.WAITING,
        reason=Reason.GATHERING,
        folded_into=None,
        due_at=now,
        cause=covered(head, row.subject_id),
        updated_at=now,
    )


def without(head: Message, row: Message) -> Message:
    """Return a message that says a row's news no more."""
    gone = covered(head, row.subject_id)
    return replace(head, covers=tuple(cause for cause in head.covers if cause != gone))
