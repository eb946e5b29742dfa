"""Customers who say no to what they have asked for, and some who think better of it.

They say so on the shop's page, or by a mail's link. The judge sees to it that nobody hears more,
and that nobody is left out of what they said nothing to: so each is sent both kinds of news then.
"""

import re
from typing import Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done
from tests.simulation.people.errands import (
    DECIDED,
    Customer,
    expect_a_parcel,
    found,
    order_as,
    owner_of,
    say,
    ship,
)
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene

_NUMBER: Final = 98
"""Of the shop."""
_LINK: Final = re.compile(r"(/unsubscribe/[\w.-]+)")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_AGAIN: Final = "action=resubscribe"
_FORM: Final = "application/x-www-form-urlencoded"


def come(scene: Scene) -> None:
    """Let the shop open, and each of them come in turn."""
    scene.operate(lambda operator: _open(scene, operator))


def _open(scene: Scene, operator: Client) -> None:
    _, clerk = found(scene, operator, _NUMBER)
    _refuse_mails(scene, clerk, Customer("silence", 4))
    _refuse_while_it_waits(scene, clerk, Customer("impatience", 5))
    _click_a_link(scene, clerk, Customer("weariness", 6))


def _refuse_mails(scene: Scene, clerk: Client, customer: Customer) -> None:
    """Want no mails any more, but SMS; then want them again."""
    first = order_as(clerk, customer)
    say(clerk, first, {"channels": {"email": False}})
    expect_a_parcel(scene, clerk, customer)
    say(clerk, first, {"channels": {"email": True}})
    order_as(clerk, customer)


def _refuse_while_it_waits(scene: Scene, clerk: Client, customer: Customer) -> None:
    """Want to hear of no delivery, when word of a part of it waits for the rest."""
    order = order_as(clerk, customer)
    ship(scene, clerk, order, 1, scene.carriers.new_number(owner_of(scene)[1]))
    clerk.sleep(DECIDED)
    say(clerk, order, {"topics": {"deliveries": False}})
    order_as(clerk, customer)


def _click_a_link(scene: Scene, clerk: Client, customer: Customer) -> None:
    """Look at the page that a mail's link leads to; click there, and think better of it."""
    order_as(clerk, customer)
    mail = scene.post.last_to(customer.email)
    reader = scene.gateway.client("who reads mails", None)
    done(reader.call("GET", _link(mail.text)))
    order_as(clerk, customer)
    button = _link(mail.headers.get("List-Unsubscribe", ""))
    done(reader.call("POST", button, raw=_ONE_CLICK, Content_Type=_FORM))
    expect_a_parcel(scene, clerk, customer)
    done(reader.call("POST", button, raw=_AGAIN, Content_Type=_FORM))
    order_as(clerk, customer)


def _link(text: str) -> str:
    found = _LINK.search(text)
    if found is None:
        raise Violation("seldom", "a mail has no link by which to unsubscribe")
    return found[1]
