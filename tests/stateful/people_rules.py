"""Rules of people: what customers want to hear, links, mails that come back."""

from typing import Any

from hypothesis import strategies as st

from tests.stateful.base import Base, rule
from tests.stateful.model.ledger import Contact
from tests.stateful.model.orders import Order
from tests.stateful.model.said import stale

_WISHES: tuple[dict[str, Any], ...] = (
    {"channels": {"email": False}},
    {"channels": {"sms": False}},
    {"topics": {"deliveries": False}},
    {"topics": {"orders": False}},
    {},
)
_ANSWERS = ("bounce", "leave", "leave by one click", "leave and come back")


class PeopleRules(Base):
    """What customers and shops ask of messages."""

    @rule(
        order=Base.orders,
        wish=st.sampled_from((*_WISHES, *_ANSWERS)),
        seen=st.sampled_from((None, None, "current", "old")),
    )
    def hear(self, order: Order, wish: dict[str, Any] | str, seen: str | None) -> None:
        """A customer's wishes are set; or the newest mail comes back, or makes somebody leave."""
        if isinstance(wish, str):
            self._answer_mail(wish)
        else:
            self._prefer(order, wish, seen)

    def _prefer(self, order: Order, wish: dict[str, Any], seen: str | None) -> None:
        email = order.customer.get("email")
        if email is None:
            return
        contact = self.model.messages.contact(email)
        version = {None: None, "current": contact.version, "old": contact.version + 1}[seen]
        headers = {} if version is None else {"If-Match": f'"{version}"'}

        def said() -> dict[str, Any]:
            if version is not None and (version != contact.version or not version):
                raise stale()
            return contact.wish(wish)

        customer = self.get(f"/v1/orders/{order.id}").body["customer_id"]
        path = f"/v1/customers/{customer}/preferences"
        answer, view = self.ask("PUT", path, wish, use="prefer", says=said, headers=headers)
        if view is not None:
            self.same("preferences", answer.body, view)
        found = self.get(path)
        self.same("stored preferences", found.body, contact.view())
        tag = {"ETag": f'"{contact.version}"'} if contact.version else {}
        self.same("their version", found.headers, tag)

    def _answer_mail(self, how: str) -> None:
        mails = [mail for mail in self.world.services.mails if "List-Unsubscribe" in mail.headers]
        if not mails:
            return
        contact = self.model.messages.contact(mails[-1].to)
        self.pass_seconds(1)
        if how == "bounce":
            self.world.services.bounced(mails[-1], f"feedback-{self.world.now}")
            self.world.settle()
            contact.suppress()
        else:
            self._follow(mails[-1].headers["List-Unsubscribe"].strip("<>"), contact, how)
        self.tally[f"answer mail: {how}"] += 1

    def _follow(self, link: str, contact: Contact, how: str) -> None:
        path = "/" + link.partition("://")[2].partition("/")[2]
        topic = path.split(".")[-2]
        self.same("page", self.world.call("GET", path, key=None).status, 200)
        forms = ["List-Unsubscribe=One-Click" if "one click" in how else "action="]
        forms += ["action=resubscribe"] if "back" in how else []
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        for form in forms:
            self.pass_seconds(1)
            answer = self.world.call("POST", path, key=None, raw=form, headers=kind)
            self.same("unsubscribe", answer.status, 200)
            contact.subscribe(topic, wanted=form == "action=resubscribe")
