"""Orders as their shop's calls change them: placed, confirmed, cancelled, held, paid, amended."""

from typing import Any

from tests.stateful.model.business import SHORT, Business, lines_of
from tests.stateful.model.lines import Hold, Payment
from tests.stateful.model.orders import Order
from tests.stateful.model.said import conflict, missing, stale, unprocessable

MOST_HOLDS = 10


class Selling(Business):
    """What a shop asks of its orders."""

    # --- place ----------------------------------------------------------------------------------

    def place(
        self, request: dict[str, Any], key: str | None
    ) -> tuple[Order, dict[str, Any] | None]:
        """Place an order; of a repeated request the order, and the answer of the first time."""
        if wrong := _wrong_with(request):
            raise unprocessable(*wrong)
        known = self._known(request, key)
        unknown = [
            f"/lines/{number}/sku"
            for number, line in enumerate(request["lines"])
            if line["sku"] not in self.stock.items
        ]
        if known is None and unknown:
            raise unprocessable(*unknown)
        if known is not None:
            if known.request == request:
                return known, known.first
            if (key is not None and known.key == key) or "external_id" not in request:
                raise unprocessable()
            raise conflict(order=f"/v1/orders/{known.id}")
        order = self._made(request, key)
        order.first = order.view()
        self.placed(order)
        return order, None

    def _known(self, request: dict[str, Any], key: str | None) -> Order | None:
        external = request.get("external_id")
        for order in self.orders:
            theirs = order.request.get("external_id")
            if external is not None and theirs == external:
                return order
            if external is None and theirs is None and key is not None and order.key == key:
                return order
        return None

    def _made(self, request: dict[str, Any], key: str | None) -> Order:
        lines = lines_of(request)
        shipping = request.get("shipping_price", {"amount": 0})["amount"]
        taxed = 0 if request.get("prices_include_tax") else sum(line.tax for line in lines)
        net = sum(line.price * line.quantity - line.discount - line.share for line in lines)
        address = request.get("shipping_address")
        return Order(
            request=request,
            rules=self.rules,
            placed_at=self.now,
            lines=lines,
            shipping=shipping,
            total=net + shipping + taxed,
            status="draft" if request.get("draft") else "pending",
            key=key,
            payments=[
                Payment(each["kind"], each["amount"]["amount"], each.get("reference"), self.now)
                for each in request.get("payments", ())
            ],
            customer={"email": None, "name": None, "phone": None} | request["customer"],
            address=address_of(address),
            country=address["country"] if address else "",
            tags=list(request.get("tags", ())),
            note=request.get("note"),
        )

    # --- confirm, cancel, hold ------------------------------------------------------------------

    def used(self, order: Order, use: str, body: Any) -> bool:
        """Whether a key has done this; raises where it came with another body."""
        if use not in order.uses:
            return False
        if order.uses[use] != body:
            raise unprocessable()
        return True

    def confirm(self, order: Order, key: str | None) -> None:
        """Make a draft an order."""
        if key is not None and self.used(order, f"confirm {key}", None):
            return
        if order.status != "draft":
            raise order.refusal()
        with self.changing(order):
            order.status, order.placed_at = "pending", self.now
        if key is not None:
            order.uses[f"confirm {key}"] = None

    def cancel(
        self, order: Order, reason: str, units: dict[str, int] | None, key: str | None
    ) -> None:
        """Cancel all that is open, or units of lines."""
        if key is not None and self.used(order, f"cancel {key}", (reason, units)):
            return
        if order.ended:
            raise order.refusal()
        if units is not None:
            if any(order.line(name) is None for name in units):
                raise unprocessable("/lines")
            for name, number in units.items():
                line = order.line(name)
                if line is not None and number > line.open:
                    raise conflict(line_id=name, open=line.open)
        elif not order.has_open:
            raise order.refusal()
        with self.changing(order):
            everything = all((units or {}).get(line.id, 0) == line.open for line in order.agreed)
            if units is None or everything:
                self.cancel_all(order, reason)
            else:
                self.cancel_some(order, units)
        if key is not None:
            order.uses[f"cancel {key}"] = (reason, units)

    def hold(self, order: Order, kind: str, note: str | None, key: str | None) -> Hold | None:
        """Put a hold on an order; None where the key had put one."""
        if key is not None and self.used(order, f"hold {key}", (kind, note)):
            return None
        if order.ended:
            raise order.refusal()
        if len(order.holds) >= MOST_HOLDS:
            raise conflict(holds=len(order.holds))
        made = Hold(kind, note, self.now)
        with self.changing(order):
            order.holds = [*order.holds, made]
        if key is not None:
            order.uses[f"hold {key}"] = (kind, note)
        return made

    def release(self, order: Order, hold: Hold) -> None:
        """Take a hold off; who was short of stock asks again."""
        if order.ended:
            raise order.refusal()
        if not any(hold is one for one in order.holds):
            raise missing()
        with self.changing(order, asks_again=hold.kind == SHORT):
            order.holds = [one for one in order.holds if one is not hold]
            order.settle(self.now)

    # --- pay ------------------------------------------------------------------------------------

    def pay(self, order: Order, body: dict[str, Any], key: str | None) -> Payment:
        """Record a payment, once."""
        told = Payment(
            body["kind"], body["amount"]["amount"], body.get("reference"), self.now, later=True
        )
        if wrong := [
            pointer
            for pointer, broken in (
                ("/amount/currency", body["amount"]["currency"] != "EUR"),
                ("/amount/amount", not told.amount),
            )
            if broken
        ]:
            raise unprocessable(*wrong)
        known = self._told_before(order, told, key)
        if known is not None:
            if known.told == told.told:
                return known
            raise unprocessable() if key is not None else conflict(amount=known.amount)
        due = max(0, -order.balance)
        self.check_sums(order, told)
        with self.changing(order):
            if told.kind == "refunded":
                order.removed += max(0, told.amount - due)
            order.payments.append(told)
            order.settle(self.now)
        if key is not None:
            order.uses[f"pay {key}"] = told
        return told

    def _told_before(self, order: Order, told: Payment, key: str | None) -> Payment | None:
        if key is not None:
            known: Payment | None = order.uses.get(f"pay {key}")
            return known
        if told.reference is None:
            return None
        named = [
            each
            for each in order.payments
            if (each.kind, each.reference) == (told.kind, told.reference)
            and not any(each is used for used in order.uses.values())
        ]
        return next((each for each in named if each.later), next(iter(named), None))

    def check_sums(self, order: Order, told: Payment) -> None:
        """No more back than came, and no more voided than authorized."""
        for kind, bound, left in (
            ("refunded", "captured", "refundable"),
            ("voided", "authorized", "voidable"),
        ):
            there = order.paid(bound) - order.paid(kind)
            if told.kind == kind and told.amount > there:
                amount = {"amount": max(0, there), "currency": "EUR"}
                raise conflict(order_status=order.status, **{left: amount})

    # --- amend ----------------------------------------------------------------------------------

    def amend(self, order: Order, wish: dict[str, Any], seen: int | None) -> None:
        """Correct what a wish names, and nothing else."""
        if seen is not None and seen != order.version:
            raise stale()
        if "shipping_address" in wish:
            ships = [line for line in order.agreed if line.ships]
            if order.ended or (ships and not any(line.open for line in ships)):
                raise order.refusal()
            if wish["shipping_address"] is None and ships:
                raise unprocessable("/shipping_address")
        after = {
            name: amended(getattr(order, own), wish[name])
            for name, own in _AMENDED.items()
            if name in wish
        }
        holds = order.holds
        if "shipping_address" in wish:
            holds = [hold for hold in holds if hold.kind != "INCORRECT_ADDRESS"]
        changed = any(getattr(order, _AMENDED[name]) != value for name, value in after.items())
        if "shipping_address" in after:
            address = after["shipping_address"]
            country = address["country"] if address else ""
        else:
            country = order.country
        if not changed and len(holds) == len(order.holds):
            return
        with self.changing(order):
            for name, value in after.items():
                setattr(order, _AMENDED[name], value)
            order.country, order.holds = country, holds
            order.settle(self.now)


