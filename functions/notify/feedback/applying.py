"""Feedback: what SES tells of a mail settles its row, and may suppress the address it went to."""

from typing import Final, Protocol

from notify.feedback.mail_events import Dropped, MailEvent, MailEventKind, Objection, read_event
from notify.feedback.settling import settled
from notify.ledger.messages import Message, State, may_be_alive
from waybill.clock import Clock, system_clock, to_text
from waybill.customers import customer_id
from waybill.dynamo import ContentionError
from waybill.observability import correlation_id, count, logger

_ATTEMPTS: Final = 5
_COUNTERS: Final = {
    MailEventKind.REJECT: "MailsRejected",
    MailEventKind.RENDERING_FAILURE: "MailsRejected",
    MailEventKind.DELAY: "MailsDelayed",
    MailEventKind.BOUNCE: "MailsBounced",
    MailEventKind.COMPLAINT: "MailsComplained",
}


class AttemptAliveError(Exception):
    """The mail's attempt may be about to write down what SES said; the event comes again."""


class Rows(Protocol):
    """The ledger as feedback needs it; see :class:`notify.ledger.repository.MessageTable`."""

    def get(self, shop_id: str, order_id: str, message_id: str) -> Message | None:
        """Return a row, or None."""

    def replace(self, message: Message, seen: Message) -> bool:
        """Put a row in the place of ``seen``; False when that has changed meanwhile."""


class Suppressions(Protocol):
    """Suppressions; see :class:`notify.feedback.suppressing.SuppressionTable`."""

    def take(
        self, shop_id: str, customer_id: str, objection: Objection, correlation_id: str
    ) -> bool:
        """Write down what was told against an address; True when it suppresses it just now."""


class Feedback:
    """The use case of SES's events."""

    def __init__(
        self, *, rows: Rows, suppressions: Suppressions, clock: Clock = system_clock
    ) -> None:
        self._rows = rows
        self._suppressions = suppressions
        self._clock = clock

    def take(self, text: str) -> None:
        """Apply an event, however often it comes; what is no event of ours is counted and dropped.

        Raises AttemptAliveError or ContentionError where the same event is to come again.
        """
        event = read_event(text)
        if isinstance(event, Dropped):
            count("MailEventsDropped")
            logger.info("mail event dropped", reason=event.value)
            return
        if event.objection is not None:
            self._suppress(event, event.objection)
        self._settle(event)

    def _suppress(self, event: MailEvent, objection: Objection) -> None:
        """Count against the addresses of the event, whatever address the customer has by now."""
        shop_id = event.shop_id
        for customer in dict.fromkeys(customer_id(shop_id, one) for one in objection.addresses):
            if self._suppressions.take(shop_id, customer, objection, correlation_id()):
                count("AddressesSuppressed")
                logger.warning(
                    "address suppressed", customer_id=customer, cause=objection.cause.value
                )

    def _settle(self, event: MailEvent) -> None:
        for _ in range(_ATTEMPTS):
            row = self._rows.get(event.shop_id, event.order_id, event.message_id)
            if row is None:
                count("MailEventsDropped")
                logger.warning("mail event of no message", message_id=event.message_id)
                return
            now = self._clock()
            if may_be_alive(row, now):
                raise AttemptAliveError(row.id)
            after = settled(row, event, to_text(now))
            if after == row:
                return
            if self._rows.replace(after, row):
                _tell(row, after, event)
                return
        raise ContentionError


def _tell(before: Message, after: Message, event: MailEvent) -> None:
    if counter := _COUNTERS.get(event.kind):
        count(counter)
    if before.state is not State.SENT and after.state is State.SENT:
        count("MessagesSent")
    logger.info(
        "message settled by feedback",
        message_id=after.id,
        order_id=after.order_id,
        kind=event.kind.value,
        state=after.state.value,
    )
