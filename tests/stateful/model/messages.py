"""The ledger of messages: what was said to whom, what waits, what was not said, and why."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.stateful.model.ledger import (
    Cause,
    Contact,
    Message,
    day_of,
    midnight_after,
    quiet_until,
)
from tests.stateful.model.orders import Order
from tests.stateful.model.parcels import Shipment
from tests.stateful.model.policy import (
    DAILY,
    GATHERING,
    GRACE,
    PHONES,
    RULES,
    WINDOW,
    Rule,
)

if TYPE_CHECKING:
    from tests.stateful.model.business import Business

_GATHERED = frozenset({"gathering", "quiet_hours", "budget"})
_LISTS = {"low": "stock_alert", "out": "stock_alert", "oversold": "stock_alert"}


class Messages:
    """All rows of a shop."""

    def __init__(self, business: "Business", alert_email: str | None) -> None:
        self._business = business
        self._alert_email = alert_email
        self.rows: list[Message] = []
        self.contacts: dict[str, Contact] = {}
        self.sent = Counter[str]()
        """Mails and SMS that went out."""
        self.choose: Callable[[list[Message]], Message] = lambda group: group[0]
        """Of messages that may speak for each other, which does: nothing says which."""
        self._slots: dict[tuple[Any, ...], Message] = {}
        self._alerts: dict[tuple[float, str], Message] = {}
        self._spent = Counter[tuple[str, str, str]]()

    @property
    def _now(self) -> float:
        return self._business.now

    def contact(self, email: str) -> Contact:
        """What a customer wants."""
        return self.contacts.setdefault(email, Contact())

    def of(self, file: str) -> list[tuple[str, ...]]:
        """An order's rows, or a day's, as they are compared."""
        return sorted(row.view() for row in self.rows if row.file == file)

    # --- what happened --------------------------------------------------------------------------

    def of_order(self, order: Order, fact: str, version: int, data: dict[str, Any]) -> None:
        """Something happened to an order."""
        if fact == "OrderHeld":
            self._alert("order_held", order.id)
            return
        self._say(fact, Cause(order, version, data))

    def of_shipment(self, shipment: Shipment, fact: str, version: int, trouble: str = "") -> None:
        """Something happened to a shipment."""
        self._say(fact, Cause(shipment, version, {"trouble": trouble}))

    def of_stock(self, kind: str, sku: str, place: str) -> None:
        """Stock is low, out or oversold."""
        self._alert(_LISTS[kind], day_of(self._now))

    def _say(self, fact: str, cause: Cause) -> None:
        for rule in RULES:
            if rule.fact == fact:
                self._apply(rule, [cause], None)

    def tick(self) -> None:
        """Take up what is due."""
        for row in list(self.rows):
            while row.state == "waiting" and row.due is not None and row.due <= self._now:
                self._resume(self._head(row))

    def _head(self, row: Message) -> Message:
        """Whoever speaks for a row: itself, or one of those that are due with it."""
        if row.rule is None or row.cause is None or not row.cause.is_part:
            return row
        group = [row, *(one for one in self._companions(row) if one.due and one.due <= self._now)]
        return self.choose(group) if len(group) > 1 and _is_live(row.rule, row.cause) else row

    def _resume(self, row: Message) -> None:
        if row.audience == "shop":
            row.state, row.reason, row.due = "sent", None, None
            self.sent["email"] += 1
            return
        assert row.rule is not None
        assert row.cause is not None
        self._apply(row.rule, [row.cause, *row.covers], row)

    # --- decide ---------------------------------------------------------------------------------

    def _apply(self, rule: Rule, causes: list[Cause], row: Message | None) -> None:
        live = [cause for cause in causes if _is_live(rule, cause)]
        if not live:
            waits = any(_needs_recipient(cause) for cause in causes)
            if rule.needs_recipient and not waits:
                self._lapse(rule, causes[0], row, "stale")
            else:
                self._skip(rule, causes[0], row, "stale")
            return
        leave = self._lapse if rule.last else self._skip
        order = live[0].order
        if reason := self._unreachable(rule, order):
            leave(rule, live[0], row, reason)
            return
        if rule.channel == "sms" and (until := quiet_until(self._now)):
            self._wait(rule, live[0], row, "quiet_hours", until)
        elif row is None and rule.gathers and live[0].is_part:
            self._wait(rule, live[0], row, "gathering", self._now + GATHERING)
        else:
            self._send(rule, live, row)

    def _unreachable(self, rule: Rule, order: Order) -> str | None:
        email, phone = order.customer.get("email"), order.customer.get("phone")
        if rule.channel == "email" and not email:
            return "no_contact"
        if rule.channel == "sms" and phone in PHONES:
            return PHONES[phone]
        contact = self.contacts.get(email) if email else None
        return contact.refusal(rule.channel, rule.topic) if contact else None

    # --- rows -----------------------------------------------------------------------------------

    def _key(self, rule: Rule, cause: Cause, place: str) -> tuple[Any, ...]:
        fact: Any = ""
        if rule.each == "version":
            fact = cause.version
        elif rule.each == "trouble":
            fact = cause.data.get("trouble")
        return id(cause.subject), place, fact, rule.channel

    def _new(self, rule: Rule, cause: Cause, state: str, reason: str | None = None) -> Message:
        shipment = cause.subject if isinstance(cause.subject, Shipment) else None
        return Message(
            cause.order.id, rule.name, rule.channel, "customer", state, reason, shipment,
            cause=cause, rule=rule,
        )  # fmt: skip

    def _put(self, key: tuple[Any, ...], message: Message) -> None:
        self._slots[key] = message
        self.rows.append(message)

    def _skip(self, rule: Rule, cause: Cause, row: Message | None, reason: str) -> None:
        """Say on the ledger why nothing is sent, unless the message has been dealt with."""
        known = row or self._slots.get(self._key(rule, cause, rule.place))
        if rule.slot and known and known.event == rule.name:
            self._close(known, reason, of_event=row is None)
            return
        self._note(rule, cause, row, reason)

    def _note(self, rule: Rule, cause: Cause, row: Message | None, reason: str) -> None:
        key = self._key(rule, cause, rule.name)
        found = row or self._slots.get(key)
        if found:
            self._close(found, reason, of_event=row is None)
        else:
            self._put(key, self._new(rule, cause, "skipped", reason))

    def _lapse(self, rule: Rule, cause: Cause, row: Message | None, reason: str) -> None:
        """Write no row of what is no news."""
        known = row or self._slots.get(self._key(rule, cause, rule.place))
        if known and known.event == rule.name:
            self._close(known, reason, of_event=row is None)

    @staticmethod
    def _close(found: Message, reason: str, *, of_event: bool) -> None:
        if found.state != "waiting" or (found.covers and of_event):
            return
        found.state, found.reason, found.due, found.covers = "skipped", reason, None, []

    def _wait(
        self, rule: Rule, cause: Cause, row: Message | None, reason: str, until: float
    ) -> None:
        message = row or self._claim(rule, cause)
        if message is None:
            return
        message.state, message.reason, message.due = "waiting", reason, until

    def _claim(self, rule: Rule, cause: Cause) -> Message | None:
        """The row of a message, new or taken over; None where another has said it."""
        key = self._key(rule, cause, rule.place)
        found = self._slots.get(key)
        if found is None:
            message = self._new(rule, cause, "waiting")
            self._put(key, message)
            return message
        if not self._is_free(found, rule, cause):
            if found.event != rule.name and not rule.last:
                self._note(rule, cause, None, "budget")
            return None
        if found.event != rule.name:
            self._part(found)
        found.event, found.rule, found.cause, found.into = rule.name, rule, cause, None
        found.covers = []
        return found

    def _is_free(self, found: Message, rule: Rule, cause: Cause) -> bool:
        if found.event == rule.name:
            return found.state == "waiting" and found.due is not None and found.due <= self._now
        teller = found.into or found
        return teller.state in {"failed", "skipped", "waiting"}

    def _part(self, found: Message) -> None:
        """A row that another message takes over is one with others no more."""
        if found.into is not None:
            found.into.covers = [
                cause for cause in found.into.covers if cause.subject is not found.shipment
            ]
            return
        for row in self.rows:
            if row.into is found:
                cause = next(each for each in found.covers if each.subject is row.shipment)
                row.state, row.reason, row.into = "waiting", "gathering", None
                row.due, row.cause = self._now, cause

    # --- send -----------------------------------------------------------------------------------

    def _companions(self, row: Message) -> list[Message]:
        """What waits to be said of other shipments of the order by the same message."""
        return [
            one
            for one in self.rows
            if one is not row
            and one.file == row.file
            and (one.event, one.channel, one.audience) == (row.event, row.channel, row.audience)
            and one.state == "waiting"
            and one.reason in _GATHERED
            and not one.covers
            and one.cause is not None
            and one.rule is not None
            and _is_live(one.rule, one.cause)
        ]

    def _send(self, rule: Rule, live: list[Cause], row: Message | None) -> None:
        if rule.last and row is None:
            found = self._slots.get(self._key(rule, live[0], rule.place))
            if found and found.event != rule.name and not self._is_free(found, rule, live[0]):
                return
        companions = []
        if row is not None and row.reason in _GATHERED and rule.gathers and live[0].is_part:
            companions = self._companions(row)
        message = row or self._claim(rule, live[0])
        if message is None:
            return
        message.covers = live[1:] + [one.cause for one in companions if one.cause]
        for one in companions:
            one.state, one.reason, one.due, one.into = "folded", None, None, message
            one.covers = []
        if self._is_spent(rule, live[0]):
            held = rule.channel == "email"
            message.state, message.reason = ("waiting" if held else "skipped"), "budget"
            message.due = midnight_after(self._now) if held else None
            return
        message.state, message.reason, message.due = "sent", None, None
        self.sent[rule.channel] += 1

    def _is_spent(self, rule: Rule, cause: Cause) -> bool:
        if not rule.each and not cause.is_part:
            return False
        key = (cause.order.id, rule.channel, day_of(self._now))
        self._spent[key] += 1
        limit = DAILY[rule.channel]
        if self._spent[key] == limit + 1:
            self._alert("budget_spent", day_of(self._now), alone=f"{key}")
        return self._spent[key] > limit

    # --- alerts ---------------------------------------------------------------------------------

    def _alert(self, name: str, file: str, *, alone: str = "") -> None:
        """The shop is told of something, together with what else happens in ten minutes."""
        if self._alert_email is None:
            row = Message(file, name, "email", "shop", "skipped", "no_contact")
            self.rows.append(row)
            return
        note = Message(file, name, "email", "shop", "folded")
        self.rows.append(note)
        window = self._now - self._now % WINDOW
        key = (window, name + alone)
        if key not in self._alerts:
            due = window + WINDOW + GRACE
            alert = Message(day_of(window), name, "email", "shop", "waiting", "gathering", due=due)
            self._alerts[key] = alert
            self.rows.append(alert)


def _is_live(rule: Rule, cause: Cause) -> bool:
    if rule.needs_recipient and not _needs_recipient(cause):
        return False
    if cause.data.get("fulfillment", "unfulfilled") != "unfulfilled":
        return False
    return cause.subject.status in rule.true_while


def _needs_recipient(cause: Cause) -> bool:
    return isinstance(cause.subject, Shipment) and cause.subject.needs_recipient