_AMENDED = {
    "shipping_address": "address",
    "billing_address": "billing",
    "customer": "customer",
    "note": "note",
    "tags": "tags",
    "metadata": "metadata",
}
"""What can be amended, and where an order has it."""


def amended(before: Any, wish: Any) -> Any:
    """A value as a wish leaves it: customers and metadata are merged, all else is replaced."""
    if (isinstance(before, dict) and "line1" in before) or (
        isinstance(wish, dict) and "line1" in wish
    ):
        return address_of(wish)
    if isinstance(before, dict) and "email" in before:
        return before | wish
    if isinstance(before, dict):
        merged = before | wish if wish is not None else {}
        return {name: value for name, value in merged.items() if value is not None}
    if isinstance(before, list):
        return list(wish or ())
    return wish


def address_of(address: dict[str, Any] | None) -> dict[str, Any] | None:
    """An address as it is kept."""
    return address and {"line2": None, "region": None} | address


def _wrong_with(request: dict[str, Any]) -> list[str]:
    """What cannot be ordered."""
    wrong = []
    nets = []
    for number, line in enumerate(request["lines"]):
        if line["unit_price"]["currency"] != "EUR":
            wrong.append(f"/lines/{number}/unit_price/currency")
    for number, line in enumerate(request["lines"]):
        gross = line["unit_price"]["amount"] * line["quantity"]
        nets.append(gross - line.get("discount", {"amount": 0})["amount"])
        if nets[-1] < 0:
            wrong.append(f"/lines/{number}/discount")
    off = sum(each["amount"]["amount"] for each in request.get("discounts", ()))
    if off > sum(max(0, net) for net in nets):
        wrong.append("/discounts")
    paid = {
        kind: sum(
            each["amount"]["amount"] for each in request.get("payments", ()) if each["kind"] == kind
        )
        for kind in ("authorized", "captured", "refunded", "voided")
    }
    if paid["refunded"] > paid["captured"]:
        wrong.append("/payments")
    ships = any(line.get("requires_shipping", True) for line in request["lines"])
    if ships and request.get("shipping_address") is None:
        wrong.append("/shipping_address")
    if paid["voided"] > paid["authorized"]:
        wrong.append("/payments")
    return wrong
