"""Facts of an order that nobody placed: for previews, and for trying wordings out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from notify.policy.rules import Audience
from notify.words.facts import AnyFacts
from notify.words.messages import Said
from notify.words.shop_wording import shop_facts_of
from notify.words.wording import Reader, Subject, facts_of
from waybill.dynamo import Item

_TOKEN: Final = "4YJ8Q0ZKX6N3V1B7M5T2R9W8CE"  # noqa: S105 - of no page
_PUBLIC_URL: Final = "https://track.example.com"
_NUMBER: Final = "7K3M9-QX2AT"
_NOW: Final = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
_MIDNIGHT: Final = datetime(2026, 11, 30, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_LINES: Final = (
    {"line_id": "1", "sku": "MUG-1", "title": "Blue mug", "quantity": 2, "unit_price": 1200},
    {"line_id": "2", "sku": "MUG-2", "title": "Red mug", "quantity": 1, "unit_price": 1200},
)
_TOTALS: Final = {"subtotal": 3600, "discount": 300, "shipping": 490, "tax": 720, "total": 4510}
_TOLD: Final = {
    "number": _NUMBER,
    "kind": "refunded",
    "amount": 1200,
    "previous": {
        "from": "2026-11-28T00:00:00.000Z",
        "to": "2026-11-29T00:00:00.000Z",
        "day": "2026-11-28",
    },
    "orders": (
        {"number": _NUMBER, "holds": ["INVENTORY_OUT_OF_STOCK"]},
        {"number": "7K3M9-R00F1", "holds": ["INCORRECT_ADDRESS"]},
    ),
    "skus": (
        {"sku": "MUG-1", "location_id": "berlin", "kind": "out"},
        {"sku": "MUG-2", "location_id": "berlin", "kind": "low"},
    ),
    "carrier": "dhl",
    "since": "2026-11-27T09:05:00.000Z",
    "channel": "sms",
    "limit": 500,
    "day": "2026-11-27",
}
_SHOP: Final = {"name": "Mugs & More", "currency": "EUR", "time_zone": "UTC"}


def sample_facts(
    said: Said, locale: str, *, shop: Mapping[str, Any] | None = None, public_url: str = ""
) -> AnyFacts:
    """Return facts for a message, as a reader of the locale would see them in a shop's message."""
    shop = _SHOP | {name: value for name, value in (shop or {}).items() if value}
    data = told(said, shop["currency"])
    if said.audience is Audience.SHOP:
        return shop_facts_of(shop, data, locale=locale)
    reader = Reader(
        now=_NOW,
        time_zone="UTC",
        public_url=public_url or _PUBLIC_URL,
        unsubscribe_url=f"{public_url or _PUBLIC_URL}/unsubscribe/{_TOKEN}",
    )
    subject = _subject(shop, shipped=said.about_shipment)
    return facts_of(subject, data, locale=locale, reader=reader)


def told(said: Said, currency: str) -> dict[str, Any]:
    """Return what the event of a message might tell."""
    return _TOLD | {"currency": currency, "reason": _reason(said)}


def _reason(said: Said) -> str:
    examples = (variable.example for variable in said.variables if variable.name == "reason")
    return str(next(examples, ""))


def _subject(shop: Item, *, shipped: bool) -> Subject:
    start, lasts = int(_MIDNIGHT.timestamp()), _DAY // timedelta(seconds=1)
    parcel = {
        "carrier": "dhl",
        "tracking_number": "00340434161094042557",
        "estimate": f"{start}o+0/{lasts}",
    }
    return Subject(
        order={
            "number": _NUMBER,
            "status": "confirmed",
            "placed_at": "2026-11-27T08:00:00.000Z",
            "lines": _LINES,
        },
        details={
            "customer": {"name": "Jane Doe"},
            "lines": _LINES,
            "totals": _TOTALS,
            "currency": shop["currency"],
        },
        shop=shop,
        shipment={"status": "in_transit", "token": _TOKEN, "lines": _LINES, "parcels": [parcel]}
        if shipped
        else None,
    )
