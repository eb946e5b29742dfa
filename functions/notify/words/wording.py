"""What a message to a customer says: the variables of the wordings, drawn from stored items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from notify.people.zones import time_zones, zone_of_country
from notify.words.facts import Facts, ItemLine, ParcelLine
from notify.words.languages import DEFAULT_LOCALE
from notify.words.localized import day_text, estimate_text, language_of_country, money_text
from notify.words.text import greeting_name, one_line
from waybill.clock import from_text
from waybill.dynamo import Item
from waybill.estimates import Estimate, read_estimate

MAX_ITEMS: Final = 50  # lines named in a mail: an order has up to 500
MAX_TITLE: Final = 120
MAX_SHOP_NAME: Final = 80
MAX_NUMBER: Final = 32
MAX_PARCELS: Final = 20


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
        """True when the carrier waits for the recipient."""
        return (self.shipment or {}).get("action_required") == "recipient"


@dataclass(frozen=True)
class Reader:
    """What is known of who reads a message, and of the time it is written at."""

    now: datetime
    """Aware."""
    time_zone: str | None = None
    """The reader's own, a name of the IANA database."""
    public_url: str = ""
    """Base of the tracking pages; without it messages carry no link."""
    unsubscribe_url: str = ""


def locale_of(subject: Subject, wanted: str | None = None) -> str:
    """Choose how to write: as the reader wishes, else as is usual where the goods go.

    The language is the one most people read there; the wording that comes nearest is chosen later.
    """
    if wanted:
        return wanted
    country = subject.country
    return f"{language_of_country(country)}-{country}" if country else DEFAULT_LOCALE


def zone_of(subject: Subject, reader: Reader) -> tzinfo:
    """Choose the clocks to write by: the reader's, the destination's, the shop's, UTC."""
    known = time_zones()
    if reader.time_zone in known:
        return ZoneInfo(str(reader.time_zone))
    if found := zone_of_country(subject.country or "", reader.now):
        return found
    shops = subject.shop.get("time_zone")
    return ZoneInfo(shops) if shops in known else UTC


def facts_of(
    subject: Subject,
    data: Mapping[str, Any],
    *,
    locale: str,
    reader: Reader,
    others: Sequence[Subject] = (),
) -> Facts:
    """Draw the variables for one message; ``data`` is what the event said.

    ``others`` are shipments of the same order that the message tells of too.
    """
    zone = zone_of(subject, reader)
    sums = _sums(subject, locale)
    told = (subject, *others)
    shipments = [each.shipment for each in told]
    before = told_estimate(data["previous"]) if "previous" in data else None
    lines = [line for each in told for line in _goods(each, locale, priced="subtotal" in sums)]
    named = [line for line in lines if line.quantity > 0]
    return Facts(
        locale=locale,
        shop_name=one_line(str(subject.shop.get("name", "")), MAX_SHOP_NAME),
        number=one_line(str(subject.order["number"]), MAX_NUMBER),
        name=_customer_name(subject.details),
        items=tuple(named[:MAX_ITEMS]),
        more_items=len(named[MAX_ITEMS:]),
        tracking_url=_tracking_url(subject.shipment, reader.public_url),
        parcels=tuple(parcel for each in shipments for parcel in _parcels(each))[:MAX_PARCELS],
        reason=str(data.get("reason") or ""),
        unsubscribe_url=reader.unsubscribe_url,
        placed_on=_placed_on(subject, zone, locale),
        estimated_delivery=_expected(estimate_of(shipments), zone, locale, reader.now),
        previous_estimate=_expected(before, zone, locale),
        refunded=_refunded(data, locale),
        **{"total": ""} | sums,
    )


def _goods(subject: Subject, locale: str, *, priced: bool) -> list[ItemLine]:
    sold = {line["line_id"]: line for line in subject.details.get("lines", ())}
    lines: Sequence[Mapping[str, Any]]
    lines = subject.shipment["lines"] if subject.shipment else subject.order["lines"]
    cancelled = subject.shipment is None and subject.status != "cancelled"
    currency = subject.details.get("currency", "")

    def shown(line: Mapping[str, Any]) -> ItemLine:
        known = sold.get(line["line_id"], {})
        title = known.get("title") or known.get("sku") or line.get("sku") or ""
        quantity = line["quantity"] - (line.get("cancelled", 0) if cancelled else 0)
        price = money_text(known["unit_price"] * quantity, currency, locale) if priced else ""
        return ItemLine(one_line(str(title), MAX_TITLE), quantity, price)

    return [shown(line) for line in lines]


