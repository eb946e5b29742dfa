"""Access tokens that all workers share: one item per carrier, renewed by one of them at a time.

A token is renewed before it ends, by whoever first takes the lease on it; the others go on with
the old one meanwhile, or wait where it has ended. A worker that dies with the lease loses it when
it lapses. A token that the carrier refuses is dropped, unless somebody has renewed it already.
Tokens belong to the settings they were got with. None is ever logged.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from tracking.carriers.base import CarrierError, Token
from waybill import keys
from waybill.clock import Clock
from waybill.dynamo import ConditionFailedError, Item, Table

LEASE: Final = 30.0
"""Seconds one worker has to renew a token: the slowest answer takes 12."""
WAIT: Final = 12.0
"""Seconds others wait for it where there is no token to go on with."""
_EARLY: Final = 600
_STEP: Final = 0.5
_KEPT: Final = 86_400
"""Seconds after its end at which a token's item goes."""


class NoTokenError(CarrierError):
    """Somebody else is getting the token, and it takes too long: nothing was asked."""


@dataclass(frozen=True)
class Held:
    """A token that is held in common."""

    value: str = field(repr=False)
    ends: float
    """Seconds since 1970."""
    renew_at: float
    settings_version: int

    @property
    def fingerprint(self) -> str:
        """What tells it from another without telling it."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:16]


class TokenStore(Protocol):
    """Where tokens are held in common; each change is decided there."""

    def read(self, carrier: str) -> Held | None:
        """The token as it stands."""

    def lease(self, carrier: str, seen: Held | None, now: float, until: float) -> bool:
        """Take the renewal of the token that was seen; False where somebody has it, or did it."""

    def release(self, carrier: str, until: float) -> None:
        """Give a lease back: the token could not be got."""

    def put(self, carrier: str, held: Held, until: float) -> bool:
        """Keep a new token and end the lease; False where the lease had lapsed and was taken."""

    def drop(self, carrier: str, refused: Held) -> None:
        """Forget a token that the carrier refused, if it still is the one that is held."""


@dataclass
class Tokens:
    """A process's way to the tokens."""

    store: TokenStore
    clock: Clock
    sleep: Callable[[float], None]
    _known: dict[str, Held] = field(default_factory=dict, init=False, repr=False)

    def current(self, carrier: str, settings_version: int, renew: Callable[[], Token]) -> Held:
        """A token to ask with; ``renew`` asks the carrier for one.

        Raises what ``renew`` raises, and :class:`NoTokenError`.
        """
        known = self._known.get(carrier)
        if _is_fresh(known, settings_version, self._now()):
            assert known is not None  # noqa: S101 - what fresh means
            return known
        held = self._shared(carrier, settings_version, renew)
        self._known[carrier] = held
        return held

    def refused(self, carrier: str, held: Held) -> None:
        """The carrier refused it: nobody is to ask with it again."""
        self._known.pop(carrier, None)
        self.store.drop(carrier, held)

    def _shared(self, carrier: str, version: int, renew: Callable[[], Token]) -> Held:
        waited = 0.0
        while True:
            held = self.store.read(carrier)
            now = self._now()
            if held is not None and _is_fresh(held, version, now):
                return held
            until = now + LEASE
            if self.store.lease(carrier, held, now, until):
                return self._renewed(carrier, version, renew, until)
            if held is not None and held.settings_version == version and now < held.ends:
                return held
            if waited >= WAIT:
                raise NoTokenError
            self.sleep(_STEP)
            waited += _STEP

    def _renewed(
        self, carrier: str, version: int, renew: Callable[[], Token], until: float
    ) -> Held:
        try:
            token = renew()
        except Exception:
            self.store.release(carrier, until)
            raise
        now = self._now()
        early = min(_EARLY, token.lifetime / 4)
        held = Held(token.value, now + token.lifetime, now + token.lifetime - early, version)
        if self.store.put(carrier, held, until):
            return held
        return self.store.read(carrier) or held

    def _now(self) -> float:
        return self.clock().timestamp()


@dataclass(frozen=True)
class TokensTable:
    """Tokens in ShipmentsTable, beside the settings they were got with."""

    table: Table

    def read(self, carrier: str) -> Held | None:
        """The token as it stands, read consistently."""
        item = self.table.get(keys.carrier_token(carrier))
        return _held(item) if item and "access_token" in item else None

    def lease(self, carrier: str, seen: Held | None, now: float, until: float) -> bool:
        """Take the renewal of the token that was seen; False where somebody has it, or did it."""
        values: Item = {":now": _milliseconds(now), ":until": _milliseconds(until)}
        free = "(attribute_not_exists(lease_ms) OR lease_ms < :now)"
        if seen is None:
            condition = f"{free} AND attribute_not_exists(fingerprint)"
        else:
            condition = f"{free} AND fingerprint = :seen"
            values |= {":seen": seen.fingerprint}
        try:
            self.table.update(
                keys.carrier_token(carrier),
                "SET lease_ms = :until",
                values=values,
                condition=condition,
            )
        except ConditionFailedError:
            return False
        return True

    def release(self, carrier: str, until: float) -> None:
        """Give a lease back: the token could not be got."""
        with suppress(ConditionFailedError):
            self.table.update(
                keys.carrier_token(carrier),
                "REMOVE lease_ms",
                values={":until": _milliseconds(until)},
                condition="lease_ms = :until",
            )

    def put(self, carrier: str, held: Held, until: float) -> bool:
        """Keep a new token and end the lease; False where the lease had lapsed and was taken."""
        item = {
            **keys.carrier_token(carrier),
            "access_token": held.value,
            "fingerprint": held.fingerprint,
            "ends_ms": _milliseconds(held.ends),
            "renew_ms": _milliseconds(held.renew_at),
            "settings_version": held.settings_version,
            "expires_at": int(held.ends) + _KEPT,
        }
        values = {":until": _milliseconds(until)}
        try:
            self.table.put(item, condition="lease_ms = :until", values=values)
        except ConditionFailedError:
            return False
        return True

    def drop(self, carrier: str, refused: Held) -> None:
        """Forget a token that the carrier refused, if it still is the one that is held."""
        with suppress(ConditionFailedError):
            self.table.delete(
                keys.carrier_token(carrier),
                condition="fingerprint = :refused",
                values={":refused": refused.fingerprint},
            )


def _is_fresh(held: Held | None, settings_version: int, now: float) -> bool:
    return held is not None and held.settings_version == settings_version and now < held.renew_at


def _held(item: Item) -> Held:
    return Held(
        item["access_token"],
        item["ends_ms"] / 1000,
        item["renew_ms"] / 1000,
        item["settings_version"],
    )


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
