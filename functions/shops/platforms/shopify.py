"""Shopify: webhook headers, signature, and the REST Order its order topics carry.

Sources: shopify.dev, "Webhooks: verify deliveries", "Webhook headers", and "REST Admin API: Order".
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from shops.platforms.adapter import Adapter, Delivery, Kind, PlatformOrder, PlatformPayloadError
from shops.platforms.shopify_payload import (
    AddressPayload,
    CustomerPayload,
    LinePayload,
    OrderPayload,
    ShippingPayload,
)
from waybill.amounts import MAX_AMOUNT, minor_units
from waybill.clock import from_text, to_text

NAME: Final = "shopify"

TOPICS: Final[Mapping[str, Kind]] = {
    "orders/create": Kind.ORDER,
    "orders/updated": Kind.ORDER,
    "orders/cancelled": Kind.ORDER,
    "orders/paid": Kind.ORDER,
    "orders/edited": Kind.ORDER,
    "orders/fulfilled": Kind.ORDER,
    # Mandatory for listed apps ("Privacy law compliance").
    "customers/data_request": Kind.COMPLIANCE,
    "customers/redact": Kind.COMPLIANCE,
    "shop/redact": Kind.COMPLIANCE,
}

# OrderCancelReason, which our own reasons are named after.
CANCEL_REASONS: Final = frozenset({"customer", "fraud", "inventory", "declined", "staff", "other"})


def read(headers: Mapping[str, str]) -> Delivery:
    """Topic, signature and trigger time; newer deliveries leave out the names' ``X-`` prefix."""

    def header(name: str) -> str:
        return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""

    topic = header("topic").strip().lower()
    return Delivery(
        topic=topic,
        kind=TOPICS.get(topic, Kind.IGNORED),
        signature=header("hmac-sha256"),
        triggered_at=_instant_or_nothing(header("triggered-at")),
    )


