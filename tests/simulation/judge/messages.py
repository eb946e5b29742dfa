"""Invariants of messages: each is said once, to whom it concerns, and only while it is true."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from tests.simulation.judge.alerts import AlertRules, is_alert
from tests.simulation.judge.arrivals import Arrivals
from tests.simulation.judge.budgets import check_spent
from tests.simulation.judge.derived import wanted_of
from tests.simulation.judge.folding import check_folds, parts_of
from tests.simulation.judge.mails import check_mail
from tests.simulation.judge.occasions import days_told, is_superseded, occasions
from tests.simulation.judge.preferences import PreferenceRules
from tests.simulation.judge.rows import check_row, ids_of, slot_of
from tests.simulation.judge.rules import TRUE_WHILE
from tests.simulation.judge.stock import check_versions
from tests.simulation.judge.verdict import Item, Key, Step, Write, broken
from tests.simulation.judge.world import World, shipment_key

_TOKEN: Final = re.compile(r"/track/(\w+)")
_OPEN: Final = frozenset({"sending", "unknown"})
_UNTAKEN: Final = frozenset({"failed", "waiting", "skipped"})
_REASONS: Final = frozenset({"stale", "no_contact", "budget"})
"""Why a message may be left out that nobody has declined: every address is a good one."""
_MOST_ATTEMPTS: Final = 6
_SES_SPEAKS_WITHIN: Final = 600.0
"""Seconds after which a mail of which nobody knows may be sent again."""
_FEEDBACK: Final = "NotifyMailFeedback/"
"""Processes that SES tells what became of a mail: these may settle another's attempt as sent."""


