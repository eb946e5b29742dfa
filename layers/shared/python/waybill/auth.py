"""Who is calling: API keys, scopes and the operator. No second function is started for it.

A key reads ``wb_<key id>_<secret>``. The key id names its shop, so one consistent GetItem finds
the hash; the answer is kept for 60 s in process, so a revocation works within 60 s. Secrets have
256 random bits, so a plain SHA-256 keeps them: there is nothing to guess.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from waybill import keys
from waybill.dynamo import Item, Table
from waybill.problems import Forbidden, Unauthenticated

CACHE_SECONDS: Final = 60
OPERATOR_KEY_ID: Final = "operator"
ROOMS: Final = ("orders", "inventory", "tracking", "notify", "shops", "customers", "reports")
SCOPES: Final = frozenset(
    {"*"} | {f"{room}:{access}" for room in ROOMS for access in ("read", "write")}
)
_MAX_CACHED: Final = 1000
# What a header may look like before anything is looked up: no key is too long for a table.
_HEADER: Final = re.compile(r"(?i:bearer) +wb_([0-9a-z]{1,64})_([\x21-\x7e]{1,512})")


@dataclass(frozen=True)
class Caller:
    """An authenticated caller: a shop's key, or the deployment's operator (no shop)."""

    shop_id: str
    key_id: str
    scopes: frozenset[str]

    @property
    def is_operator(self) -> bool:
        """True for the key of the deployment's secret."""
        return self.key_id == OPERATOR_KEY_ID

    @property
    def actor(self) -> str:
        """How this caller stands on timelines and events."""
        return f"key:{self.key_id}"

    def require(self, scope: str) -> None:
        """Raise :class:`Forbidden` unless the key has the scope, such as ``orders:write``.

        The scope "operator" is the operator's alone; the operator belongs to no shop and reaches
        only the paths of the shops room besides.
        """
        if self.is_operator:
            if scope != "operator" and not scope.startswith("shops:"):
                raise Forbidden("the operator's key belongs to no shop: use a key of the shop")
            return
        if (scope not in self.scopes and "*" not in self.scopes) or scope == "operator":
            raise Forbidden(f"this key lacks the scope {scope}")


class KeyStore(Protocol):
    """Where keys are looked up."""

    def find(self, shop_id: str, key_id: str) -> Item | None:
        """The stored key, or None."""

    def operator_secret(self) -> str:
        """The secret part of the operator's key."""


class TableKeyStore:
    """Keys from ShopsTable, the operator's from Secrets Manager (asked only when it is used)."""

    def __init__(self, table: Table, secrets: Callable[[], str]) -> None:
        self._table = table
        self._secrets = secrets

    def find(self, shop_id: str, key_id: str) -> Item | None:
        """One consistent read."""
        return self._table.get(keys.api_key(shop_id, key_id))

    def operator_secret(self) -> str:
        """Ask the deployment's secret."""
        return self._secrets()


def hash_secret(secret: str) -> str:
    """What is stored of a key's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def format_key(key_id: str, secret: str) -> str:
    """The key as its holder gets to see it, once."""
    return f"wb_{key_id}_{secret}"


def shop_of_key(key_id: str) -> str:
    """The shop a key id belongs to: its first 26 characters are the shop id's."""
    return f"shop_{key_id[:26]}"


class Authenticator:
    """Checks the Authorization header."""

    def __init__(self, store: KeyStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = monotonic
        self._cache: dict[str, tuple[float, str, Caller]] = {}

    def caller(self, header: str | None) -> Caller:
        """The caller behind an Authorization header; raises :class:`Unauthenticated`."""
        match = _HEADER.fullmatch((header or "").strip())
        if match is None:
            raise Unauthenticated("send the header Authorization: Bearer wb_…")
        key_id, secret = match.groups()
        expected, caller = self._known(key_id)
        if not hmac.compare_digest(expected, hash_secret(secret)):
            raise Unauthenticated("unknown API key")
        return caller

    def _known(self, key_id: str) -> tuple[str, Caller]:
        now = self._now()  # before the read: what it answers may be that old
        cached = self._cache.get(key_id)
        if cached and now < cached[0]:
            return cached[1], cached[2]
        expected, caller = self._look_up(key_id)
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[key_id] = (now + CACHE_SECONDS, expected, caller)
        return expected, caller

    def _look_up(self, key_id: str) -> tuple[str, Caller]:
        if key_id == OPERATOR_KEY_ID:
            scopes = frozenset({"operator"})
            return hash_secret(self._store.operator_secret()), Caller("", key_id, scopes)
        shop_id = shop_of_key(key_id)
        item = self._store.find(shop_id, key_id)
        if item is None or "revoked_at" in item:
            raise Unauthenticated("unknown API key")
        return item["hash"], Caller(shop_id, key_id, frozenset(item["scopes"]))
