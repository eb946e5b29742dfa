"""Customers who have heard enough, or whom nothing reaches; and some who think better of it.

They say so where they can: on the shop's page, by a mail's link, by SMS, to their mail program. The
judge sees to it that nobody hears more, and that nobody is left out of what they said nothing to:
so each of them is sent both kinds of news afterwards.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done
from tests.simulation.people.errands import (
    DECIDED,
    look,
    owner_of,
    paid,
    place_order,
    see,
    ship,
    travelled,
)
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene

_HEARD: Final = 660.0
"""Seconds in which SES has told of a mail."""
_AN_HOUR: Final = 3600.0
_LINK: Final = re.compile(r"(/unsubscribe/[\w.-]+)")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_AGAIN: Final = "action=resubscribe"
_FORM: Final = "application/x-www-form-urlencoded"
_OUT: Final = ("picked-up", "out")


@dataclass(frozen=True)
class Customer:
    """Somebody who can be reached in both ways."""

    name: str
    number: int
    """Of their phone, two digits."""

    @property
    def email(self) -> str:
        """Their address."""
        return f"canary-of-{self.name}@customers.example"

    @property
    def phone(self) -> str:
        """Their number in E.164."""
        return f"+491512345609{self.number}"

    def named(self, **more: str) -> dict[str, Any]:
        """As an order names them."""
        return {"customer": {"email": self.email, "phone": self.phone} | more}


_TEXTERS: Final = (
    (Customer("stop", 0), ("Stop!", "Help")),
    (Customer("start", 1), ("STOP", "start")),
    (Customer("help", 2), ("Help",)),
    (Customer("thanks", 3), ("Thanks, but stop shouting",)),
)
"""Who sends what: who has said stop wants no help either, and a sentence is no command."""
_OVERTAKEN: Final = _TEXTERS[1][0]
"""Whose SMS that stops comes once more, from before the one that starts."""


def come(scene: Scene, clerk: Client, neighbour: Client) -> None:
    """Let each of them come in turn; ``neighbour`` works at another shop."""
    _refuse_mails(scene, clerk, Customer("silence", 4))
    _refuse_while_it_waits(scene, clerk, Customer("impatience", 5))
    _click_a_link(scene, clerk, Customer("weariness", 6))
    for number, kind in enumerate(("Bounce", "Complaint"), 7):
        _send_a_mail_back(scene, clerk, Customer(kind.lower(), number), kind)
    _answer_by_sms(scene, clerk, neighbour)


def _order(clerk: Client, customer: Customer, **more: str) -> dict[str, Any]:
    """Order, pay, and be told so, if that is wanted."""
    return see(clerk, place_order(clerk, **customer.named(**more), **paid()), "confirmed")


def _expect_a_parcel(scene: Scene, clerk: Client, customer: Customer, **more: str) -> None:
    """Order something that is out for delivery at once: a mail tells of it, and an SMS by day."""
    order = _order(clerk, customer, **more)
    number = scene.carriers.new_number(owner_of(scene)[1])
    made = ship(scene, clerk, order, 2, number)
    scene.carriers.take(travelled(scene, number, _OUT))
    look(clerk, made["id"], "out_for_delivery")


def _say(clerk: Client, order: dict[str, Any], preferences: dict[str, Any]) -> None:
    done(clerk.call("PUT", f"/v1/customers/{order['customer_id']}/preferences", preferences))


def _refuse_mails(scene: Scene, clerk: Client, customer: Customer) -> None:
    """Want no mails any more, but SMS; then want them again."""
    first = _order(clerk, customer)
    _say(clerk, first, {"channels": {"email": False}})
    _expect_a_parcel(scene, clerk, customer)
    _say(clerk, first, {"channels": {"email": True}})
    _order(clerk, customer)


def _refuse_while_it_waits(scene: Scene, clerk: Client, customer: Customer) -> None:
    """Want to hear of no delivery, when word of a part of it waits for the rest."""
    order = _order(clerk, customer)
    ship(scene, clerk, order, 1, scene.carriers.new_number(owner_of(scene)[1]))
    clerk.sleep(DECIDED)
    _say(clerk, order, {"topics": {"deliveries": False}})
    _order(clerk, customer)


def _click_a_link(scene: Scene, clerk: Client, customer: Customer) -> None:
    """Look at the page that a mail's link leads to; click there, and think better of it."""
    _order(clerk, customer)
    mail = scene.post.last_to(customer.email)
    reader = scene.gateway.client("who reads mails", None)
    done(reader.call("GET", _link(mail.text)))
    _order(clerk, customer)
    button = _link(mail.headers.get("List-Unsubscribe", ""))
    done(reader.call("POST", button, raw=_ONE_CLICK, Content_Type=_FORM))
    _expect_a_parcel(scene, clerk, customer)
    done(reader.call("POST", button, raw=_AGAIN, Content_Type=_FORM))
    _order(clerk, customer)


def _link(text: str) -> str:
    found = _LINK.search(text)
    if found is None:
        raise Violation("seldom", "a mail has no link by which to unsubscribe")
    return found[1]


def _send_a_mail_back(scene: Scene, clerk: Client, customer: Customer, kind: str) -> None:
    """Be written to in vain, and ordered for again; then let the shop write all the same.

    To set other things right does not, and what was told before that counts no more.
    """
    first = _order(clerk, customer)
    scene.post.objects(customer.email, kind)
    clerk.sleep(_HEARD)
    scene.judge.heard()
    _say(clerk, first, {"locale": "en"})
    _expect_a_parcel(scene, clerk, customer)
    path = f"/v1/customers/{first['customer_id']}/suppression"
    done(clerk.call("GET", path))
    done(clerk.call("DELETE", path))
    scene.post.objects_once_more(customer.email)
    clerk.sleep(_HEARD)
    _order(clerk, customer)


def _answer_by_sms(scene: Scene, clerk: Client, neighbour: Client) -> None:
    """Expect a parcel each, of which SMS tell, or will in the morning; and send SMS before that.

    Then expect another one from another shop, which writes numbers otherwise.
    """
    for customer, _ in _TEXTERS:
        _expect_a_parcel(scene, clerk, customer)
    for customer, texts in _TEXTERS:
        for text in texts:
            scene.post.receives(customer.phone, text, times=2)
            clerk.sleep(DECIDED)
    scene.post.receives(_OVERTAKEN.phone, "STOP", late=_AN_HOUR)
    clerk.sleep(DECIDED)
    scene.judge.heard()
    for customer, _ in _TEXTERS:
        number = customer.phone
        spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
        _expect_a_parcel(scene, neighbour, customer, phone=spaced)
