"""Customers who say no to what they have asked for, and some who think better of it.

They say so on the shop's page, or by a mail's link; a mail that comes back says so by itself. The
judge sees to it that nobody hears more, and that nobody is left out of what they said nothing to:
so each is sent both kinds of news then.
"""

import re
from typing import Final

from tests.simulation.judge import Violation
from tests.simulation.people.calls import done, expect
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
from tests.simulation.people.scene import Scene, Shop

_NUMBER: Final = 98
"""Of the shop."""
_LINK: Final = re.compile(r"(/unsubscribe/[\w.-]+)")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_AGAIN: Final = "action=resubscribe"
_FORM: Final = "application/x-www-form-urlencoded"
_NOES: Final = ({"channels": {"email": False}}, {"topics": {"orders": False}})
_THINKS_AGAIN: Final = 0.4
_PAUSE: Final = 20.0
_COMES_BACK: Final = 0.4
"""Share of the mails that come back, of those who say something while things fail."""


def come(scene: Scene) -> None:
    """Let the shop open, and each of them come in turn."""
    scene.operate(lambda operator: _open(scene, operator))


def waver(scene: Scene, shop: Shop, order_id: str, within: float) -> None:
    """Let somebody say no while they are written to, and at times yes again, or send a mail back.

    They wait for their answers: nobody says both at once.
    """
    dice = scene.dice

    def act(client: Client) -> None:
        client.patience = float("inf")
        seen = expect(client.call("GET", f"/v1/orders/{order_id}"), 200)
        if not seen.ok:
            return
        address = seen.body["customer"].get("email")
        if address and scene.post.knows(address) and dice.random() < _COMES_BACK:
            scene.post.objects(address, dice.choice(("Bounce", "Complaint")))
        path = f"/v1/customers/{seen.body['customer_id']}/preferences"
        expect(client.call("PUT", path, dice.choice(_NOES)), 200)
        if dice.random() < _THINKS_AGAIN:
            client.sleep(dice.uniform(0.0, _PAUSE))
            expect(client.call("PUT", path, {}), 200)

    scene.enter(f"who hears of {order_id}", shop.key, act, within)


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
