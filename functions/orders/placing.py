"""Placing: which order a request means, what is wrong with it, and what it becomes. Pure."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from orders.details import (
    MAX_STORED_BYTES,
    Address,
    Customer,
    DetailLine,
    Details,
    Discount,
)
from orders.models import AddressRequest, CustomerRequest, PlaceOrder
from orders.order import Line, Order, OrderStatus, Payment, Payments, ShopRules
from orders.totals import LinePrice, shares, totals
from waybill.amounts import MAX_AMOUNT
from waybill.ids import derived_id, random_id, short_code
from waybill.money import Money
from waybill.problems import FieldError


@dataclass(frozen=True)
class Origin:
    """What identifies a placement: the same for the same request, if that has any id at all."""

    shop_id: str
    order_id: str
    request_hash: str
    key_hash: str | None

    @classmethod
    def of(cls, shop_id: str, request: PlaceOrder, idempotency_key: str | None = None) -> "Origin":
        """Read it off a request."""
        return cls(
            shop_id=shop_id,
            order_id=order_id(shop_id, request, idempotency_key),
            request_hash=request_hash(request),
            key_hash=_hash(idempotency_key) if idempotency_key is not None else None,
        )


def order_id(shop_id: str, request: PlaceOrder, idempotency_key: str | None) -> str:
    """Name the order a request means: by external id, else by Idempotency-Key, else a new one."""
    if request.external_id is not None:
        return external_order_id(shop_id, request.channel, request.external_id)
    if idempotency_key is not None:
        return derived_id("ord", shop_id, idempotency_key)
    return random_id("ord")


def external_order_id(shop_id: str, channel: str, external_id: str) -> str:
    """Return the id of the order that a channel knows by ``external_id``."""
    return derived_id("ord", shop_id, channel, external_id)


def request_hash(request: PlaceOrder) -> str:
    """Return the same for every request that means the same.

    Fields left at their default are left out, so that a field added later changes no hash.
    """
    document = request.model_dump(mode="json", exclude_defaults=True)
    return _hash(json.dumps(document, sort_keys=True, separators=(",", ":")))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]  # 128 bits


def contradictions(request: PlaceOrder) -> list[FieldError]:
    """Tell what nobody could store or add up: amounts of another currency, or beyond all bounds."""
    errors = [
        FieldError(f"{pointer}/currency", f"the order is in {request.currency}")
        for pointer, money in _amounts(request)
        if money.currency != request.currency
    ]
    subtotal = sum(line.quantity * line.unit_price.amount for line in request.lines)
    tax = sum(_amount(line.tax) for line in request.lines)
    if subtotal + tax + _amount(request.shipping_price) > MAX_AMOUNT:
        errors.append(FieldError("/lines", f"the order exceeds {MAX_AMOUNT} minor units"))
    if len(request.model_dump_json(exclude_defaults=True).encode()) > MAX_STORED_BYTES:
        errors.append(FieldError("/lines", f"the order exceeds {MAX_STORED_BYTES} bytes"))
    return errors


def shortcomings(request: PlaceOrder) -> list[FieldError]:
    """Tell what is wrong or missing: refused from the API, held from a platform."""
    prices = _prices(request)
    errors = [
        FieldError(f"/lines/{index}/discount", "more than the line's price")
        for index, price in enumerate(prices)
        if price.net < 0
    ]
    if _discount(request) > sum(max(0, price.net) for price in prices):
        errors.append(FieldError("/discounts", "more than the lines' prices"))
    money = Payments.total(_payments(request))
    if money.refunded > money.captured:
        errors.append(FieldError("/payments", "more refunded than captured"))
    if any(line.requires_shipping for line in request.lines):
        errors += _address_errors(request.shipping_address)
    return errors


def unmatched_voids(request: PlaceOrder) -> list[FieldError]:
    """Tell what was voided and never authorized; platforms tell of the void alone."""
    money = Payments.total(_payments(request))
    if money.voided > money.authorized:
        return [FieldError("/payments", "more voided than authorized")]
    return []


def place(
    request: PlaceOrder,
    origin: Origin,
    rules: ShopRules,
    at: datetime,
    *,
    placed_at: datetime | None = None,
    number: str | None = None,
) -> tuple[Order, Details]:
    """Return the order a request becomes, in version 1.

    Discounts larger than what they reduce (a platform's arithmetic; the API refuses them) take
    all of it and no more.
    """
    prices = [replace(p, discount=min(p.discount, p.gross)) for p in _prices(request)]
    order_discount = min(_discount(request), sum(price.net for price in prices))
    sums = totals(
        prices,
        order_discount,
        _amount(request.shipping_price),
        prices_include_tax=request.prices_include_tax,
    )
    parts = shares(prices, order_discount)
    payments = tuple(_payments(request))
    address = request.shipping_address
    number = number or short_code(origin.order_id)
    line_ids = [f"line_{position}" for position in range(1, len(request.lines) + 1)]
    order = Order(
        shop_id=origin.shop_id,
        order_id=origin.order_id,
        version=1,
        number=number,
        status=OrderStatus.DRAFT if request.draft else OrderStatus.PENDING,
        placed_at=placed_at or at,
        updated_at=at,
        channel=request.channel,
        external_id=request.external_id,
        currency=request.currency,
        total=sums.total,
        ship_country=address.country if address else "",
        lines=tuple(
            Line(line_id, line.sku, line.quantity, line.requires_shipping)
            for line_id, line in zip(line_ids, request.lines, strict=True)
        ),
        rules=rules,
        allocation=request.allocation,
        payments=Payments.total(payments),
        tags=tuple(request.tags),
        test=request.test,
    )
    details = Details(
        shop_id=origin.shop_id,
        order_id=origin.order_id,
        number=number,
        placed_at=order.placed_at,
        request_hash=origin.request_hash,
        key_hash=origin.key_hash,
        currency=request.currency,
        customer=_customer(request.customer),
        shipping_address=address_of(address),
        billing_address=address_of(request.billing_address),
        lines=tuple(
            DetailLine(
                line_id=line_id,
                sku=line.sku,
                quantity=line.quantity,
                unit_price=price.unit_price,
                discount=price.discount,
                tax=price.tax,
                share=part,
                title=line.title,
            )
            for line_id, line, price, part in zip(
                line_ids, request.lines, prices, parts, strict=True
            )
        ),
        totals=sums,
        prices_include_tax=request.prices_include_tax,
        discounts=tuple(Discount(d.amount.amount, d.code) for d in request.discounts),
        payments=payments,
        note=request.note,
        metadata=dict(request.metadata),
    )
    return order, details


def _amount(money: Money | None) -> int:
    return money.amount if money else 0


def _amounts(request: PlaceOrder) -> Iterator[tuple[str, Money]]:
    for index, line in enumerate(request.lines):
        yield f"/lines/{index}/unit_price", line.unit_price
        if line.discount:
            yield f"/lines/{index}/discount", line.discount
        if line.tax:
            yield f"/lines/{index}/tax", line.tax
    for index, discount in enumerate(request.discounts):
        yield f"/discounts/{index}/amount", discount.amount
    if request.shipping_price:
        yield "/shipping_price", request.shipping_price
    for index, payment in enumerate(request.payments):
        yield f"/payments/{index}/amount", payment.amount


def _prices(request: PlaceOrder) -> list[LinePrice]:
    return [
        LinePrice(line.quantity, line.unit_price.amount, _amount(line.discount), _amount(line.tax))
        for line in request.lines
    ]


def _discount(request: PlaceOrder) -> int:
    return sum(discount.amount.amount for discount in request.discounts)


def _payments(request: PlaceOrder) -> Iterator[Payment]:
    for fact in request.payments:
        yield Payment(fact.kind, fact.amount.amount, fact.reference)


def _address_errors(address: AddressRequest | None) -> list[FieldError]:
    if address is None:
        return [FieldError("/shipping_address", "required where a line requires shipping")]
    return [
        FieldError(f"/shipping_address/{part}", "required where a line requires shipping")
        for part in ("line1", "city", "country")
        if not getattr(address, part)
    ]


def _customer(customer: CustomerRequest) -> Customer:
    return Customer(email=customer.email, name=customer.name, phone=customer.phone)


def address_of(address: AddressRequest | None) -> Address | None:
    """Return an address as it is kept."""
    if address is None:
        return None
    return Address(
        name=address.name,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )
