"""The judge as the simulator calls it: one method for each thing it may witness."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.judge.allocations import AllocationRules
from tests.simulation.judge.answers import Answers
from tests.simulation.judge.asked import Asked
from tests.simulation.judge.asking import check_asking
from tests.simulation.judge.checks import CheckRules
from tests.simulation.judge.done import DoneRules
from tests.simulation.judge.edits import EditRules
from tests.simulation.judge.lifecycle import LifeRules
from tests.simulation.judge.listed import ListRules
from tests.simulation.judge.messages import MessageRules
from tests.simulation.judge.movements import MovementRules
from tests.simulation.judge.news import NewsRules
from tests.simulation.judge.orders import OrderRules
from tests.simulation.judge.payments import PaymentRules
from tests.simulation.judge.questions import QuestionRules
from tests.simulation.judge.quiet import check_awake
from tests.simulation.judge.refused import RefusedRules
from tests.simulation.judge.returns import ReturnRules
from tests.simulation.judge.secrecy import Secrecy
from tests.simulation.judge.settling import Settlement
from tests.simulation.judge.shipments import ShipmentRules
from tests.simulation.judge.stock import StockRules
from tests.simulation.judge.stocktaking import check_ledger
from tests.simulation.judge.sweeps import SweepRules
from tests.simulation.judge.truth import knows_all
from tests.simulation.judge.verdict import Call, Change, Item, Key
from tests.simulation.judge.world import World


class Judge:
    """Watches a run and raises Violation at the first thing that must never happen."""

    def __init__(self) -> None:
        self.faults = True
        """While faults are injected, 5xx and 429 are legitimate answers."""
        self.world = World()
        self._stock = StockRules(self.world)
        self._movements = MovementRules(self.world, self._stock)
        self._checks = CheckRules(self.world)
        self._allocations = AllocationRules(self.world)
        self._asked = Asked()
        self._returns = ReturnRules(self.world, self._asked)
        self._payments = PaymentRules(self.world, self._asked)
        self._edits = EditRules(self.world, self._asked)
        self._life = LifeRules(self.world, self._asked, self._returns)
        self._orders = OrderRules(self.world)
        self._lists = ListRules(self.world)
        self._shipments = ShipmentRules(self.world)
        self._sweeps = SweepRules(self.world)
        self._news = NewsRules()
        self._messages = MessageRules(self.world)
        self._questions = QuestionRules(self.world, self._messages.interrupted)
        self._answers = Answers(self.world)
        self._done = DoneRules(self.world)
        self._refused = RefusedRules(self.world)
        self._secrecy = Secrecy()
        self._totals = 0

    # --- what is written and read ----------------------------------------------------------------

    def wrote(self, at: float, who: str, invocation: int, changes: Sequence[Change]) -> None:
        """Judge one atomic write: all that one AWS call changed."""
        if not changes:
            return
        self.world.note(who, invocation)
        for change in changes:
            self._secrecy.wrote(change)
        write = self.world.write(at, who, invocation, changes)
        self._stock.check(write, self._allocations.limits(write))
        self._movements.check(write)
        self._checks.check(write)
        self._allocations.check(write)
        self._shipments.check(write)
        self._sweeps.check(write)
        self._news.check(write)
        self._questions.check(write)
        self._orders.check(write)
        self._payments.check(write)
        self._edits.check(write)
        self._returns.check(write)
        self._life.check(write)
        self._messages.check(write)
        self._answers.wrote(write)

    def read(self, at: float, who: str, invocation: int, table: str, keys: Sequence[Key]) -> None:
        """A consistent read of these keys was answered just now, from any table."""
        self.world.note(who, invocation)
        if table == "InventoryTable":
            self._allocations.read(invocation, keys)
            self._checks.read(invocation, keys)
            return
        self._messages.read(invocation, table, keys)
        if table == "ShipmentsTable":
            self._questions.read(invocation, keys)

    def interrupted(self, who: str, invocation: int, why: str) -> None:
        """An invocation was killed or timed out, or an answer of it was lost or refused."""
        self.world.note(who, invocation)
        self._messages.interrupted.add(invocation)

    def sent(self, at: float, body: str, group: str | None) -> None:
        """A queue that functions are polled from took a message."""
        document = json.loads(body)
        if "carrier" in document:
            self._sweeps.sent(document)
            since = document["since_ms"] / 1000
            self._questions.sent(at, document["carrier"], since, group, faults=self.faults)

    def told(self, name: str, detail: Mapping[str, Any]) -> None:
        """The bus took an event."""
        self._checks.told(name, detail)

    def tampered(self, change: Change, *, is_mended: bool) -> None:
        """Somebody changes an order by hand, so that it cannot be read, or a level; or mends it."""
        if change.table == "OrdersTable":
            self.world.expected_poison.add(change.key[0].rpartition("#")[2])
        else:
            self._checks.tampered(change, is_mended=is_mended)
        self.world.tamper(change, is_mended=is_mended)

    def rest(self) -> None:
        """All is quiet for now, though messages and parcels may have their time to come."""
        check_ledger(self.world)

    def settle(
        self, items: Mapping[str, Sequence[Item]], at: float, *, checked: bool = False
    ) -> None:
        """All is quiet and nothing fails any more: judge everything as it ended.

        ``checked``: the hourly check has run since.
        """
        accepted = self._answers.known_orders()
        end = Settlement(self.world, self._stock, self._messages, accepted)
        self._totals = end.check(items)
        check_asking(self.world)
        self._payments.settle(at)
        self._done.settle()
        self._edits.settle()
        self._questions.settle()
        self._messages.preferences.settle()
        if checked:
            self._checks.settle()

    def coverage(self) -> dict[str, int]:
        """How much was judged, so that no run passes because nothing was looked at."""
        return {
            "writes": self.world.number,
            "allocations": self._allocations.judged,
            "allocations not planned again": self._allocations.unjudged,
            "allocations that came late": self._allocations.late,
            "fills": self._allocations.fills,
            "orders met in lists": self._lists.judged,
            "levels proven": self._checks.proven,
            "opening balances": self._checks.openings,
            "shortfalls": self._checks.crossings,
            "messages": len(self._messages.accepted),
            "messages folded": self._messages.folded,
            "facts told to shops": self._messages.alerts.entries,
            "answers": self._answers.judged,
            "texts looked through": self._secrecy.looked_at,
            "SKUs by totals": self._totals,
        }

    # --- what is told ----------------------------------------------------------------------------

    def asked(self, at: float, client: str, call: Call) -> None:
        """A client sends a call; the same object is named again when it is answered."""
        self._secrecy.asked(call)
        self._asked.note(call)
        self._shipments.asked(call)
        self._done.asked(call)
        self._messages.preferences.asked(call)
        self._refused.asked(call)
        self._answers.asked(client, call, faults=self.faults)

    def answered(
        self, at: float, client: str, call: Call, status: int,
        headers: Mapping[str, str], body: Any,
    ) -> None:  # fmt: skip
        """A client sees the answer to one attempt at a call."""
        self._answers.answered(client, call, status, headers, body, faults=self.faults)
        self._done.answered(call, status, body)
        self._messages.preferences.answered(call, status)
        self._refused.answered(call, status)

    def listed(
        self, shop_id: str, query: Mapping[str, str], ids: Sequence[str], since: int
    ) -> None:
        """A client read a list of orders to its end; ``since`` is the write it may date from."""
        self._lists.check(shop_id, query, ids, since)

    def mailed(
        self, at: float, to: str, subject: str, text: str, tags: Mapping[str, str], message_id: str
    ) -> None:
        """The mail provider accepted a mail; ``text`` is its plain part.

        Its tags are no part of it: they go with whatever the provider publishes of the mail.
        """
        self._secrecy.mailed(text)
        self._secrecy.check_members("a mail", "is tagged with", tags)
        self._messages.mailed(to, subject, text, tags, message_id)

    def texted(self, at: float, to: str, text: str, message_id: str) -> None:
        """The SMS provider accepted a message."""
        if self._messages.texted(to, text, message_id):
            check_awake(at, to)

    def objected(self, tags: Mapping[str, str], kind: str) -> None:
        """A mail with these tags comes back for good, or its reader calls it spam."""
        self._messages.preferences.objected(tags, kind)

    def sent_word(self, number: str, word: str) -> None:
        """Somebody sends us an SMS with a word in it that we heed, from a number."""
        self._messages.preferences.texted(number, word)

    def heard(self) -> None:
        """All that was said by mails and SMS has been heard by now."""
        self._messages.preferences.arrive()

    # --- what carriers tell ----------------------------------------------------------------------

    def expect_scans(self, number: str, asked: str, scans: Sequence[tuple[float, str]]) -> None:
        """Register who knows a parcel, and all that it will ever tell: instants and codes."""
        self.world.expected_scans[number] = asked, sorted(scans)

    def carrier_asked(
        self, at: float, who: str, invocation: int, carrier: str, number: str,
        token: str = "", token_ends: float | None = None,
    ) -> None:  # fmt: skip
        """A request leaves for a carrier, about a number or, "", for an access token.

        ``token_ends``: when the token ends that it comes with, as the carrier has said.
        """
        self.world.note(who, invocation)
        self._questions.asked(
            at, invocation, carrier, number, token, token_ends, faults=self.faults
        )

    def carrier_done(self, at: float, carrier: str) -> None:
        """A carrier is done with a request, or its time is up."""
        self._questions.done(at, carrier)

    def carrier_refused(self, invocation: int, token: str) -> None:
        """A carrier answers that an access token is no good."""
        self._questions.refused(invocation, token)

    def carrier_limited(self, invocation: int, carrier: str, until: float) -> None:
        """A carrier answers that it is to be left alone until then."""
        self._questions.limited(invocation, carrier, until)

    def carrier_told(
        self, at: float, number: str, carrier: str, scans: Sequence[tuple[float, str]],
        *, pushed: bool = False,
    ) -> None:  # fmt: skip
        """A carrier answers or pushes what it knows of a number; nothing: it has no record."""
        self._news.told(number, carrier, scans)
        if not pushed:
            self._questions.answered(at, carrier, number)

    def knows_all(self) -> bool:
        """Whether all is known of every parcel that its carrier will ever tell."""
        return knows_all(self.world)

    # --- what must not be seen -------------------------------------------------------------------

    def expect_canary(self, text: str) -> None:
        """Register a secret that no call tells the judge of; all that is typed it sees itself."""
        self._secrecy.expect(text)

    def logged(self, who: str, line: str) -> None:
        """Judge a log line; metrics are lines of the log too."""
        self._secrecy.check(who, "logged", line)

    def published(self, who: str, entry: Mapping[str, Any]) -> None:
        """Judge an entry of PutEvents, the whole of it."""
        self._secrecy.check_members(who, "told the bus", entry)

    def queued(
        self, queue: str, body: str, group: str | None, deduplication_id: str | None
    ) -> None:
        """Judge a message that a queue takes, one for failures too."""
        self._secrecy.check_queued(queue, body, group, deduplication_id)
