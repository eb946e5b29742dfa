"""What sending needs from outside: where messages are kept, what is read, and the channels."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from notify.ledger.messages import Gathered, Message
from notify.words.content import Composed, Mail, Sms
from notify.words.facts import FactsIn
from notify.words.template import Place
from waybill.dynamo import Item


class Ledger(Protocol):
    """The messages; see :class:`notify.ledger.repository.MessageTable`."""

    def get(self, shop_id: str, order_id: str, message_id: str) -> Message | None:
        """Return a row, or None."""

    def add(self, message: Message) -> Message | None:
        """Put a row if absent; return None, or the row that was there."""

    def replace(self, message: Message, seen: Message) -> bool:
        """Put a row in the place of ``seen``; False when that has changed meanwhile."""

    def fold(
        self, head: tuple[Message, Message], folded: Iterable[tuple[Message, Message]]
    ) -> bool:
        """Put rows in the place of those seen, all or none: pairs of the new and the seen."""

    def gather(self, alert: Message, entry: str, most: int) -> Gathered:
        """Add an entry to an alert that waits, or put the alert with it; at most ``most`` fit."""

    def count_more(self, alert: Message) -> None:
        """Note that an alert has more to tell of than it can list."""

    def of_order(self, shop_id: str, order_id: str) -> list[Message]:
        """Return an order's messages, in no order; up to a second behind."""

    def settle(self, message: Message) -> bool:
        """Write down what became of this attempt; False when the row is another's by now."""

    def due(self, bucket: int, now: str, limit: int) -> list[tuple[str, str, str]]:
        """Return shop, order and id of messages whose time has come, the first first."""


class Orders(Protocol):
    """Orders as notify sees them."""

    def order(self, shop_id: str, order_id: str) -> Item | None:
        """Return status, number and lines."""

    def details(self, shop_id: str, order_id: str) -> Item | None:
        """Return customer, addresses, titles and totals."""


class Shipments(Protocol):
    """Shipments as notify sees them."""

    def shipment(self, shop_id: str, shipment_id: str) -> Item | None:
        """Return status, token, lines and parcels."""


class Shops(Protocol):
    """Shops as notify sees them."""

    def shop(self, shop_id: str) -> Item | None:
        """Return name, time_zone, quiet_hours, alert_email and message_budgets."""


class Wordings(Protocol):
    """Puts words to facts; see :class:`notify.words.composing.Composer`."""

    def compose(self, shop_id: str, wanted: Place, facts: FactsIn) -> Composed:
        """Compose a message for a reader's locale, in the shop's own wording or in ours."""


class MailSender(Protocol):
    """A channel for mail: SES."""

    def send(self, mail: Mail, to: str, tags: Mapping[str, str]) -> str:
        """Send once and return the provider's id; raises RefusedError or NoAnswerError."""


class SmsSender(Protocol):
    """A channel for SMS: SNS, or AWS End User Messaging behind the same two lines."""

    def send(self, sms: Sms, to: str) -> str:
        """Send once and return the provider's id; raises RefusedError or NoAnswerError."""


class RefusedError(Exception):
    """The provider took nothing; ``lasting`` when asking again would be no use."""

    def __init__(self, code: str, *, lasting: bool) -> None:
        super().__init__(code)
        self.code = code
        self.lasting = lasting


class NoAnswerError(Exception):
    """The request went out and no usable answer came: the message may have been sent."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
