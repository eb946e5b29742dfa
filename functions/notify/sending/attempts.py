"""An attempt: asks the provider, once, and writes down what it said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from notify.ledger.messages import (
    Message,
    Reason,
    State,
    checked_at,
    tried_again_at,
)
from notify.sending.ports import Ledger, MailSender, NoAnswerError, RefusedError, SmsSender
from notify.words.content import Mail, Sms
from waybill.clock import Clock, to_text
from waybill.observability import count, logger

_COUNTERS: Final = {
    State.SENT: "MessagesSent",
    State.WAITING: "MessagesWaiting",
    State.FAILED: "MessagesFailed",
    State.UNKNOWN: "MessagesUnknown",
    State.SKIPPED: "MessagesSkipped",
}


@dataclass(frozen=True)
class Attempts:
    """Hands messages to the channels."""

    ledger: Ledger
    mail: MailSender
    sms: SmsSender
    clock: Clock

    def make(self, message: Message, content: Mail | Sms, recipient: str) -> None:
        """Ask the provider; the message's row is there, and is this attempt's."""
        try:
            if isinstance(content, Sms):
                provider_id = self.sms.send(content, recipient)
            else:
                provider_id = self.mail.send(content, recipient, _tags(message))
        except RefusedError as error:
            self._settle_refused(message, error)
        except NoAnswerError as error:
            unknown = replace(message, state=State.UNKNOWN, reason=Reason.NO_ANSWER)
            self._settle(unknown, checked_at(message, self.clock()), error.code)
        else:
            now = to_text(self.clock())
            sent = replace(message, state=State.SENT, provider_id=provider_id, sent_at=now)
            self._settle(sent, None)

    def give_back(self, message: Message, until: datetime | None) -> None:
        """End an attempt before the provider is asked: there is no budget for it.

        It waits until then; None: it is not sent at all.
        """
        state = State.WAITING if until else State.SKIPPED
        self._settle(replace(message, state=state, reason=Reason.BUDGET), until)

    def postpone(self, message: Message) -> None:
        """Look at a message later that cannot be taken up now; after many times, give it up."""
        if message.state is State.SENDING:
            return  # an attempt that may have died is looked at each minute
        now = self.clock()
        until = tried_again_at(message.attempts + 1, now)
        given_up = until is None and message.state is State.WAITING
        later = replace(
            message,
            attempts=message.attempts + 1,
            state=State.FAILED if given_up else message.state,
            reason=Reason.UNAVAILABLE if given_up else message.reason,
            due_at=to_text(until) if until else None,
            updated_at=to_text(now),
        )
        if self.ledger.replace(later, message) and until is None:
            _tell_parked(message)

    def _settle_refused(self, message: Message, error: RefusedError) -> None:
        """The provider took nothing: the message is tried again, or somebody must look."""
        until = None if error.lasting else tried_again_at(message.attempts, self.clock())
        refused = replace(
            message,
            state=State.WAITING if until else State.FAILED,
            reason=Reason.REFUSED if error.lasting else Reason.UNAVAILABLE,
        )
        self._settle(refused, until, error.code)
        if until is None and not error.lasting:
            _tell_parked(refused)

    def _settle(self, message: Message, due_at: datetime | None, code: str = "") -> None:
        due = to_text(due_at) if due_at else None
        now = to_text(self.clock())
        kept = self.ledger.settle(replace(message, updated_at=now, due_at=due))
        count(_COUNTERS[message.state])
        log = logger.info if message.state is State.SENT else logger.warning
        log(
            "message settled",
            message_id=message.id,
            order_id=message.order_id,
            event=message.event,
            state=message.state.value,
            code=code,
            kept=kept,
        )


def _tell_parked(message: Message) -> None:
    count("MessagesParked")
    logger.error("message given up", message_id=message.id, order_id=message.order_id)


def _tags(message: Message) -> Mapping[str, str]:
    """Name the ledger's row by its key, so that SES's feedback finds it."""
    return {"message_id": message.id, "order_id": message.order_id, "shop_id": message.shop_id}
