"""What a message to the shop says: the variables of its wordings, drawn from what happened.

Nothing of a customer is among them but the number of an order.
"""

from collections.abc import Mapping
from datetime import UTC, date, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from notify.people.zones import time_zones
from notify.words.facts import OrderLine, ShopFacts, SkuLine
from notify.words.languages import DEFAULT_LOCALE
from notify.words.localized import day_text, language_of_country, moment_text
from notify.words.text import one_line
from notify.words.wording import MAX_NUMBER, MAX_SHOP_NAME
from waybill.clock import from_text

MAX_LINES: Final = 50
MAX_SKU: Final = 64


def shop_locale(shop: Mapping[str, Any]) -> str:
    """Choose how to write to a shop: as it wishes, else as is usual in its country."""
    if wished := shop.get("locale"):
        return str(wished)
    country = shop.get("country")
    return f"{language_of_country(country)}-{country}" if country else DEFAULT_LOCALE


def shop_facts_of(shop: Mapping[str, Any], data: Mapping[str, Any], *, locale: str) -> ShopFacts:
    """Draw the variables for one message to a shop.

    ``data`` may hold ``number``, ``orders`` with ``number`` and ``holds`` (of which the last
    counts), ``skus`` with ``sku``, ``location_id`` and ``kind``, ``more`` of them, ``carrier``,
    ``since`` (RFC 3339), ``channel``, ``limit`` and ``day`` (ISO 8601). Times are shown on the
    shop's clocks.
    """
    orders, skus = data.get("orders") or (), data.get("skus") or ()
    more = int(data.get("more") or 0)
    since, day = data.get("since"), data.get("day")
    return ShopFacts(
        locale=locale,
        shop_name=one_line(str(shop.get("name", "")), MAX_SHOP_NAME),
        number=one_line(str(data.get("number") or ""), MAX_NUMBER),
        orders=tuple(map(_order, orders[:MAX_LINES])),
        more_orders=len(orders[MAX_LINES:]) + (more if orders else 0),
        skus=tuple(map(_line, skus[:MAX_LINES])),
        more_skus=len(skus[MAX_LINES:]) + (more if skus else 0),
        carrier=one_line(str(data.get("carrier") or ""), MAX_NUMBER).upper(),
        since=moment_text(from_text(since), _zone(shop), locale) if since else "",
        channel=str(data.get("channel") or ""),
        limit=int(data.get("limit") or 0),
        day=day_text(date.fromisoformat(day), locale) if day else "",
    )


def _order(data: Mapping[str, Any]) -> OrderLine:
    holds = data.get("holds") or [""]
    return OrderLine(one_line(str(data["number"]), MAX_NUMBER), str(holds[-1]))


def _line(data: Mapping[str, Any]) -> SkuLine:
    return SkuLine(
        one_line(str(data["sku"]), MAX_SKU),
        one_line(str(data["location_id"]), MAX_SKU),
        str(data.get("kind") or ""),
    )


def _zone(shop: Mapping[str, Any]) -> tzinfo:
    name = shop.get("time_zone")
    return ZoneInfo(name) if name in time_zones() else UTC
