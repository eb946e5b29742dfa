"""Carriers' settings and watermarks: one of each per carrier, for the whole deployment."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tracking.carriers.base import Access
from tracking.carriers.registry import ADAPTERS
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.observability import correlation_id

CACHE_SECONDS: Final = 30
"""How long a worker believes settings it has read; they act within 60 s."""


@dataclass(frozen=True)
class CarrierSettings:
    """What the operator set for a carrier; the credentials appear in no repr."""

    carrier: str
    credentials: Mapping[str, str] = field(repr=False)
    updated_at: datetime
    base_url: str | None = None
    """None: the carrier's own."""
    daily_budget: int | None = None
    """Shipments asked about in a UTC day, at most."""
    per_shipment_daily_cap: int | None = None
    """Questions about one shipment in a day, spread evenly."""
    version: int = 1

    @property
    def access(self) -> Access:
        """How the adapter reaches the carrier."""
        return Access(self.base_url or ADAPTERS[self.carrier].BASE_URL, self.credentials)


@dataclass(frozen=True)
class Watermark:
    """Up to when a carrier's shipments have been asked about, and how many on that UTC day."""

    swept_to: float = 0.0
    """Seconds since 1970; 0: never."""
    day: str = ""
    asked: int = 0
    paused_until: datetime | None = None
    """The carrier wants no questions before (429); it is neither planned nor asked until then."""

    def is_paused(self, now: datetime) -> bool:
        """Whether the carrier wants no questions now."""
        return self.paused_until is not None and now < self.paused_until

    def asked_on(self, day: str) -> int:
        """Shipments asked about on a UTC day (``2026-11-22``)."""
        return self.asked if self.day == day else 0


@dataclass(frozen=True)
class CarriersTable:
    """Settings and watermarks in ShipmentsTable."""

    table: Table

    def settings(self, carrier: str) -> CarrierSettings | None:
        """One carrier's settings; None until the operator set them."""
        item = self.table.get(keys.carrier(carrier))
        return _settings(item) if item else None

    def watermark(self, carrier: str) -> Watermark:
        """One carrier's watermark."""
        item = self.table.get(keys.watermark(carrier))
        return _watermark(item) if item else Watermark()

    def configured(self, carriers: Iterable[str]) -> list[tuple[CarrierSettings, Watermark]]:
        """Those of the carriers that have settings, with their watermarks; one consistent read."""
        names = sorted(carriers)
        wanted = [key for name in names for key in (keys.carrier(name), keys.watermark(name))]
        found = {(item["pk"], item["sk"]): item for item in self.table.batch_get(wanted)}
        both = [
            (found.get(_pair(keys.carrier(name))), found.get(_pair(keys.watermark(name))))
            for name in names
        ]
        return [
            (_settings(settings), _watermark(mark) if mark else Watermark())
            for settings, mark in both
            if settings
        ]

    def put_settings(self, settings: CarrierSettings, actor: str) -> CarrierSettings:
        """Replace a carrier's settings; the last writer wins, and versions count on.

        A pause was the former settings': it ends.
        """
        values = {
            ":one": 1,
            ":zero": 0,
            ":credentials": dict(settings.credentials),
            ":base_url": settings.base_url,
            ":daily_budget": settings.daily_budget,
            ":cap": settings.per_shipment_daily_cap,
            ":now": to_text(settings.updated_at),
            ":actor": actor,
            ":correlation_id": correlation_id(),
        }
        item = self.table.update(
            keys.carrier(settings.carrier),
            "SET version = if_not_exists(version, :zero) + :one, credentials = :credentials,"
            " base_url = :base_url, daily_budget = :daily_budget, daily_cap = :cap,"
            " updated_at = :now, actor = :actor, correlation_id = :correlation_id",
            values=values,
        )
        self._end_pause(settings.carrier)
        return _settings(item)

    def pause(self, carrier: str, until: datetime) -> None:
        """Let a carrier rest until then, or until the later end of a pause it has already."""
        with suppress(ConditionFailedError):
            self.table.update(
                keys.watermark(carrier),
                "SET paused_until_ms = :until",
                values={":until": _milliseconds(until)},
                condition="attribute_not_exists(paused_until_ms) OR paused_until_ms < :until",
            )

    def _end_pause(self, carrier: str) -> None:
        with suppress(ConditionFailedError):
            self.table.update(
                keys.watermark(carrier),
                "REMOVE paused_until_ms",
                condition="attribute_exists(paused_until_ms)",
            )

    def advance(self, carrier: str, mark: Watermark) -> bool:
        """Move a watermark forward.

        False, and nothing changes, where another sweep has already been further, and where a
        worker paused the carrier meanwhile: what it does not ask now is planned again later.
        """
        swept_to = int(mark.swept_to * 1000)
        try:
            self.table.put(
                {
                    **keys.watermark(carrier),
                    "swept_to_ms": swept_to,
                    "day": mark.day,
                    "asked": mark.asked,
                },
                condition="(attribute_not_exists(swept_to_ms) OR swept_to_ms < :swept_to)"
                " AND (attribute_not_exists(paused_until_ms) OR paused_until_ms <= :swept_to)",
                values={":swept_to": swept_to},
            )
        except ConditionFailedError:
            return False
        return True


class CachedSettings:
    """Each carrier's settings and pause, read again after :data:`CACHE_SECONDS`."""

    def __init__(self, table: CarriersTable, monotonic: Callable[[], float]) -> None:
        self._table = table
        self._now = monotonic
        self._cache: dict[str, tuple[float, tuple[CarrierSettings, Watermark] | None]] = {}

    def settings(self, carrier: str) -> CarrierSettings | None:
        """The carrier's settings, at most :data:`CACHE_SECONDS` old."""
        found = self._read(carrier)
        return found[0] if found else None

    def is_paused(self, carrier: str, now: datetime) -> bool:
        """Whether the carrier wants no questions now."""
        found = self._read(carrier)
        return found is not None and found[1].is_paused(now)

    def pause(self, carrier: str, until: datetime) -> None:
        """Let the carrier rest; the very next message here knows of it."""
        self._cache.pop(carrier, None)
        self._table.pause(carrier, until)

    def _read(self, carrier: str) -> tuple[CarrierSettings, Watermark] | None:
        cached = self._cache.get(carrier)
        if cached is None or self._now() >= cached[0]:
            found = next(iter(self._table.configured([carrier])), None)
            cached = (self._now() + CACHE_SECONDS, found)
            self._cache[carrier] = cached
        return cached[1]


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def utc_day(now: datetime) -> str:
    """The UTC day that budgets count by, such as ``2026-11-22``."""
    return now.astimezone(UTC).date().isoformat()


def _settings(item: Item) -> CarrierSettings:
    return CarrierSettings(
        carrier=str(item["pk"]).partition("#")[2],
        credentials=item["credentials"],
        updated_at=from_text(item["updated_at"]),
        base_url=item["base_url"],
        daily_budget=item["daily_budget"],
        per_shipment_daily_cap=item["daily_cap"],
        version=item["version"],
    )


def _watermark(item: Item) -> Watermark:
    paused = item.get("paused_until_ms")
    return Watermark(
        item.get("swept_to_ms", 0) / 1000,  # a pause may come before the first sweep's end
        item.get("day", ""),
        item.get("asked", 0),
        None if paused is None else instant(paused / 1000),
    )


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _pair(key: keys.Key) -> tuple[str, str]:
    return (key["pk"], key["sk"])
