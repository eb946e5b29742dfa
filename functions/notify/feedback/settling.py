"""What an event of its mail makes of a row of the ledger. Pure."""

from dataclasses import replace
from typing import Final

from notify.feedback.mail_events import MailEvent, MailEventKind
from notify.ledger.messages import Message, Outcome, Reason, State

_REFUSALS: Final = frozenset({MailEventKind.REJECT, MailEventKind.RENDERING_FAILURE})
_OUTCOMES: Final = {
    MailEventKind.DELAY: Outcome.DELAYED,
    MailEventKind.BOUNCE: Outcome.BOUNCED,
    MailEventKind.COMPLAINT: Outcome.COMPLAINED,
}
_GRAVITY: Final = (None, Outcome.DELAYED, Outcome.BOUNCED, Outcome.COMPLAINED)
"""Events come in any order: the graver outcome stays."""


def settled(row: Message, event: MailEvent, now: str) -> Message:
    """Return the row as an event leaves it; equal to ``row`` where the event is no news.

    Whatever happened to a mail after SES accepted it, SES did accept it: every event but a refusal
    settles a row that did not know. A row that was refused or skipped for good stays so.
    """
    after = _refused(row, event, now) if event.kind in _REFUSALS else _sent(row, event, now)
    outcome = _OUTCOMES.get(event.kind)
    if _GRAVITY.index(outcome) > _GRAVITY.index(after.outcome):
        after = replace(after, outcome=outcome, updated_at=now)
    return after


def _sent(row: Message, event: MailEvent, now: str) -> Message:
    if row.state is State.SENT or _is_over(row):
        return row
    return replace(
        row,
        state=State.SENT,
        reason=None,
        due_at=None,
        cause=None,
        provider_id=event.provider_id,
        sent_at=event.sent_at or now,
        updated_at=now,
    )


def _refused(row: Message, event: MailEvent, now: str) -> Message:
    if _is_over(row):
        return row
    return replace(
        row,
        state=State.FAILED,
        reason=Reason.REFUSED,
        due_at=None,
        provider_id=event.provider_id,
        sent_at=None,
        updated_at=now,
    )


def _is_over(row: Message) -> bool:
    return row.state is State.SKIPPED or (
        row.state is State.FAILED and row.reason is Reason.REFUSED
    )