def _customer_name(details: Item) -> str:
    customer = details.get("customer") or {}
    address = details.get("shipping_address") or {}
    return greeting_name(str(customer.get("name") or address.get("name") or ""))


def _sums(subject: Subject, locale: str) -> dict[str, str]:
    """What the order costs and is made up of, where nothing has changed it since it was placed.

    The parts are named only where the lines there are come to the subtotal, so that what a reader
    adds up is what stands below. What is nothing is left out.
    """
    details = subject.details
    totals = details.get("totals") or {}
    changed = any(line.get("cancelled") for line in subject.order["lines"])
    if totals.get("total") is None or subject.shipment or changed:
        return {}
    amounts = {"total": totals["total"]}
    if _is_made_up(subject):
        tax = "included_tax" if details.get("prices_include_tax") else "tax"
        amounts |= {name: totals.get(name, 0) for name in ("subtotal", "discount", "shipping")}
        amounts[tax] = totals.get("tax", 0)
    return {
        name: money_text(-amount if name == "discount" else amount, details["currency"], locale)
        for name, amount in amounts.items()
        if amount or name in {"total", "subtotal"}
    }


def _is_made_up(subject: Subject) -> bool:
    sold = {line["line_id"]: line.get("unit_price") for line in subject.details.get("lines", ())}
    prices = [(sold.get(line["line_id"]), line["quantity"]) for line in subject.order["lines"]]
    if any(price is None for price, _ in prices):
        return False
    subtotal = (subject.details.get("totals") or {}).get("subtotal")
    return bool(sum(price * quantity for price, quantity in prices if price) == subtotal)


def _tracking_url(shipment: Item | None, public_url: str) -> str:
    token = (shipment or {}).get("token")
    if not token or not public_url:
        return ""
    return f"{public_url.rstrip('/')}/track/{quote(token, safe='')}"


def _parcels(shipment: Item | None) -> tuple[ParcelLine, ...]:
    return tuple(
        ParcelLine(
            one_line(str(parcel.get("carrier") or ""), MAX_NUMBER).upper(),
            one_line(str(parcel.get("tracking_number") or ""), MAX_NUMBER),
        )
        for parcel in (shipment or {}).get("parcels", ())
    )


def _placed_on(subject: Subject, zone: tzinfo, locale: str) -> str:
    placed_at = subject.order.get("placed_at") or subject.details.get("placed_at")
    if not placed_at:
        return ""
    return day_text(from_text(placed_at).astimezone(zone).date(), locale)


def estimate_of(shipments: Sequence[Item | None]) -> Estimate | None:
    """When the last of the parcels is expected; None where that is not known of each under way."""
    told = [
        parcel.get("estimate")
        for shipment in shipments
        for parcel in (shipment or {}).get("parcels", ())
        if not parcel.get("ended")
    ]
    if not told or not all(told):
        return None
    try:
        return max(map(read_estimate, told), key=lambda each: (each.end, each.start))
    except ValueError:  # another form of it is no reason to say nothing at all
        return None


def told_estimate(data: Mapping[str, Any]) -> Estimate:
    """Read an estimate as an event tells it: ``from`` and ``to``, by the clocks of the place."""
    start, end = (datetime.fromisoformat(data[name]) for name in ("from", "to"))
    known = not data["to"].endswith("Z")
    offset = (end.utcoffset() or timedelta()) // timedelta(minutes=1) if known else None
    return Estimate(start.astimezone(UTC), end.astimezone(UTC), offset)


def _expected(
    estimate: Estimate | None, zone: tzinfo, locale: str, now: datetime | None = None
) -> str:
    if estimate is None or (now is not None and estimate.end < now):
        return ""
    return estimate_text(estimate, zone, locale)


def _refunded(data: Mapping[str, Any], locale: str) -> str:
    """Return the amount of this refund alone, in the order's currency."""
    if data.get("kind") != "refunded" or data.get("amount") is None:
        return ""
    return money_text(data["amount"], data["currency"], locale)
