"""Rules of orders: place, confirm, cancel, hold, pay, amend."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple

from tests.stateful.base import Base, rule
from tests.stateful.model.lines import Hold
from tests.stateful.model.orders import Order
from tests.stateful.model.said import money
from tests.stateful.opening import KINDS, SKUS

UNITS = st.tuples(st.sampled_from((1, 1, 2, 3, 0)), st.integers(1, 3))
"""The number of a line, and how many of it."""
KEYS = st.sampled_from((None, None, "k1", "k2"))
BERLIN = {"name": "Ana", "line1": "Weg 1", "city": "Berlin", "postal_code": "1", "country": "DE"}
BOSTON = BERLIN | {"city": "Boston", "country": "US", "line2": "Apt 2"}
CUSTOMERS: tuple[dict[str, Any], ...] = (
    {"email": "ana@mail.example", "name": "Ana", "phone": "+4915112345678"},
    {"email": "bo@mail.example", "phone": "+4930901820"},
    {"name": "Cy", "phone": "+4915112345679"},
    {"email": "ana@mail.example"},
)
_LINES: tuple[dict[str, Any], ...] = (
    {"unit_price": money(1999)},
    {"unit_price": money(333), "discount": money(100), "tax": money(37)},
    {"unit_price": money(1000), "tax": money(190), "title": "Tea"},
    {"unit_price": money(0)},
    {"unit_price": money(500), "requires_shipping": False},
)
_EXTRAS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"allocation": "partial"},
    {"discounts": [{"code": "TEN", "amount": money(101)}], "shipping_price": money(490)},
    {"prices_include_tax": True, "tags": ["vip"], "note": "ring twice"},
    {"payments": [{"kind": "captured", "amount": money(1500), "reference": "c1"}]},
    {"payments": [{"kind": "authorized", "amount": money(9000)}]},
    {"draft": True},
)
LINE = st.builds(
    lambda sku, quantity, more: {"sku": sku, "quantity": quantity} | more,
    st.sampled_from(SKUS),
    st.integers(1, 4),
    st.sampled_from(_LINES),
)


def _request(
    lines: list[dict[str, Any]],
    customer: dict[str, Any],
    address: dict[str, Any],
    extras: list[dict[str, Any]],
    name: str | None,
) -> dict[str, Any]:
    body = {
        "currency": "EUR",
        "customer": customer,
        "shipping_address": address,
        "lines": lines,
        **({"external_id": name} if name else {}),
    }
    for extra in extras:
        body |= extra
    return body


REQUESTS = st.builds(
    _request,
    st.lists(LINE, min_size=1, max_size=3),
    st.sampled_from(CUSTOMERS),
    st.sampled_from((BERLIN, BERLIN, BOSTON)),
    st.lists(st.sampled_from(_EXTRAS), max_size=2),
    st.sampled_from((None, None, None, "x1", "x2")),
)


def _wrongs(body: dict[str, Any], wrong: str) -> dict[str, Any]:
    """A request with something wrong in it."""
    first, *rest = body["lines"]
    changes: dict[str, dict[str, Any]] = {
        "sku": {"lines": [*rest, first | {"sku": "GONE"}]},
        "discount": {"lines": [*rest, first | {"discount": money(10**7)}]},
        "discounts": {"discounts": [{"amount": money(10**7)}]},
        "address": {"shipping_address": None, "lines": [first | {"requires_shipping": True}]},
        "refunded": {"payments": [{"kind": "refunded", "amount": money(5)}]},
        "voided": {"payments": [{"kind": "voided", "amount": money(5)}]},
    }
    return body | changes[wrong]


_WRONG = ("sku", "discount", "discounts", "address", "refunded", "voided")


class SellingRules(Base):
    """What a shop asks of its orders."""

    orders = Base.orders
    holds: Bundle[tuple[Order, Hold]] = Bundle("holds")

    @initialize(
        target=orders,
        kind=st.sampled_from(range(len(KINDS))),
        chance=st.integers(0, 7),
        bodies=st.lists(REQUESTS, min_size=1, max_size=2),
    )
    def begin(self, kind: int, chance: int, bodies: list[dict[str, Any]]) -> Any:
        """One of the shops, and an order or two to begin with."""
        self.open(kind, chance)
        placed = [self._placed(body, None, "place") for body in bodies]
        return multiple(*(order for order in placed if isinstance(order, Order)))

    def _placed(
        self, body: dict[str, Any], key: str | None, use: str, *, waits: bool = False
    ) -> Any:
        shown: dict[str, Any] = {}

        def said() -> Any:
            order, first = self.model.place(body, key)
            shown.update(first or order.first or {})
            if waits:
                order.id = self.answer.body["id"]
                self.model.now = self.world.now  # by then it was decided
                self.model.settle()
                shown.update(order.view())
            return order, first

        headers = {"Prefer": "wait=2"} if waits else {}
        answer, placed = self.ask(
            "POST", "/v1/orders", body, key=key, use=use, status=201, says=said, headers=headers
        )
        if placed is None:
            return multiple()
        order, first = placed
        if first is None:
            order.id, order.number = answer.body["id"], answer.body["number"]
        self.same("placed", answer.body, shown | {"id": order.id})
        return order if first is None else multiple()

    @rule(
        target=orders,
        body=REQUESTS,
        key=KEYS,
        how=st.sampled_from(("heard",) * 7 + ("waits", "unheard")),
    )
    def place(self, body: dict[str, Any], key: str | None, how: str) -> Any:
        """An order is placed; with a key or an external id that was used before, perhaps again.

        At times its caller waits for its stock, or the record is lost by which stock should hear
        of it.
        """
        if how == "unheard":
            self.world.delivery.lost.add("InventoryOrderChangeFunction")
        self.model.deaf = how == "unheard"
        try:
            use = "place" if how == "heard" else f"place {how}"
            return self._placed(body, key, use, waits=how == "waits")
        finally:
            self.world.delivery.lost.clear()
            self.model.deaf = False

    @rule(target=orders, order=orders, again=st.sampled_from(("same", "other")))
    def place_again(self, order: Order, again: str) -> Any:
        """The same request comes once more, or another one under its key and external id."""
        body = order.request if again == "same" else order.request | {"note": "another"}
        if order.key is None and "external_id" not in body:
            return multiple()
        return self._placed(body, order.key, f"place {again} again")

    @rule(body=REQUESTS, wrong=st.sampled_from(_WRONG))
    def place_wrongly(self, body: dict[str, Any], wrong: str) -> None:
        """Something is wrong with an order, and nothing happens."""
        self._placed(_wrongs(body | {"external_id": "w"}, wrong), None, f"place wrong {wrong}")

    # --- steps ----------------------------------------------------------------------------------

    def _step(
        self, order: Order, path: str, body: Any, key: str | None, says: Any, **more: Any
    ) -> Any:
        method = more.pop("method", "POST")
        answer, said = self.ask(
            method, f"/v1/orders/{order.id}{path}", body, key=key, says=says, **more
        )
        if answer.status < 300:
            self.same("answer", answer.body, self._view)
        return answer, said

    def _seen_now(self, order: Order, says: Any) -> Any:
        """What the model says, and how it shows the order before anything follows."""

        def said() -> Any:
            result = says()
            self._view = order.view()
            return result

        return said

    @rule(order=orders, key=KEYS)
    def confirm(self, order: Order, key: str | None) -> None:
        """A draft becomes an order; where there is none, some order is none."""
        order = next((each for each in self.model.orders if each.status == "draft"), order)
        says = self._seen_now(order, lambda: self.model.confirm(order, key))
        self._step(order, "/confirm", None, key, says, use="confirm")

    @rule(
        order=orders,
        reason=st.sampled_from(("customer", "inventory")),
        units=st.none() | st.lists(UNITS, min_size=1, max_size=2),
        key=KEYS,
    )
    def cancel(
        self, order: Order, reason: str, units: list[tuple[int, int]] | None, key: str | None
    ) -> None:
        """All is cancelled that is not shipped, or some units."""
        named = units and {self.line_of(order, line): number for line, number in units}
        lines = [{"line_id": line, "quantity": number} for line, number in (named or {}).items()]
        body = {"reason": reason} | ({"lines": lines} if named else {})
        says = self._seen_now(order, lambda: self.model.cancel(order, reason, named, key))
        self._step(order, "/cancel", body, key, says, use="cancel units" if named else "cancel")

    @rule(
        target=holds,
        order=orders,
        kind=st.sampled_from(("HIGH_RISK_OF_FRAUD", "INCORRECT_ADDRESS", "OTHER")),
        note=st.sampled_from((None, "look")),
        key=KEYS,
    )
    def hold(self, order: Order, kind: str, note: str | None, key: str | None) -> Any:
        """An order is held."""
        body = {"kind": kind} | ({"note": note} if note else {})
        says = self._seen_now(order, lambda: self.model.hold(order, kind, note, key))
        answer, hold = self._step(order, "/holds", body, key, says, use="hold", status=201)
        if hold is None:
            return multiple()
        hold.id = answer.headers["Location"].rpartition("/")[2]
        return order, hold

    @rule(held=holds)
    def release(self, held: tuple[Order, Hold]) -> None:
        """A hold is released."""
        self._release(*held, "release")

    @rule(order=orders, newest=st.booleans())
    def unhold(self, order: Order, newest: bool) -> None:
        """What an order waits for is given up; short of stock, it asks again."""
        found = self.get(f"/v1/orders/{order.id}").body["holds"]
        for hold, told in zip(order.holds, found, strict=True):
            hold.id = told["id"]
        for hold in order.holds[-1:] if newest else order.holds[:1]:
            self._release(order, hold, f"release {hold.kind}")

    def _release(self, order: Order, hold: Hold, use: str) -> None:
        says = self._seen_now(order, lambda: self.model.release(order, hold))
        self._step(order, f"/holds/{hold.id}", None, None, says, use=use, method="DELETE")

    @rule(
        order=orders,
        kinds=st.sampled_from(
            (
                ("captured",),
                ("authorized",),
                ("captured", "refunded"),
                ("authorized", "voided"),
                ("refunded",),
                ("voided",),
            )
        ),
        amount=st.sampled_from((500, 2500, 100_000)) | st.just("due"),
        reference=st.sampled_from((None, None, "c1", "r2")),
        key=KEYS,
    )
    def pay(
        self,
        order: Order,
        kinds: tuple[str, ...],
        amount: int | str,
        reference: str | None,
        key: str | None,
    ) -> None:
        """A payment is told of; perhaps that it went back after it had come."""
        units = max(1, abs(order.balance)) if isinstance(amount, str) else amount
        told: dict[str, Any] = {"reference": reference} if reference else {}
        *before, last = ({"kind": kind, "amount": money(units)} | told for kind in kinds)
        for body in before:
            self._pay(order, body, None)
        self._pay(order, last, key)

    def _pay(self, order: Order, body: dict[str, Any], key: str | None) -> None:
        answer, fact = self.ask(
            "POST",
            f"/v1/orders/{order.id}/payments",
            body,
            key=key,
            use=f"pay {body['kind']}",
            status=201,
            says=lambda: self.model.pay(order, body, key),
        )
        if fact is not None:
            told = {"kind": fact.kind, "amount": money(fact.amount), "reference": fact.reference}
            self.same("payment", answer.body, told)

    @rule(
        order=orders,
        wish=st.sampled_from(
            (
                {"note": "leave it"},
                {"tags": ["a", "b"], "metadata": {"source": "phone"}},
                {"metadata": {"source": None}},
                {"shipping_address": BOSTON},
                {"shipping_address": None},
                {"billing_address": BERLIN},
                {"customer": {"email": "new@mail.example", "phone": None}},
            )
        ),
        seen=st.sampled_from((None, "current", "old")),
    )
    def amend(self, order: Order, wish: dict[str, Any], seen: str | None) -> None:
        """Something of an order is corrected, if nobody was faster."""
        version = {None: None, "current": order.version, "old": order.version - 1}[seen]
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        says = self._seen_now(order, lambda: self.model.amend(order, wish, version))
        self._step(order, "", wish, None, says, use="amend", method="PATCH", headers=headers)
