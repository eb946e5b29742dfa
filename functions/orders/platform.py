"""Orders as platforms tell of them. They are sold already: read leniently, never refused.

What a merchant typed elsewhere may be too long, hold a line break or lack a part. Texts are
cleaned and cut; what cannot be read of a person or an address is left out, never guessed, and
what is missing for shipping becomes a hold. Amounts and quantities are not bent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, field_validator

from orders.cancelling import cancel
from orders.details import Details
from orders.lifecycle import UNKNOWN_SKU_NOTE, name_hold, unknown_sku_hold, with_hold
from orders.models import (
    MAX_EMAIL,
    MAX_METADATA,
    MAX_NOTE,
    MAX_PHONE,
    MAX_TAGS,
    MAX_TEXT,
    MAX_VALUE,
    AddressRequest,
    CustomerRequest,
    DiscountRequest,
    LineRequest,
    PaymentRequest,
    PlaceOrder,
)
from orders.news import Observation
from orders.order import CancelReason, HoldKind, Order, Payment, Payments
from waybill.clock import from_text
from waybill.problems import FieldError
from waybill.text import is_control

_REASONS: Final = frozenset(reason.value for reason in CancelReason)


def clean(value: Any, limit: int, keep: str = "") -> Any:
    """Return a text without control characters, cut to ``limit``; anything else as it is."""
    if not isinstance(value, str):
        return value
    text = "".join(" " if is_control(c, keep) else c for c in value)
    return text.strip()[:limit].strip()


def _text(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda value: clean(value, limit) if value is not None else "")


def _optional(limit: int, keep: str = "") -> BeforeValidator:
    return BeforeValidator(lambda value: clean(value, limit, keep) or None)


def _if(condition: Callable[[str], bool], otherwise: str | None) -> BeforeValidator:
    """Keep a text that meets the condition, whole; any other value becomes ``otherwise``."""

    def keep(value: Any) -> Any:
        text = clean(value, MAX_NOTE)
        return text if isinstance(text, str) and condition(text) else otherwise

    return BeforeValidator(keep)


def _is_country(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()  # noqa: PLR2004


def _is_email(text: str) -> bool:
    local, _, domain = text.partition("@")
    whole = bool(local and domain) and len(text) <= MAX_EMAIL
    return whole and "@" not in domain and not any(map(str.isspace, text))


def _is_phone(text: str) -> bool:
    return 1 <= len(text) <= MAX_PHONE


class _PlatformCustomer(CustomerRequest, extra="ignore"):
    email: Annotated[str | None, _if(_is_email, None)] = None
    name: Annotated[str | None, _optional(MAX_TEXT)] = None
    phone: Annotated[str | None, _if(_is_phone, None)] = None


class _PlatformAddress(AddressRequest, extra="ignore"):
    name: Annotated[str, _text(MAX_TEXT)] = ""
    line1: Annotated[str, _text(MAX_TEXT)] = ""
    line2: Annotated[str | None, _optional(MAX_VALUE)] = None
    city: Annotated[str, _text(MAX_TEXT)] = ""
    region: Annotated[str | None, _optional(MAX_VALUE)] = None
    postal_code: Annotated[str, _text(20)] = ""
    country: Annotated[str, _if(_is_country, "")] = ""


class _PlatformLine(LineRequest, extra="ignore"):
    sku: Annotated[str, _text(MAX_TEXT)] = ""
    title: Annotated[str | None, _optional(MAX_TEXT)] = None


class _PlatformDiscount(DiscountRequest, extra="ignore"):
    code: Annotated[str | None, _optional(MAX_TEXT)] = None


class _PlatformPayment(PaymentRequest, extra="ignore"):
    reference: Annotated[str | None, _optional(MAX_TEXT)] = None


class _PlatformRequest(PlaceOrder, extra="ignore"):
    customer: Annotated[_PlatformCustomer, BeforeValidator(lambda told: told or {})] = (
        _PlatformCustomer()
    )
    shipping_address: _PlatformAddress | None = None
    billing_address: _PlatformAddress | None = None
    lines: Annotated[list[_PlatformLine], Field(min_length=1)]
    discounts: list[_PlatformDiscount] = Field(default_factory=list)
    payments: list[_PlatformPayment] = Field(default_factory=list)
    note: Annotated[str | None, _optional(MAX_NOTE, "\n\r\t")] = None
    tags: list[str] = Field(default_factory=list)
    metadata: dict[str, str] = Field(default_factory=dict)

    @field_validator("tags")
    @classmethod
    def _tags(cls, tags: list[str]) -> list[str]:
        return [tag for tag in (clean(tag, 64) for tag in tags) if tag][:MAX_TAGS]

    @field_validator("metadata")
    @classmethod
    def _metadata(cls, metadata: dict[str, str]) -> dict[str, str]:
        cleaned = {clean(k, 64): clean(v, MAX_VALUE) for k, v in metadata.items()}
        return {key: cleaned[key] for key in [k for k in cleaned if k][:MAX_METADATA]}


class _PlatformDocument(BaseModel):
    # Lambda logs what a handler raises, and sets it aside with the event: it may quote nobody.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    number: Annotated[str | None, _optional(64)] = None
    placed_at: datetime
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    test: StrictBool = False
    request: _PlatformRequest

    @field_validator("placed_at", "cancelled_at", mode="before")
    @classmethod
    def _instant(cls, value: Any) -> Any:
        return from_text(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class PlatformOrder:
    """A platform's order as it was last seen."""

    request: PlaceOrder
    number: str | None
    placed_at: datetime
    version: int
    """Of the observation: grows with every newer one."""
    cancelled_at: datetime | None
    cancel_reason: CancelReason

    def observation(self, *, skus_known: bool) -> Observation:
        """Tell what it says of an order that is already here."""
        facts = (
            Payment(fact.kind, fact.amount.amount, fact.reference) for fact in self.request.payments
        )
        return Observation(
            version=self.version,
            payments=Payments.total(facts),
            cancelled_at=self.cancelled_at,
            cancel_reason=self.cancel_reason,
            skus_known=skus_known,
        )