class MessageRules:
    """Judges the ledger of messages, and what the providers accepted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rows: dict[Key, Item] = {}
        self._open_sms: dict[Key, Item] = {}
        self.arrivals = Arrivals()
        self.alerts = AlertRules(world)
        self.preferences = PreferenceRules(world)
        self.folded = 0
        """Messages to customers that became one with another."""
        self.claimed_by: dict[str, list[int]] = {}
        """The invocation behind each attempt, and those it may be of if its row came late."""
        self.interrupted: set[int] = set()
        """Invocations that were killed, or of which an answer was lost or refused."""
        self._reads: dict[tuple[int, str, Key], int] = {}
        self._looked: dict[int, int] = {}
        """Writes that there had been when an invocation read first."""
        self.accepted: dict[str, tuple[Key, str]] = {}
        """Row and attempt that the judge believes behind each of the providers' message ids."""
        self._accepted_attempts: dict[str, str] = {}
        self._days: dict[tuple[str, str, str], Key] = {}
        """The row that tells of a day on which a shipment is expected."""
        self._told: Counter[tuple[str, str, str, str]] = Counter()
        self._in_doubt: Counter[tuple[str, str, str, str]] = Counter()
        """Mails that were taken, of which nobody knew, so that they are sent again."""

    def read(self, invocation: int, table: str, keys: Sequence[Key]) -> None:
        """An invocation has seen items as they stand; of stock it is not told."""
        self._looked.setdefault(invocation, self._world.number)
        for key in keys:
            self._reads[invocation, table, key] = self._world.number

    # --- the ledger ------------------------------------------------------------------------------

    def check(self, write: Write) -> None:
        """Judge one write."""
        check_versions(write, ("message",))
        check_folds(self._world, write)
        for step in write.of("message"):
            self._check_step(step, write)
            self.folded += step.new["state"] == "folded" and not is_alert(step.new)
            self._rows[step.key] = step.new
            self.arrivals.check(step.new)
            if step.new["channel"] == "sms" and step.new["state"] in _OPEN:
                self._open_sms[step.key] = step.new
            else:
                self._open_sms.pop(step.key, None)

    def _check_step(self, step: Step, write: Write) -> None:
        old, new = step.old, step.new
        state = old["state"] if old else None
        check_row(old, new)
        if is_alert(new):
            self.alerts.check(step)
        elif old is None or new["state"] == "sending":
            for part in parts_of(new):
                self._check_fact(part, step.key)
        if new["state"] == "sending":
            self._check_time(old, new, write)
            self._claim(new, write)
        elif new["state"] == "skipped":
            self._check_skip(old or new, new, write)
            if state == "sending":
                self._settle(new, write)
        elif state in _OPEN and state != new["state"]:
            self._settle(new, write)

    def _check_time(self, old: Item | None, new: Item, write: Write) -> None:
        """What waits is sent in its time, and what may have been sent only if it is a mail."""
        if old is None or old["event"] != new["event"]:
            return
        if "due_at" not in old or instant(old["due_at"]) > write.at + 0.001:
            broken("ledger of messages", "sent before its time", *ids_of(new))
        if old["state"] == "unknown":
            since = write.at - instant(old["updated_at"])
            if new["channel"] != "email" or since < _SES_SPEAKS_WITHIN:
                text = f"a {new['channel']} that may have been sent is sent again after {since} s"
                broken("told twice", text, *ids_of(new))
            if old["attempt"] in self._accepted_attempts:
                self._in_doubt.update(map(_said, parts_of(new)))

    def _claim(self, row: Item, write: Write) -> None:
        attempt = row["attempt"]
        if not attempt or attempt in self.claimed_by:
            broken("ledger of messages", f"attempt {attempt!r} is not a new one", *ids_of(row))
        self.claimed_by[attempt] = self._world.may_be(write.who, write.invocation)
        if not is_alert(row) and not any(
            self._may_be_true(part, write.invocation) for part in parts_of(row)
        ):
            broken("stale message", f"{row['event']} told when it is true no more", *ids_of(row))
        if row["event"] == "order_confirmed" and self._left_before_confirmed(row):
            broken("stale message", "told that it is prepared after it has left", *ids_of(row))

    def _may_be_true(self, part: Item, invocation: int) -> bool:
        """Whether a part of a message was true when it was looked at, or since."""
        states = self._states(part, invocation)
        return not states or any(_is_true(part, state) for state in states)

    def _is_surely_true(self, part: Item, invocation: int) -> bool:
        """Whether it was true all the while since it was looked at, as far as is known."""
        if part["event"] == "estimate_changed" and "cause" not in part:
            return False
        states = self._states(part, invocation)
        return bool(states) and all(_is_true(part, state) for state in states)

    def _check_skip(self, told: Item, row: Item, write: Write) -> None:
        """``told``: the row as it was, with what was folded into it."""
        if row.get("reason") == "stale":
            late = row["event"] == "order_confirmed" and self._left_before_confirmed(row)
            parts = parts_of(told | {"event": row["event"]})
            if not late and any(self._is_surely_true(one, write.invocation) for one in parts):
                broken("lost message", f"{row['event']} left out though true", *ids_of(row))
        if row.get("reason") == "no_contact" and row["audience"] == "customer":
            details = self._world.details(row["shop_id"], row["order_id"]) or {}
            contact = "email" if row["channel"] == "email" else "phone"
            if details.get("customer", {}).get(contact):
                broken("lost message", f"no {contact} although there is one", *ids_of(row))
        looked = self._looked.get(write.invocation)
        if row.get("reason") not in _REASONS and not self.preferences.explains(row, looked):
            text = f"{row['event']} left out as {row.get('reason')}: nobody gave cause for that"
            broken("lost message", text, *ids_of(row))

    def _settle(self, row: Item, write: Write) -> None:
        attempt = row["attempt"]
        writers = self._world.may_be(write.who, write.invocation)
        given_up = row.get("reason") == "interrupted"  # by somebody else
        told = write.who.startswith(_FEEDBACK) and row["state"] == "sent"
        if not given_up and not told and not set(writers) & set(self.claimed_by.get(attempt, ())):
            broken("ledger of messages", "settled by who had not claimed it", *ids_of(row))
        if row["state"] == "sent":
            self._check_sent(row)
        elif row["state"] in _UNTAKEN and attempt in self._accepted_attempts:
            broken("ledger of messages", "failed, but the provider took it", *ids_of(row))
        elif row.get("reason") == "budget":
            check_spent(self._world, row)
        elif row["state"] == "skipped":
            broken("lost message", f"{row['reason']}, when it was about to be sent", *ids_of(row))
        elif row["state"] == "failed" and row["channel"] == "email":
            if row["reason"] != "unavailable" or row["attempts"] < _MOST_ATTEMPTS:
                broken("lost message", "given up too soon", *ids_of(row))
        elif row.get("reason") == "no_answer" and self.interrupted.isdisjoint(writers):
            broken("ledger of messages", "unknown, but every answer came", *ids_of(row))

    def _check_sent(self, row: Item) -> None:
        provider_id, attempt = row.get("provider_id", ""), row["attempt"]
        if provider_id not in self.accepted:
            broken("ledger of messages", "sent, but no provider took it", *ids_of(row))
        key = (row["pk"], row["sk"])
        believed = self.accepted[provider_id]
        if believed[1] == attempt:
            return
        if believed[0][0] != row["pk"] or row["channel"] == "email":
            broken("ledger of messages", "sent under another message's id", *ids_of(row))
        other = self._accepted_attempts.get(attempt)  # two SMS of an order: the other way round
        self.accepted[provider_id] = (key, attempt)
        self._accepted_attempts[attempt] = provider_id
        if other is not None:
            self.accepted[other] = believed
            self._accepted_attempts[believed[1]] = other
        else:
            del self._accepted_attempts[believed[1]]

    # --- what it rests on ------------------------------------------------------------------------

    def subject_of(self, row: Item) -> Item | None:
        """The order or shipment of a message, as it stands."""
        return self._world.now(*self._subject(row))

    def _subject(self, row: Item) -> tuple[str, Key]:
        if row["subject_id"] == row["order_id"]:
            return "OrdersTable", (f"{row['shop_id']}#{row['order_id']}", "order")
        return "ShipmentsTable", shipment_key(row["shop_id"], row["subject_id"])

    def _states(self, row: Item, invocation: int) -> list[Item]:
        """States of the subject from when the invocation saw it; all, if that is not known."""
        table, key = self._subject(row)
        return self._world.since(table, key, self._reads.get((invocation, table, key), 0))

    def _check_fact(self, row: Item, key: Key) -> None:
        past = self._world.past(*self._subject(row))
        if not any(is_fact(row["event"], state) for state in past) or not occasions(
            row["event"], past
        ):
            broken("groundless message", f"{row['event']} never came to be", *ids_of(row))
        if row["event"] == "estimate_changed" and "cause" in row:
            day = row["cause"]["estimate"]["day"]
            if day not in days_told(past):
                broken("groundless message", f"never expected on {day}", *ids_of(row))
            if key != self._days.setdefault((row["shop_id"], row["subject_id"], day), key):
                broken("told twice", f"of {day} by two messages", *ids_of(row))

    def _left_before_confirmed(self, row: Item) -> bool:
        past = self._world.orders_past(row["shop_id"], row["order_id"])
        first = next((o for o in past if o["status"] in {"confirmed", "completed"}), None)
        return first is not None and any(
            min(line.get("fulfilled", 0), wanted_of(line)) for line in first["lines"]
        )

    # --- the providers ---------------------------------------------------------------------------

    def mailed(
        self, to: str, subject: str, text: str, tags: Mapping[str, str], message_id: str
    ) -> None:
        """SES accepted a mail."""
        pk = f"{tags.get('shop_id')}#{tags.get('order_id')}"
        key = (pk, f"message#{tags.get('message_id')}")
        row = self._rows.get(key)
        if row is None or row["channel"] != "email":
            broken("unledgered message", f"a mail without a row: {dict(tags)}", *key)
        if row["state"] not in _OPEN or row["attempt"] in self._accepted_attempts:
            broken("told twice", f"{row['event']} was accepted again", *ids_of(row))
        if is_alert(row):
            self.alerts.mailed(to, text, row)
        else:
            self._check_mail(to, subject, text, row)
        self._accept(row, key, message_id)

    def _check_mail(self, to: str, subject: str, text: str, row: Item) -> None:
        details = self._world.details(row["shop_id"], row["order_id"]) or {}
        if (details.get("customer", {}).get("email") or "").strip() != to:
            broken("recipient", "a mail went to another address than its order's", *ids_of(row))
        if self._number(row) not in subject:
            broken("recipient", "a mail's subject is not about its order", *ids_of(row))
        check_mail(self._world, row, text, self._named(row))
        self.preferences.linked(row, text)

    def _named(self, row: Item) -> list[tuple[Item, bool]]:
        """The parts of a message under way that may be told, and whether each of them must be."""
        (invocation, *_) = self.claimed_by[row["attempt"]]
        return [
            (part, self._is_surely_true(part, invocation))
            for part in parts_of(row)
            if self._may_be_true(part, invocation)
        ]

    def texted(self, to: str, text: str, message_id: str) -> bool:
        """SNS accepted an SMS; it names no row, so an open one with this number is looked for.

        Whether there is one: an answer to HELP has none.
        """
        rows = [
            (key, row)
            for key, row in self._open_sms.items()
            if row["attempt"] not in self._accepted_attempts and self._is_number_of(to, row)
        ]
        named = [found for found in rows if self._number(found[1]) in text]
        if not named and self.preferences.answers_help(to):
            return False
        if not named:
            broken("told twice", f"an SMS that no open row explains; {len(rows)} open ones", to)
        for token in _TOKEN.findall(text):
            named = [found for found in named if token in map(self._token, parts_of(found[1]))]
        if not named:
            broken("recipient", "an SMS leads to another shipment than its own", to)
        self._accept(named[0][1], named[0][0], message_id)
        return True

    def _number(self, row: Item) -> str:
        return str((self._world.order(row["shop_id"], row["order_id"]) or {}).get("number"))

    def _token(self, row: Item) -> str:
        shipment = self._world.shipment(row["shop_id"], row["subject_id"])
        return str((shipment or {}).get("token"))

    def _is_number_of(self, to: str, row: Item) -> bool:
        details = self._world.details(row["shop_id"], row["order_id"]) or {}
        phone = details.get("customer", {}).get("phone") or ""
        digits = "".join(filter(str.isdigit, phone)).lstrip("0")
        return bool(digits) and to.lstrip("+").endswith(digits)

    def _accept(self, row: Item, key: Key, message_id: str) -> None:
        if message_id in self.accepted:
            broken("told twice", f"provider id {message_id} was given twice", *ids_of(row))
        self.accepted[message_id] = (key, row["attempt"])
        self._accepted_attempts[row["attempt"]] = message_id
        (invocation, *_) = self.claimed_by[row["attempt"]]
        self.preferences.check(row, self._looked.get(invocation))
        for part in parts_of(row):
            told = _said(part)
            self._told[told] += 1
            limit = self.occasions(part) + self._in_doubt[told]
            if self._told[told] > limit:
                text = f"{row['event']} by {row['channel']} {self._told[told]} times, not {limit}"
                broken("told twice", text, *ids_of(part))

    def occasions(self, row: Item) -> int:
        """How often this message may be said of its subject."""
        if is_alert(row):
            return 1
        return occasions(row["event"], self._world.past(*self._subject(row)))


def _said(row: Item) -> tuple[str, str, str, str]:
    subject = row["message_id"] if is_alert(row) else row["subject_id"]
    return row["shop_id"], subject, slot_of(row), row["channel"]


def _is_true(part: Item, state: Item) -> bool:
    """Whether a state of its subject is one in which a part of a message is still the truth."""
    true = TRUE_WHILE.get(part["event"])
    moved = part["event"] == "estimate_changed" and "cause" in part
    if moved and is_superseded(part["cause"], state):
        return False
    return true is None or state["status"] in true


def instant(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def is_fact(event: str, state: Item) -> bool:
    """Whether a state of its subject is what a message tells."""
    status = state["status"]
    if event == "order_confirmed":
        return status in {"confirmed", "completed"}
    if event == "order_cancelled":
        return bool(status == "cancelled")
    if event in {"shipment_dispatched", "order_refunded", "estimate_changed"}:
        return True
    if event == "action_required":
        return bool(status == "exception" and state.get("action_required") == "recipient")
    return bool(status == event)
