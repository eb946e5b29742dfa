"""Customers who answer: a mail comes back, or is called spam; an SMS says stop, start or help.

The judge sees to it that each of them is heard, and in nothing but what they said.
"""

from typing import Final

from tests.simulation.people.calls import done
from tests.simulation.people.errands import (
    DECIDED,
    Customer,
    expect_a_parcel,
    found,
    order_as,
    say,
)
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene

_NUMBERS: Final = (96, 97)
"""Of the shops."""
_HEARD: Final = 660.0
"""Seconds in which SES has told of a mail."""
_AN_HOUR: Final = 3600.0
_TEXTERS: Final = (
    (Customer("stop", 0), ("Stop!", "Help")),
    (Customer("start", 1), ("STOP", "start")),
    (Customer("help", 2), ("Help",)),
    (Customer("thanks", 3), ("Thanks, but stop shouting",)),
)
"""Who sends what: who has said stop wants no help either, and a sentence is no command."""
_OVERTAKEN: Final = _TEXTERS[1][0]
"""Whose SMS that stops comes once more, from before the one that starts."""


def come(scene: Scene) -> None:
    """Let two shops open, and each of them come in turn."""
    scene.operate(lambda operator: _open(scene, operator))


def _open(scene: Scene, operator: Client) -> None:
    clerk, neighbour = (found(scene, operator, number)[1] for number in _NUMBERS)
    for number, kind in enumerate(("Bounce", "Complaint"), 7):
        _send_a_mail_back(scene, clerk, Customer(kind.lower(), number), kind)
    _answer_by_sms(scene, clerk, neighbour)


def _send_a_mail_back(scene: Scene, clerk: Client, customer: Customer, kind: str) -> None:
    """Be written to in vain, and ordered for again; then let the shop write all the same.

    To set other things right does not, and what was told before that counts no more.
    """
    first = order_as(clerk, customer)
    scene.post.objects(customer.email, kind)
    clerk.sleep(_HEARD)
    scene.judge.heard()
    say(clerk, first, {"locale": "en"})
    expect_a_parcel(scene, clerk, customer)
    path = f"/v1/customers/{first['customer_id']}/suppression"
    done(clerk.call("GET", path))
    done(clerk.call("DELETE", path))
    scene.post.objects_once_more(customer.email)
    clerk.sleep(_HEARD)
    order_as(clerk, customer)


def _answer_by_sms(scene: Scene, clerk: Client, neighbour: Client) -> None:
    """Expect a parcel each, of which SMS tell, or will in the morning; and send SMS before that.

    Then expect another one from another shop, which writes numbers otherwise.
    """
    for customer, _ in _TEXTERS:
        expect_a_parcel(scene, clerk, customer)
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
        expect_a_parcel(scene, neighbour, customer, phone=spaced)
