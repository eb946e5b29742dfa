"""Rules of people: what customers want to hear, links, mails that come back, words."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.base import Base
from tests.stateful.model.messages import Contact
from tests.stateful.model.orders import Order
from tests.stateful.model.said import stale, unprocessable

_WISHES: tuple[dict[str, Any], ...] = (
    {"channels": {"email": False}},
    {"channels": {"sms": False}},
    {"topics": {"deliveries": False}},
    {"topics": {"orders": False}},
    {},
)
PATH = "/v1/templates/order_confirmed/email/en"


class PeopleRules(Base):
    """What customers and shops ask of messages."""

    @rule(
        order=Base.orders,
        wish=st.sampled_from(_WISHES),
        seen=st.sampled_from((None, None, "current", "old")),
    )
    def prefer(self, order: Order, wish: dict[str, Any], seen: str | None) -> None:
        """A customer's wishes are set."""
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

    @rule(how=st.sampled_from(("bounce", "leave", "leave by one click", "leave and come back")))
    def answer_mail(self, how: str) -> None:
        """The newest mail comes back for good, or its reader follows its link."""
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

    # --- words ----------------------------------------------------------------------------------

    @rule(
        body=st.sampled_from(("Thanks, {{ name }}!", "Thanks.", "{{ nobody }}", "{% if %}", None)),
        seen=st.sampled_from((None, "*", "current", "old")),
    )
    def word(self, body: str | None, seen: str | None) -> None:
        """A shop says a message in its own words, if they will do, or in ours again."""
        own = self.model.templates
        if body is None:
            self.ask("DELETE", PATH, use="delete template", status=204, says=own.delete)
            self._look_at_template()
            return
        version = own.version if own.body is not None else 0
        headers = {
            None: {},
            "*": {"If-Match": "*"},
            "current": {"If-Match": f'"{version}"'},
            "old": {"If-Match": f'"{version + 1}"'},
        }[seen]
        wording = {"subject": "Confirmed", "headline": "Thanks", "body": body}

        def said() -> str:
            if seen == "old" or (seen in {"*", "current"} and not version):
                raise stale()
            if "nobody" in body or "if" in body:
                raise unprocessable()
            own.put(body)
            return body

        answer, told = self.ask(
            "PUT", PATH, wording, use="put template", says=said, headers=headers
        )
        if told is not None:
            self.same("template", answer.body, {"source": "shop", "body": told})
        self._look_at_template()

    def _look_at_template(self) -> None:
        own, answer = self.model.templates, self.get(PATH)
        source = "default" if own.body is None else "shop"
        self.same("template", answer.body["source"], source)
        if own.body is not None:
            self.same("its version", answer.headers["ETag"], f'"{own.version}"')
            self.same("its words", answer.body["body"], own.body)
