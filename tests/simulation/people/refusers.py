"""Customers who have heard enough, or whom nothing reaches; and some who think better of it.

They say so where they can: on the shop's page, by a mail's link, by SMS, to their mail program. The
judge sees to it that nobody hears more, and that nobody else is left out.
"""

import re
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
"""Seconds in which SES has told of a mail, and SNS of an SMS."""
_LINK: Final = re.compile(r"(/unsubscribe/[\w.-]+)")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_FORM: Final = "application/x-www-form-urlencoded"
_OUT: Final = ("picked-up", "out")


def come(scene: Scene, clerk: Client) -> None:
    """Let each of them come in turn."""
    _refuse_mails(clerk)
    _refuse_while_it_waits(scene, clerk)
    _click_a_link(scene, clerk)
    for kind in ("Bounce", "Complaint"):
        _send_a_mail_back(scene, clerk, kind)
    _answer_by_sms(scene, clerk)


def _customer(name: str, **more: Any) -> dict[str, Any]:
    return {"customer": {"email": f"canary-of-{name}@customers.example"} | more}


def _order(clerk: Client, customer: dict[str, Any]) -> dict[str, Any]:
    """Order, pay, and be told so, if that is wanted."""
    return see(clerk, place_order(clerk, **customer, **paid()), "confirmed")


def _say(clerk: Client, order: dict[str, Any], preferences: dict[str, Any]) -> None:
    done(clerk.call("PUT", f"/v1/customers/{order['customer_id']}/preferences", preferences))


def _refuse_mails(clerk: Client) -> None:
    """Want no mails any more, and order once more; then want them again."""
    customer = _customer("silence")
    first = _order(clerk, customer)
    _say(clerk, first, {"channels": {"email": False}})
    _order(clerk, customer)
    _say(clerk, first, {"channels": {"email": True}})
    _order(clerk, customer)


def _refuse_while_it_waits(scene: Scene, clerk: Client) -> None:
    """Want to hear of no delivery, when word of a part of it waits for the rest."""
    order = _order(clerk, _customer("impatience"))
    ship(scene, clerk, order, 1, scene.carriers.new_number(owner_of(scene)[1]))
    clerk.sleep(DECIDED)
    _say(clerk, order, {"topics": {"deliveries": False}})


def _click_a_link(scene: Scene, clerk: Client) -> None:
    """Look at the page that a mail's link leads to, order; click there, and order again."""
    customer = _customer("weariness")
    _order(clerk, customer)
    found = _LINK.search(scene.post.last_to(customer["customer"]["email"]).text)
    if found is None:
        raise Violation("seldom", "a mail has no link by which to unsubscribe")
    reader = scene.gateway.client("who reads mails", None)
    done(reader.call("GET", found[1]))
    _order(clerk, customer)
    done(reader.call("POST", found[1], raw=_ONE_CLICK, Content_Type=_FORM))
    _order(clerk, customer)


def _send_a_mail_back(scene: Scene, clerk: Client, kind: str) -> None:
    """Be written to in vain and ordered for again; then let the shop write all the same."""
    customer = _customer(kind.lower())
    first = _order(clerk, customer)
    scene.post.objects(customer["customer"]["email"], kind)
    clerk.sleep(_HEARD)
    scene.judge.heard()
    _order(clerk, customer)
    path = f"/v1/customers/{first['customer_id']}/suppression"
    done(clerk.call("GET", path))
    done(clerk.call("DELETE", path))
    _order(clerk, customer)


def _answer_by_sms(scene: Scene, clerk: Client) -> None:
    """Expect a parcel each, of which SMS tell, or will in the morning; and send SMS before that.

    One wants no more of them, one wants them again, one asks what this is, one thanks.
    """
    said = (("stop", ("Stop!",)), ("start", ("STOP", "start")), ("help", ("Help",)),
            ("thanks", ("Thanks, but stop shouting",)))  # fmt: skip
    numbers = {name: f"+49151234560{place:02}" for place, (name, _) in enumerate(said, 90)}
    for name, _ in said:
        _expect_a_parcel(scene, clerk, _customer(f"sms-{name}", phone=numbers[name]))
    for name, texts in said:
        for text in texts:
            scene.post.receives(numbers[name], text, times=2)
            clerk.sleep(DECIDED)
    scene.judge.heard()
    for name, _ in said:
        _expect_a_parcel(scene, clerk, _customer(f"sms-{name}", phone=numbers[name]))


def _expect_a_parcel(scene: Scene, clerk: Client, customer: dict[str, Any]) -> None:
    """Order something that is out for delivery at once."""
    order = _order(clerk, customer)
    number = scene.carriers.new_number(owner_of(scene)[1])
    made = ship(scene, clerk, order, 2, number)
    scene.carriers.take(travelled(scene, number, _OUT))
    look(clerk, made["id"], "out_for_delivery")
