"""Who has said no is told nothing from then on, and nobody else is left out.

A no is known by whom it is of and by what it is to: a customer or a number; a channel, a topic, or
all mail to an address that sent one back.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tests.simulation.judge.verdict import Call, Item, Key, broken
from tests.simulation.judge.world import World

MAILBOX: Final = "mailbox"
"""Mail that came back, or was called spam."""
_OUTCOMES: Final = {"Bounce": "bounced", "Complaint": "complained"}
_CUSTOMER: Final = "cus_"
_AGAIN: Final = "action=resubscribe"
_DONE: Final = frozenset({200, 204})
_PREFERENCES: Final = re.compile(r"/v1/customers/(cus_\w+)/preferences")
_SUPPRESSION: Final = re.compile(r"/v1/customers/(cus_\w+)/suppression")
_LINK: Final = re.compile(r"/unsubscribe/([\w.-]+)")
_OF_ORDERS: Final = frozenset({"order_confirmed", "order_cancelled", "order_refunded"})
_WHATS: Final = {"channels": ("email", "sms"), "topics": ("orders", "deliveries")}
No = tuple[str, str]
"""Whose, and to what."""


class PreferenceRules:
    """Follows what people want to hear, by what they and their shops have said."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ever: set[No] = set()
        """What may have been said: a call may be done whose answer is lost."""
        self._since: dict[No, int] = {}
        """Writes that there had been when a no was heard, where it still holds."""
        self._until: dict[No, int] = {}
        """Writes that there had been when a yes was heard that took it back."""
        self._on_the_way: dict[No, bool] = {}
        self._of_link: dict[str, list[No]] = {}
        self._asked_for_help: Counter[str] = Counter()
        self._outcomes: dict[Key, str] = {}
        """What the rows of mails must say became of them."""

    # --- what is said ----------------------------------------------------------------------------

    def say(self, no: No, *, wanted: bool) -> None:
        """Somebody says no, or yes again; it has not been heard yet."""
        if wanted:
            self._since.pop(no, None)
        else:
            self._ever.add(no)
            self._until.pop(no, None)

    def send(self, no: No, *, wanted: bool) -> None:
        """The same, by a way that gives no answer: an SMS, or a mail that comes back."""
        self.say(no, wanted=wanted)
        self._on_the_way[no] = wanted

    def objected(self, tags: Mapping[str, str], kind: str) -> None:
        """A mail with these tags comes back, or is called spam."""
        customer = customer_of(self._world, tags["shop_id"], tags["order_id"])
        self.send((customer, MAILBOX), wanted=False)
        key = f"{tags['shop_id']}#{tags['order_id']}", f"message#{tags['message_id']}"
        self._outcomes[key] = _OUTCOMES[kind]

    def texted(self, number: str, word: str) -> None:
        """Somebody sends one of our words."""
        no = _digits(number), "sms"
        if word != "HELP":
            self.send(no, wanted=word != "STOP")
        elif self._on_the_way.get(no, no not in self._since):  # else they want no answer either
            self._asked_for_help[_digits(number)] += 1

    def arrive(self) -> None:
        """All that was said by such ways has been heard by now."""
        for no, wanted in self._on_the_way.items():
            self._hear(no, wanted=wanted)
        self._on_the_way.clear()

    def asked(self, call: Call) -> None:
        """A client sends a call."""
        for no, wanted in self._said(call):
            self.say(no, wanted=wanted)

    def answered(self, call: Call, status: int) -> None:
        """A client sees an answer. Nobody says both at once, so the last is what counts."""
        if status in _DONE:
            for no, wanted in self._said(call):
                self._hear(no, wanted=wanted)

    def linked(self, row: Item, text: str) -> None:
        """A mail goes out, by whose link its reader may say no to what it is about."""
        for token in _LINK.findall(text):
            self._of_link[token] = [(self._customer(row), _topic(row))]

    def _hear(self, no: No, *, wanted: bool) -> None:
        (self._until if wanted else self._since)[no] = self._world.number

    def _said(self, call: Call) -> Iterator[tuple[No, bool]]:
        """What a call says: a setting that it does not name is as by default, and wanted."""
        if call.method == "PUT" and (named := _PREFERENCES.fullmatch(call.path)):
            body = call.body if isinstance(call.body, dict) else {}
            for kind, whats in _WHATS.items():
                settings: dict[str, Any] = body.get(kind, {})
                yield from (((named[1], what), settings.get(what, True)) for what in whats)
        if call.method == "DELETE" and (named := _SUPPRESSION.fullmatch(call.path)):
            yield (named[1], MAILBOX), True
        if call.method == "POST" and (named := _LINK.fullmatch(call.path)):
            yield from ((no, call.body == _AGAIN) for no in self._of_link.get(named[1], ()))

    # --- what comes of it ------------------------------------------------------------------------

    def explains(self, row: Item, looked: int | None) -> bool:
        """Whether a no is why a message is left out, by who ``looked`` at that write first."""
        what = {
            "opted_out": row["channel"],
            "unsubscribed": _topic(row),
            "suppressed": MAILBOX if row["channel"] == "email" else "",
        }.get(row.get("reason", ""))
        mine = [no for no in self._nos(row) if no[1] == what and no in self._ever]
        return any(looked is None or looked < self._until.get(no, looked + 1) for no in mine)

    def check(self, row: Item, looked: int | None) -> None:
        """A message goes out: not by who began to look when a no to it had been heard.

        What concerns a shop is none of its customers' business.
        """
        for no in self._nos(row) if row["audience"] == "customer" else ():
            since = self._since.get(no)
            if since is not None and looked is not None and looked >= since:
                text = f"{row['event']} by {row['channel']} to who has said no to {no[1]}"
                broken("unwanted message", text, row["order_id"], row["message_id"])

    def answers_help(self, number: str) -> bool:
        """Whether an SMS of no order is an answer to HELP: each gets one, at any hour."""
        waits = self._asked_for_help[_digits(number)] > 0
        self._asked_for_help[_digits(number)] -= waits
        return waits

    def settle(self) -> None:
        """Nobody who sent HELP waits for an answer; what became of mails is known, and every no."""
        if number := next((one for one, times in self._asked_for_help.items() if times), None):
            broken("lost message", "a HELP that nobody answered", number)
        for key, outcome in self._outcomes.items():
            row = self._world.now("NotificationsTable", key) or {}
            if row.get("outcome") != outcome:
                text = f"a mail was {outcome}, and its row says {row.get('outcome')}"
                broken("ledger of messages", text, *key)
        self.arrive()
        self._check_contacts()

    def _check_contacts(self) -> None:
        """What a customer was heard to say last is on record, for whatever is to be sent yet."""
        contacts = {
            key[0].rpartition("#")[2]: item
            for kind, key, item in self._world.items("NotificationsTable")
            if kind == "contact"
        }
        for whose, what in (*self._since, *self._until):
            if not whose.startswith(_CUSTOMER):
                continue  # a number's contact goes by a hash
            said = (whose, what) in self._since
            if _refuses(contacts.get(whose, {}), what) != said:
                text = f"{whose} has said {'no' if said else 'yes'} to {what}: it is not on record"
                broken("unheard", text, whose)

    def _nos(self, row: Item) -> Sequence[No]:
        """All that would forbid a message."""
        customer, number = self._customer(row), self._number(row)
        if row["channel"] == "sms":
            return [(customer, "sms"), (customer, _topic(row)), (number, "sms")]
        return [(customer, "email"), (customer, _topic(row)), (customer, MAILBOX)]

    def _customer(self, row: Item) -> str:
        return customer_of(self._world, row["shop_id"], row["order_id"])

    def _number(self, row: Item) -> str:
        details = self._world.details(row["shop_id"], row["order_id"]) or {}
        return _digits(str(details.get("customer", {}).get("phone")))


def customer_of(world: World, shop_id: str, order_id: str) -> str:
    """Whose an order is: a customer is named by a hash, and belongs to no two shops."""
    details = world.details(shop_id, order_id) or {}
    return str(details.get("customer_pk")).rpartition("#")[2]


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def _refuses(contact: Item, what: str) -> bool:
    if what == MAILBOX:
        return "suppression" in contact
    settings = contact.get("channels", {}) | contact.get("topics", {})
    return not settings.get(what, True)


def _topic(row: Item) -> str:
    return "orders" if row["event"] in _OF_ORDERS else "deliveries"
