"""What messages cost, and what crashes and redeliveries make of them.

The shipped use cases over DynamoDB Local; SES and SNS are counted here, at the channel. Crash
points are the calls that leave the process: each is died at, before and after it, once with SES
telling of what it took and once with SES silent; then the event comes again and the schedule runs.
The last line is for machines: ``messages mails=… sms=… …``.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient

from bench.engines import environment, make_tables
from notify.feedback.applying import AttemptAliveError, Feedback
from notify.feedback.suppressing import SuppressionTable
from notify.ledger.budgets import BudgetTable
from notify.ledger.messages import Message
from notify.ledger.repository import MessageTable
from notify.sending.notifier import MessagesPendingError
from tests.support import mail_events
from tests.support.dynamodb_local import dynamodb_local, missing
from tests.unit.notify.memory_ledger import CrashError, Crashes
from tests.unit.notify.notify_world import (
    CONFIRMED,
    CREATED,
    ORDER,
    SHOP,
    World,
    a_world,
    ordinary_life,
)
from waybill.dynamo import Table
from waybill.events import Event

TABLE: Final = "NotificationsTable"
REDELIVERED: Final = 1000
_MINUTES_AFTERWARDS: Final = 30
_EVENTS: Final = ("OrderConfirmed", "ShipmentCreated", "out_for_delivery", "delivered")


class DoomedTable:
    """The ledger, in a process that may die at each call of it."""

    def __init__(self, table: MessageTable) -> None:
        self._table = table
        self.crashes = Crashes()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._table, name)
        return lambda *asked: self.crashes.around(name, lambda: call(*asked))


@dataclass
class Meter:
    """Write units of the room's table, and how many writes they were."""

    units: float = 0.0
    writes: int = 0

    def count(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """Count a call."""
        if asked.get("TableName") == TABLE and "ConsumedCapacity" in answer:
            self.units += answer["ConsumedCapacity"]["CapacityUnits"]
            self.writes += 1


@contextmanager
def metered() -> Iterator[Meter]:
    """Measure every write of a client, with what indexes take of it."""
    meter, send = Meter(), BaseClient._make_api_call  # noqa: SLF001 - the one place all calls pass

    def counted(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        if operation not in {"PutItem", "UpdateItem"}:
            return send(client, operation, asked)
        answer = send(client, operation, asked | {"ReturnConsumedCapacity": "TOTAL"})
        meter.count(asked, answer)
        return answer

    with patch.object(BaseClient, "_make_api_call", counted):
        yield meter


@dataclass
class Scene:
    """A world over an empty table."""

    table: Table
    speaks: bool = True
    """Whether SES tells of what it took."""
    told: int = 0
    world: World = field(init=False)

    def __post_init__(self) -> None:
        for row in MessageTable(self.table).of_order(SHOP, ORDER):
            self.table.delete({"pk": f"{SHOP}#{ORDER}", "sk": f"message#{row.id}"})
        self.ledger = DoomedTable(MessageTable(self.table))
        self.world = a_world(ledger=self.ledger, counters=BudgetTable(self.table))
        self.feedback = Feedback(
            rows=MessageTable(self.table),
            suppressions=SuppressionTable(self.table),
            clock=self.world.tick,
        )

    def rows(self) -> list[Message]:
        """Return the ledger."""
        return MessageTable(self.table).of_order(SHOP, ORDER)

    def deliver(self, event: Event) -> None:
        """Deliver an event as Lambda does: twice more where it fails."""
        for _ in range(3):
            try:
                return self.world.notifier.handle(event)
            except MessagesPendingError:
                self._minute()
        return None

    def die(self, event: Event, at: int, side: str) -> bool:
        """Deliver an event to a process that dies at a call; False where it has no such call."""
        crashes = Crashes(at, side)
        self.ledger.crashes = self.world.mail.crashes = self.world.sms.crashes = crashes
        try:
            self.world.notifier.handle(event)
        except CrashError:
            return True
        finally:
            self.ledger.crashes = self.world.mail.crashes = self.world.sms.crashes = Crashes()
        return False

    def settle(self) -> None:
        """Let half an hour pass."""
        for _ in range(_MINUTES_AFTERWARDS):
            self._minute()

    def _minute(self) -> None:
        self.world.now += timedelta(minutes=1)
        if self.speaks:
            self._tell()
        self.world.resumer.run(lambda: True)

    def _tell(self) -> None:
        for tags in self.world.mail.tags[self.told :]:
            try:
                self.feedback.take(mail_events.text("Send", tags=tags))
            except AttemptAliveError:
                return
            self.told += 1


def life(table: Table) -> tuple[Scene, list[Event], Meter]:
    """Play an order's ordinary life."""
    scene = Scene(table)
    events = []
    with metered() as meter:
        for event in ordinary_life(scene.world):
            scene.deliver(event)
            events.append(event)
    return scene, events, meter


def event_of(world: World, name: str) -> Event:
    """Make an event of a life come to be true."""
    known = {"OrderConfirmed": CONFIRMED, "ShipmentCreated": CREATED}
    return known[name] if name in known else world.moves_to(name)


def crash_points(table: Table, *, speaks: bool) -> Counter[str]:
    """Die at every call of every event of a life; what was taken more or less than once."""
    found: Counter[str] = Counter()
    for name in _EVENTS:
        for side in ("before", "after"):
            for at in range(100):
                scene = Scene(table, speaks=speaks)
                event = event_of(scene.world, name)
                if not scene.die(event, at, side):
                    break
                scene.settle()
                scene.deliver(event)
                scene.settle()
                found["points"] += 1
                _judge(scene, name, found)
    return found


def _judge(scene: Scene, name: str, found: Counter[str]) -> None:
    wants_mail = name != "out_for_delivery"
    wants_sms = name in {"out_for_delivery", "delivered"}
    mails, texts = len(scene.world.mail.taken), len(scene.world.sms.taken)
    found["mails_lost"] += wants_mail and not mails
    found["mails_doubled"] += max(0, mails - 1)
    found["sms_lost"] += wants_sms and not texts
    found["sms_doubled"] += max(0, texts - 1)


def report(table: Table) -> str:
    """Measure everything, print it, and return the line for machines."""
    scene, events, meter = life(table)
    mails, texts = scene.world.mail.asked, scene.world.sms.asked
    rows = len(scene.rows())
    print(f"an order's ordinary life: {mails} mails, {texts} SMS, {rows} rows")
    per_message = meter.units / (mails + texts)
    print(f"  {meter.writes} writes, {meter.units:g} write units: {per_message:g} a message")
    for at in range(REDELIVERED):
        scene.deliver(events[at % len(events)])
    again = scene.world.mail.asked + scene.world.sms.asked - mails - texts
    print(f"a storm of {REDELIVERED} redeliveries: SES and SNS were asked {again} times more")
    outcomes = {}
    for speaks in (True, False):
        found = outcomes[speaks] = crash_points(table, speaks=speaks)
        print(
            f"{found['points']} crash points, SES {'tells' if speaks else 'is silent'}:"
            f" mails {found['mails_lost']} lost, {found['mails_doubled']} doubled;"
            f" SMS {found['sms_lost']} not sent, {found['sms_doubled']} doubled"
        )
    tells, silent = outcomes[True], outcomes[False]
    return (
        f"messages mails={mails} sms={texts} units={per_message:g} again={again}"
        f" points={tells['points']} lost={tells['mails_lost'] + silent['mails_lost']}"
        f" doubled={tells['mails_doubled']} doubled_silent={silent['mails_doubled']}"
        f" sms_doubled={tells['sms_doubled'] + silent['sms_doubled']}"
    )


def main() -> int:
    """Run over DynamoDB Local."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if missing():
        print(f"DynamoDB Local needs {' and '.join(missing())}", file=sys.stderr)
        return 1
    with dynamodb_local() as endpoint, patch.dict("os.environ", environment(endpoint)):
        print(report(Table(make_tables(endpoint), TABLE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