def sign(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def parse(body: bytes) -> PlatformOrder:
    """Read an order; raises :class:`PlatformPayloadError` and nothing else."""
    try:
        return _order(OrderPayload.model_validate_json(body))
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "/".join(str(part) for part in detail["loc"])
        raise PlatformPayloadError(f"{detail['type']} at /{where}") from None
    except ValueError as error:  # money and time: their messages quote no input
        raise PlatformPayloadError(str(error)) from None


# --- Shopify's shapes → ours ---------------------------------------------------------------------


def _order(order: OrderPayload) -> PlatformOrder:
    external_id = str(order.id)
    lines = [line for line in order.line_items if line.quantity]
    if not lines:
        raise PlatformPayloadError("the order has no lines")
    return PlatformOrder(
        platform=NAME,
        external_id=external_id,
        number=_text(order.name) or _text(order.order_number) or external_id,
        observed_at=_instant(order.updated_at),
        placed_at=_instant(order.processed_at or order.created_at),
        cancelled_at=_instant(order.cancelled_at) if order.cancelled_at else None,
        cancel_reason=_cancel_reason(order),
        test=bool(order.test),
        request=_request(order, external_id, lines),
        lines=[_line_reference(line) for line in lines],
    )


def _request(order: OrderPayload, external_id: str, lines: list[LinePayload]) -> dict[str, Any]:
    """Write the order as POST /v1/orders has it.

    Discounts on the whole order arrive allocated to its lines, so ``discounts`` stays away: it
    would count them twice.
    """
    return {
        "external_id": external_id,
        "channel": NAME,
        "currency": order.currency,
        "customer": _customer(order),
        "shipping_address": _address(order.shipping_address),
        "billing_address": _address(order.billing_address),
        "lines": [_line(line, order.currency) for line in lines],
        "shipping_price": _money(_shipping_price(order), order.currency),
        "prices_include_tax": bool(order.taxes_included),
        "payments": list(_payments(order)),
        "tags": list(dict.fromkeys(filter(None, map(_text, (order.tags or "").split(","))))),
        "note": _text(order.note),
        "test": bool(order.test),
    }


def _line(line: LinePayload, currency: str) -> dict[str, Any]:
    known = {
        "title": _text(line.name) or _text(line.title),
        "requires_shipping": line.requires_shipping,
    }
    return {
        "sku": _text(line.sku) or "",
        "quantity": line.quantity,
        "unit_price": _money(minor_units(line.price, currency), currency),
        "discount": _money(_discount(line, currency), currency),
        "tax": _money(_tax(line, currency), currency),
    } | {name: value for name, value in known.items() if value is not None}


def _line_reference(line: LinePayload) -> dict[str, Any]:
    left = line.quantity if line.current_quantity is None else line.current_quantity
    return {
        "external_id": None if line.id is None else str(line.id),
        "variant_id": None if line.variant_id is None else str(line.variant_id),
        "current_quantity": left,
    }


def _shipping_price(order: OrderPayload) -> int:
    """Add up shipping after its discounts.

    An order of ours has no tax on shipping apart: where prices leave tax out it is part of the
    price of shipping, so that totals agree with Shopify's.
    """
    total = 0
    for line in order.shipping_lines or []:
        price = minor_units(line.price, order.currency) - _discount(line, order.currency)
        total += max(0, price) + (0 if order.taxes_included else _tax(line, order.currency))
    return total


def _payments(order: OrderPayload) -> Iterator[dict[str, Any]]:
    """Tell the money facts that the order's financial status and refunds amount to.

    They are absolute: a later observation tells them again, under the same references.
    """
    total = minor_units(order.total_price, order.currency)
    status = (order.financial_status or "").lower()
    if status == "partially_paid" and order.total_outstanding is not None:
        outstanding = minor_units(order.total_outstanding, order.currency)
        yield from _payment("captured", total - outstanding, order)
    elif status in {"paid", "partially_refunded", "refunded"}:
        yield from _payment("captured", total, order)
    elif status in {"authorized", "voided"}:
        yield from _payment(status, total, order)
    for refund in order.refunds or []:
        for transaction in refund.transactions or []:
            if transaction.kind == "refund" and transaction.status == "success":
                amount = minor_units(transaction.amount or "", order.currency)
                yield from _payment("refunded", amount, order, transaction.id)


def _payment(
    kind: str, amount: int, order: OrderPayload, transaction: int | str | None = None
) -> Iterator[dict[str, Any]]:
    if amount > 0:
        yield {
            "kind": kind,
            "amount": _money(amount, order.currency),
            "reference": f"{NAME}:{kind}" + (f":{transaction}" if transaction else ""),
        }


def _customer(order: OrderPayload) -> dict[str, Any] | None:
    """Contact data of the order itself first, then of its customer; None when there is none."""
    customer = order.customer or CustomerPayload()
    address = order.shipping_address or order.billing_address or AddressPayload()
    known = {
        "email": _text(order.email) or _text(customer.email),
        "name": _name(customer.first_name, customer.last_name) or _address_name(address),
        "phone": _text(order.phone) or _text(customer.phone),
    }
    return {name: value for name, value in known.items() if value} or None


def _address(address: AddressPayload | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return {
        "name": _address_name(address) or _text(address.company),
        "line1": _text(address.address1),
        "line2": _text(address.address2),
        "city": _text(address.city),
        "region": _text(address.province_code) or _text(address.province),
        "postal_code": _text(address.zip),
        "country": _text(address.country_code),
    }


def _address_name(address: AddressPayload) -> str | None:
    return _text(address.name) or _name(address.first_name, address.last_name)


def _name(*parts: str | None) -> str | None:
    return " ".join(filter(None, map(_text, parts))) or None


def _cancel_reason(order: OrderPayload) -> str | None:
    if not order.cancelled_at:
        return None
    reason = (order.cancel_reason or "").lower()
    return reason if reason in CANCEL_REASONS else "other"


def _discount(line: LinePayload | ShippingPayload, currency: str) -> int:
    """Add up what was allocated to a line; API versions before 2018-10 say only the total."""
    if isinstance(line, LinePayload) and line.discount_allocations is None:
        return minor_units(line.total_discount or "0", currency)
    return sum(minor_units(part.amount, currency) for part in line.discount_allocations or [])


def _tax(line: LinePayload | ShippingPayload, currency: str) -> int:
    return sum(minor_units(part.price, currency) for part in line.tax_lines or [])


def _money(amount: int, currency: str) -> dict[str, Any]:
    if not 0 <= amount <= MAX_AMOUNT:
        raise PlatformPayloadError("an amount out of range")
    return {"amount": amount, "currency": currency}


def _text(text: str | None) -> str | None:
    """Trim; Shopify sends "" for nothing."""
    return (text or "").strip() or None


def _instant(text: str) -> str:
    try:
        return to_text(from_text(text))
    except ValueError:
        raise PlatformPayloadError("a time that is no RFC 3339 instant") from None


def _instant_or_nothing(text: str) -> str:
    try:
        return _instant(text)
    except PlatformPayloadError:
        return ""


ADAPTER: Final = Adapter(name=NAME, read=read, sign=sign, parse=parse)
