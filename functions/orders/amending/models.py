"""What the API accepts of an amendment: only what it names is touched."""

from typing import Annotated

from pydantic import Field

from orders.models import (
    MAX_METADATA,
    MAX_TAGS,
    AddressRequest,
    Email,
    Name,
    Note,
    Phone,
    Text,
    Value,
)
from waybill.http import Model


class AmendCustomer(Model):
    """Who ordered; what is not named stays, null takes it away."""

    email: Email | None = None
    name: Text | None = None
    phone: Phone | None = None


class AmendOrder(Model):
    """PATCH /v1/orders/{order_id}: a merge patch (RFC 7396). What is not named stays.

    Addresses and tags are replaced whole; null takes them, the note or all metadata away. Metadata
    is merged key by key, null takes a key away.
    """

    shipping_address: AddressRequest | None = None
    billing_address: AddressRequest | None = None
    customer: AmendCustomer = Field(default_factory=AmendCustomer)
    note: Note | None = None
    tags: Annotated[list[Name], Field(max_length=MAX_TAGS)] | None = None
    metadata: Annotated[dict[Name, Value | None], Field(max_length=MAX_METADATA)] | None = None