def read_platform_order(
    platform: str, external_id: str, version: int, order: Mapping[str, Any]
) -> PlatformOrder:
    """Read a stored observation; raises ValueError where amounts or quantities make no sense."""
    document = _PlatformDocument.model_validate(order)
    request = document.request.model_copy(
        update={
            "channel": platform,
            "external_id": external_id,
            "test": document.test or document.request.test,
            "draft": False,
        }
    )
    reason = document.cancel_reason
    return PlatformOrder(
        request=request,
        number=document.number,
        placed_at=document.placed_at,
        version=version,
        cancelled_at=document.cancelled_at,
        cancel_reason=CancelReason(reason) if reason in _REASONS else CancelReason.OTHER,
    )


def as_observed(
    order: Order,
    details: Details,
    seen: PlatformOrder,
    *,
    unknown_skus: bool,
    shortcomings: list[FieldError],
    at: datetime,
) -> Order:
    """Add to a freshly placed order what its platform's observation brings along: holds, an end."""
    order = replace(order, platform_version=seen.version)
    if unknown_skus:
        order = with_hold(
            replace(order, asks_stock=False),
            HoldKind.OTHER,
            at,
            hold_id=unknown_sku_hold(order.order_id),
            note=UNKNOWN_SKU_NOTE,
        )
    for kind, errors in _by_kind(shortcomings).items():
        order = with_hold(
            order,
            kind,
            at,
            hold_id=name_hold(order.order_id, kind, 0),
            note="; ".join(f"{error.pointer}: {error.detail}" for error in errors)[:MAX_VALUE],
        )
    if seen.cancelled_at:
        return cancel(order, seen.cancel_reason, seen.cancelled_at, lambda: details).order
    return order


def _by_kind(shortcomings: list[FieldError]) -> dict[HoldKind, list[FieldError]]:
    grouped: dict[HoldKind, list[FieldError]] = {}
    for error in shortcomings:
        in_address = error.pointer.startswith("/shipping_address")
        kind = HoldKind.INCORRECT_ADDRESS if in_address else HoldKind.OTHER
        grouped.setdefault(kind, []).append(error)
    return grouped
