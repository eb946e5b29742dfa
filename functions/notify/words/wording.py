"""What a message may say: the variables of the templates, drawn from stored items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from notify.words.text import greeting_name, money_text, one_line
from waybill.dynamo import Item

DEFAULT_LOCALE: Final = "en"
# The language of most addresses there; Switzerland's majority. Who reads something else gets
# the default. A customer's own choice will come before both.
_LANGUAGES: Final = {"AT": "de", "CH": "de", "DE": "de", "LI": "de"}
LOCALES: Final = ("de", "en")

_MAX_ITEMS: Final = 50  # lines named in a mail: an order has up to 500
_MAX_TITLE: Final = 120
_MAX_SHOP_NAME: Final = 80
_MAX_NUMBER: Final = 32
_MAX_PARCELS: Final = 20


@dataclass(frozen=True)
class ItemLine:
    """One line of goods, as its reader knows it."""

    title: str
    quantity: int


@dataclass(frozen=True)
class ParcelLine:
    """A parcel by its carrier and number."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True)
class Facts:
    """The variables of a template. All text is one line and of bounded length."""

    locale: str
    shop_name: str
    number: str
    name: str
    items: tuple[ItemLine, ...]
    more_items: int
    total: str
    tracking_url: str
    parcels: tuple[ParcelLine, ...]
    reason: str
    unsubscribe_url: str = ""


@dataclass(frozen=True)
class Subject:
    """Everything stored that a message is about, as read for one event."""

    order: Item
    details: Item
    shop: Item
    shipment: Item | None

    @property
    def status(self) -> str:
        """The status now: the shipment's for its events, else the order's."""
        return str((self.shipment or self.order).get("status", ""))

    @property
    def is_part_of_order(self) -> bool:
        """True where the shipment is not all that the order has to ship."""
        if self.shipment is None:
            return False
        sent = {line["line_id"]: line["quantity"] for line in self.shipment["lines"]}
        return any(
            sent.get(line["line_id"], 0) < line["quantity"] - line.get("cancelled", 0)
            for line in self.order["lines"]
            if line.get("requires_shipping", True)
        )

    @property
    def country(self) -> str | None:
        """Where the goods go."""
        address = self.details.get("shipping_address") or {}
        return self.order.get("ship_country") or address.get("country")

    @property
    def needs_recipient(self) -> bool:
        """True when the carrier waits for the recipient, by the shipment or one of its parcels."""
        shipment = self.shipment or {}
        holders = [shipment, *shipment.get("parcels", ())]
        return any(holder.get("action_required") == "recipient" for holder in holders)


def locale_of(subject: Subject, wanted: str | None = None) -> str:
    """Choose the language to write in: the reader's own, else by the country of delivery."""
    language = (wanted or "").partition("-")[0]
    if language in LOCALES:
        return language
    return _LANGUAGES.get(subject.country or "", DEFAULT_LOCALE)


def facts_of(
    subject: Subject,
    data: Mapping[str, Any],
    *,
    locale: str,
    public_url: str,
    others: Sequence[Subject] = (),
) -> Facts:
    """Draw the variables for one message; ``data`` is what the event said.

    ``others`` are shipments of the same order that the message tells of too.
    """
    lines = [line for each in (subject, *others) for line in _goods(each)]
    named = [line for line in lines if line.quantity > 0]
    return Facts(
        locale=locale,
        shop_name=one_line(str(subject.shop.get("name", "")), _MAX_SHOP_NAME),
        number=one_line(str(subject.order["number"]), _MAX_NUMBER),
        name=_customer_name(subject.details),
        items=tuple(named[:_MAX_ITEMS]),
        more_items=len(named[_MAX_ITEMS:]),
        total=_total(subject, locale),
        tracking_url=_tracking_url(subject.shipment, public_url),
        parcels=tuple(parcel for each in (subject, *others) for parcel in _parcels(each.shipment))[
            :_MAX_PARCELS
        ],
        reason=str(data.get("reason") or ""),
    )


def _goods(subject: Subject) -> list[ItemLine]:
    titles = {
        line["line_id"]: line.get("title") or line.get("sku") or ""
        for line in subject.details.get("lines", ())
    }
    lines: Sequence[Mapping[str, Any]]
    lines = subject.shipment["lines"] if subject.shipment else subject.order["lines"]
    cancelled = subject.shipment is None and subject.status != "cancelled"
    return [
        ItemLine(
            one_line(str(titles.get(line["line_id"]) or line.get("sku") or ""), _MAX_TITLE),
            line["quantity"] - (line.get("cancelled", 0) if cancelled else 0),
        )
        for line in lines
    ]


def _customer_name(details: Item) -> str:
    customer = details.get("customer") or {}
    address = details.get("shipping_address") or {}
    return greeting_name(str(customer.get("name") or address.get("name") or ""))


def _total(subject: Subject, locale: str) -> str:
    """Return what the order costs, where nothing has changed it since it was placed."""
    total = (subject.details.get("totals") or {}).get("total")
    changed = any(line.get("cancelled") for line in subject.order["lines"])
    if total is None or subject.shipment or changed:
        return ""
    return money_text(total, subject.details["currency"], locale)


def _tracking_url(shipment: Item | None, public_url: str) -> str:
    token = (shipment or {}).get("token")
    if not token or not public_url:
        return ""
    return f"{public_url.rstrip('/')}/track/{quote(token, safe='')}"


def _parcels(shipment: Item | None) -> tuple[ParcelLine, ...]:
    return tuple(
        ParcelLine(
            one_line(str(parcel.get("carrier") or ""), _MAX_NUMBER).upper(),
            one_line(str(parcel.get("tracking_number") or ""), _MAX_NUMBER),
        )
        for parcel in (shipment or {}).get("parcels", ())
    )
