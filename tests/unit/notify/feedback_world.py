"""A world that SES tells of its mails: its events are made of the mails that it took."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from notify.feedback.applying import Feedback
from notify.feedback.mail_events import Objection
from notify.feedback.standing import Standing, after
from notify.ledger.messages import Message
from tests.support import mail_events
from tests.unit.notify.notify_world import CONFIRMED, World, a_world
from waybill.clock import to_text
from waybill.customers import customer_id


@dataclass
class MemorySuppressions:
    """Suppressions in a dict."""

    world: World
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)

    def take(
        self, shop_id: str, customer_id: str, objection: Objection, correlation_id: str
    ) -> bool:
        before = self.standings.get((shop_id, customer_id), Standing())
        now = after(before, objection, to_text(self.world.now))
        self.standings[shop_id, customer_id] = now
        return before.suppression is None and now.suppression is not None


class Told:
    """The world, and the feedback on its mail that an order is confirmed."""

    def __init__(self, **changes: Any) -> None:
        self.world = a_world(**changes)
        self.suppressions = MemorySuppressions(self.world)
        self.feedback = Feedback(
            rows=self.world.ledger, suppressions=self.suppressions, clock=self.world.tick
        )

    def attempt(self) -> None:
        """One delivery of the event that calls for the mail."""
        self.world.notifier.handle(CONFIRMED)

    @property
    def row(self) -> Message:
        [row] = self.world.ledger.rows.values()
        return row

    def tell(self, kind: str, **changes: Any) -> None:
        """SES tells something of the mail."""
        row = self.row
        tags = {"shop_id": row.shop_id, "order_id": row.order_id, "message_id": row.id}
        self.feedback.take(mail_events.text(kind, tags=tags, **changes))

    def later(self, minutes: int = 1) -> None:
        self.world.now += timedelta(minutes=minutes)

    def standing(self, address: str = mail_events.ADDRESS) -> Standing:
        shop = self.row.shop_id
        return self.suppressions.standings.get((shop, customer_id(shop, address)), Standing())

    @property
    def state(self) -> str:
        row = self.row
        return row.state.value if row.reason is None else f"{row.state}:{row.reason}"
