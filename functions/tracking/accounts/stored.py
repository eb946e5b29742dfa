"""A carrier's settings and usage as items of ShipmentsTable, and back."""

from tracking.accounts.breaker import Breaker
from tracking.accounts.settings import CarrierSettings, instant
from tracking.accounts.usage import Day, Usage
from waybill.clock import from_text
from waybill.dynamo import Item


def settings_of(item: Item) -> CarrierSettings:
    """The settings of an item."""
    return CarrierSettings(
        carrier=str(item["pk"]).partition("#")[2],
        credentials=item["credentials"],
        updated_at=from_text(item["updated_at"]),
        base_url=item["base_url"],
        daily_budget=item["daily_budget"],
        per_shipment_daily_cap=item["daily_cap"],
        version=item["version"],
    )


def usage_of(item: Item | None) -> Usage:
    """The usage of an item, or of none."""
    if item is None:
        return Usage()
    paused, missed = item.get("paused_until_ms"), item.get("missed_from_ms")
    return Usage(
        version=item["version"],
        days={day: _day(counts) for day, counts in item.get("days", {}).items()},
        breaker=Breaker(*item.get("breaker", ())),
        last_call=item.get("last_call_ms", 0) / 1000,
        paused_until=None if paused is None else instant(paused / 1000),
        missed_from=None if missed is None else missed / 1000,
    )


def usage_item(usage: Usage) -> Item:
    """The item of a usage, without its key."""
    item: Item = {
        "version": usage.version,
        "days": {
            name: [day.calls, day.errors, day.news, *day.delays] for name, day in usage.days.items()
        },
        "last_call_ms": milliseconds(usage.last_call),
    }
    breaker = usage.breaker
    if breaker != Breaker():
        item["breaker"] = [
            breaker.unreached,
            breaker.unanswered,
            breaker.window,
            breaker.calls,
            breaker.failures,
            breaker.opened_at,
            breaker.probe_at,
            breaker.wait,
            *([breaker.opened_by] if breaker.opened_by else []),
        ]
    if usage.paused_until is not None:
        item["paused_until_ms"] = milliseconds(usage.paused_until.timestamp())
    if usage.missed_from is not None:
        item["missed_from_ms"] = milliseconds(usage.missed_from)
    return item


def _day(counts: list[int]) -> Day:
    calls, errors, news, *delays = counts
    return Day(calls, errors, news, tuple(delays))


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, as items have them."""
    return round(seconds * 1000)
