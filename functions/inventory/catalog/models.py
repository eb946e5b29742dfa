"""Locations and items as the API takes and answers them."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from inventory.shapes import Flag, Text, Units
from inventory.stock import Location, OversellPolicy, StockItem
from waybill.clock import from_text, to_text
from waybill.http import Model

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _instant(text: str) -> str:
    """The same instant as it is stored and answered everywhere: in UTC, with milliseconds."""
    try:
        if _RFC_3339.fullmatch(text):
            return to_text(from_text(text))
    except ValueError:
        pass
    raise ValueError("RFC 3339 with an offset, such as 2027-03-01T09:00:00+01:00")


_InstantText = Annotated[
    str, AfterValidator(_instant), Field(json_schema_extra={"format": "date-time"})
]


class LocationSettings(Model):
    """A location as PUT sets it."""

    name: Text
    priority: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 100
    """Of two locations, the one with the lower number serves."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """ISO 3166-1 alpha-2."""
    closed: Flag = False
    """Nothing is reserved or received at a closed location; only an empty one can be closed."""


class LocationBody(LocationSettings):
    """A location."""

    id: str
    closing: bool
    """While it is looked at for being closed; if it stays so, put the settings again."""
    version: int
    updated_at: str


class LocationList(Model):
    """A page of the list."""

    items: list[LocationBody]
    next_cursor: str | None


class ItemSettings(Model):
    """A SKU's settings as PUT sets them; stock moves through movements alone."""

    title: Text
    oversell_policy: OversellPolicy = OversellPolicy.DENY
    backorder_limit: Units | None = None
    """Units that may be owed at once, over all locations; null is no limit."""
    tracked: Flag = True
    """False: orders take no stock of it and are never short; its movements are recorded as ever."""
    safety_stock: Units = 0
    """Units per location that are never sold."""
    reorder_point: Units | None = None
    """LowStock is told when a location's available falls to it; null: never."""
    release_at: _InstantText | None = None
    """With preorder alone: only orders placed before it may be owed; null: all."""

    @field_validator("release_at")
    @classmethod
    def _for_preorder(cls, release_at: str | None, info: ValidationInfo) -> str | None:
        policy = info.data.get("oversell_policy", OversellPolicy.PREORDER)  # wrong by itself
        if release_at is not None and policy is not OversellPolicy.PREORDER:
            raise ValueError("for oversell_policy preorder alone")
        return release_at


class ItemBody(ItemSettings):
    """A SKU."""

    sku: str
    version: int
    created_at: str
    updated_at: str


class ItemList(Model):
    """A page of the list."""

    items: list[ItemBody]
    next_cursor: str | None


def location_body(location: Location) -> LocationBody:
    """A location as it is answered."""
    return LocationBody(
        id=location.location_id,
        name=location.name,
        priority=location.priority,
        country=location.country,
        closed=location.closed,
        closing=location.closing,
        version=location.version,
        updated_at=location.updated_at,
    )


def item_body(item: StockItem) -> ItemBody:
    """An item as it is answered."""
    return ItemBody(
        sku=item.sku,
        title=item.title,
        oversell_policy=item.oversell_policy,
        backorder_limit=item.backorder_limit,
        tracked=item.tracked,
        safety_stock=item.safety_stock,
        reorder_point=item.reorder_point,
        release_at=item.release_at,
        version=item.version,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )
