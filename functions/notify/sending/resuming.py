"""Takes up messages whose time has come: the night is over, the provider may be back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from notify.ledger.messages import is_due
from notify.sending.notifier import Notifier
from notify.sending.ports import Ledger
from waybill.clock import Clock, to_text
from waybill.keys import DUE_BUCKETS
from waybill.observability import count, describe_error, logger

_PAGE: Final = 100


@dataclass(frozen=True)
class Resumer:
    """The use case of the schedule."""

    ledger: Ledger
    notifier: Notifier
    clock: Clock

    def run(self, has_time: Callable[[], bool]) -> int:
        """Take up what is due while there is time; the number of messages looked at.

        A message that cannot be taken up is put off, and delays no other.
        """
        looked_at = 0
        for bucket in range(DUE_BUCKETS):
            met: set[str] = set()
            while has_time():
                due = self.ledger.due(bucket, to_text(self.clock()), _PAGE)
                new = [names for names in due if names[2] not in met]
                for names in new:
                    if not has_time():
                        break
                    met.add(names[2])
                    self._take_up(*names)
                    looked_at += 1
                if not new or len(due) < _PAGE:
                    break
        return looked_at

    def _take_up(self, shop_id: str, order_id: str, message_id: str) -> None:
        message = self.ledger.get(shop_id, order_id, message_id)
        if message is None or not is_due(message, self.clock()):
            return  # the index is behind, or another was faster
        try:
            self.notifier.resume(message)
        except Exception as error:
            count("MessagesPutOff")
            logger.error("message put off", message_id=message_id, **describe_error(error))
            self.notifier.postpone(message)
