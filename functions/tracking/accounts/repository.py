"""Carriers in ShipmentsTable: settings, watermark and usage, one item each per carrier."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from tracking.accounts.settings import CarrierSettings, Watermark, instant
from tracking.accounts.stored import milliseconds, settings_of, usage_item, usage_of
from tracking.accounts.usage import Tally, Usage
from tracking.cadence import Rhythm, rhythm_from
from tracking.carriers.registry import ADAPTERS
from tracking.parcels.shipment import StaleError
from tracking.status.announcing import ANNOUNCES
from waybill import keys
from waybill.clock import to_text
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.observability import correlation_id

CACHE_SECONDS: Final = 30
"""How long a worker believes settings it has read; they act within 60 s."""
_ATTEMPTS: Final = 16
_STAMP: Final = (":now", ":actor", ":correlation_id")


class Known(NamedTuple):
    """A carrier that is set up, and how it stands."""

    settings: CarrierSettings
    mark: Watermark
    usage: Usage
    rhythm: Rhythm

    def calls_on(self, day: str) -> int:
        """Requests on a UTC day: those that were planned, and what was made beside the plan."""
        return max(0, self.mark.requests.get(day, 0) + self.usage.calls_on(day))

    @property
    def calls(self) -> int:
        """Requests in the remembered days."""
        return sum(map(self.calls_on, {*self.mark.requests, *self.usage.days}))


@dataclass(frozen=True)
class CarriersTable:
    """Settings, watermarks and usages in ShipmentsTable."""

    table: Table

    def known(self, carrier: str) -> Known | None:
        """How one carrier stands; None until the operator set it up."""
        return next(iter(self.configured([carrier])), None)

    def configured(self, carriers: Iterable[str]) -> list[Known]:
        """Those of the carriers that have settings; one consistent read."""
        names = sorted(carriers)
        kinds = (keys.carrier, keys.watermark, keys.carrier_usage, keys.rhythm)
        wanted = [kind(name) for name in names for kind in kinds]
        found = {(item["pk"], item["sk"]): item for item in self.table.batch_get(wanted)}
        known: list[Known] = []
        for name in names:
            settings, mark, usage, rhythm = (found.get(_pair(kind(name))) for kind in kinds)
            if settings:
                known.append(
                    Known(
                        settings_of(settings),
                        _watermark(mark),
                        usage_of(usage),
                        rhythm_from(rhythm),
                    )
                )
        return known

    def settings_of(self, carriers: Iterable[str]) -> dict[str, CarrierSettings]:
        """The settings of those of the carriers that have some."""
        items = self.table.batch_get([keys.carrier(name) for name in carriers])
        return {found.carrier: found for found in map(settings_of, items)}

    def usage(self, carrier: str) -> Usage:
        """How a carrier fares, read consistently."""
        return usage_of(self.table.get(keys.carrier_usage(carrier)))

    def put_settings(self, settings: CarrierSettings, actor: str) -> CarrierSettings:
        """Replace a carrier's settings; the last writer wins, and versions count on.

        A pause and an open breaker were the former settings': they end.
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
        with suppress(ConditionFailedError):
            self.table.update(
                keys.carrier_usage(settings.carrier),
                "SET version = version + :one, announces = :yes, updated_at = :now,"
                " actor = :actor, correlation_id = :correlation_id"
                " REMOVE paused_until_ms, breaker",
                values={name: values[name] for name in _STAMP} | {":one": 1, ":yes": True},
                condition="attribute_exists(paused_until_ms) OR attribute_exists(breaker)",
            )
        return settings_of(item)

    def advance(self, carrier: str, mark: Watermark) -> bool:
        """Move a watermark forward; False where another sweep has already been further."""
        swept_to = milliseconds(mark.swept_to)
        item = {
            **keys.watermark(carrier),
            "swept_to_ms": swept_to,
            "day": mark.day,
            "asked": mark.asked,
        }
        if mark.requests:
            item["requests"] = dict(mark.requests)
        if mark.wanted:
            item |= {"stretch_percent": round(mark.stretch * 100), "wanted": list(mark.wanted)}
        try:
            self.table.put(
                item,
                condition="attribute_not_exists(swept_to_ms) OR swept_to_ms < :swept_to",
                values={":swept_to": swept_to},
            )
        except ConditionFailedError:
            return False
        return True

    def caught_up(self, carrier: str, missed_from: float) -> None:
        """What the carrier was spared since then is planned; not what it was spared meanwhile."""
        with suppress(ConditionFailedError):
            self.table.update(
                keys.carrier_usage(carrier),
                "SET version = version + :one REMOVE missed_from_ms, announces",
                values={":one": 1, ":seen": milliseconds(missed_from)},
                condition="missed_from_ms = :seen",
            )

    def save_usage(self, carrier: str, before: Usage, after: Usage) -> None:
        """Replace a usage that is still as it was read; raises :class:`StaleError`.

        A breaker that opens or closes with it is told of by this very write.
        """
        item: Item = {**keys.carrier_usage(carrier), **usage_item(after)}
        if before.breaker.is_tripped is not after.breaker.is_tripped:
            item |= ANNOUNCES
            item |= {
                "updated_at": to_text(instant(after.last_call)),
                "actor": f"carrier:{carrier}",
                "correlation_id": correlation_id(),
            }
        try:
            if before.version:
                values = {":before": before.version}
                self.table.put(item, condition="version = :before", values=values)
            else:
                self.table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailedError:
            raise StaleError from None

    def record(self, carrier: str, known: Usage, tally: Tally) -> Usage:
        """Remember what a task did, beside what others did meanwhile; one write if nobody did.

        Raises :class:`StaleError` if others keep coming in between.
        """
        for attempt in range(_ATTEMPTS):
            before = known if attempt == 0 else self.usage(carrier)
            after = before.after(tally)
            try:
                self.save_usage(carrier, before, after)
            except StaleError:
                continue
            return after
        raise StaleError


class CachedSettings:
    """Carriers' settings, each read again after :data:`CACHE_SECONDS`."""

    def __init__(self, table: CarriersTable, monotonic: Callable[[], float]) -> None:
        self._table = table
        self._now = monotonic
        self._cache: dict[str, tuple[float, CarrierSettings | None]] = {}

    def settings(self, carrier: str) -> CarrierSettings | None:
        """The carrier's settings, at most :data:`CACHE_SECONDS` old; None where it has none."""
        return self._read([carrier])[0]

    def set_up(self) -> frozenset[str]:
        """The carriers that can be asked, and have settings."""
        names = sorted(ADAPTERS)
        return frozenset(n for n, found in zip(names, self._read(names), strict=True) if found)

    def _read(self, names: Sequence[str]) -> list[CarrierSettings | None]:
        now = self._now()
        stale = [name for name in names if now >= self._cache.get(name, (now, None))[0]]
        if stale:
            found = self._table.settings_of(stale)
            self._cache |= {name: (now + CACHE_SECONDS, found.get(name)) for name in stale}
        return [self._cache[name][1] for name in names]


def _watermark(item: Item | None) -> Watermark:
    if item is None:
        return Watermark()
    return Watermark(
        item.get("swept_to_ms", 0) / 1000,
        item.get("day", ""),
        item.get("asked", 0),
        item.get("stretch_percent", 100) / 100,
        tuple(item.get("wanted", ())),
        item.get("requests", {}),
    )


def _pair(key: keys.Key) -> tuple[str, str]:
    return (key["pk"], key["sk"])
