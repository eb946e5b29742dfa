"""Which carriers there are, and who is asked about whose parcels."""

from collections.abc import Mapping
from typing import Final

from tracking.carriers import dhl, easypost, easypost_events, ems, ups
from tracking.carriers.base import Adapter
from tracking.parcels.states import Meaning, Scan

_KEY: Final = ("api_key",)
_CLIENT: Final = ("client_id", "client_secret")

ADAPTERS: Final[Mapping[str, Adapter]] = {
    "dhl": dhl,
    "easypost": easypost,
    "ems": ems,
    "ups": ups,
}
"""Those that are asked. A new carrier is its module and a line here."""

EASYPOST_NAMES: Final = easypost.NAMES
"""Carriers that EasyPost is asked about, unless they have an adapter of their own; its names."""

CREDENTIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "fedex": _CLIENT,
    "usps": _CLIENT,
    "royalmail": _CLIENT,
    "aftership": _KEY,
    "17track": _KEY,
} | {name: adapter.CREDENTIALS for name, adapter in ADAPTERS.items()}
"""Every carrier whose settings have a name, and what its credentials are called."""


OPTIONAL_CREDENTIALS: Final[Mapping[str, tuple[str, ...]]] = {"easypost": easypost_events.SECRETS}
"""What else may be set of a carrier's credentials: those that only some of its users have."""

PUSHERS: Final = frozenset({"easypost"})
"""Those that are asked and tell news by themselves as well."""


def asked_by(carrier: str) -> str:
    """Who is asked about a carrier's parcels: itself, or the one that speaks for it.

    Settings, limits, tasks and the index of active shipments are by who is asked.
    """
    return "easypost" if carrier in EASYPOST_NAMES and carrier not in ADAPTERS else carrier


def meaning(carrier: str, scan: Scan) -> Meaning | None:
    """What a scan of a carrier's parcel means; None for a code, or a carrier, that is not known."""
    adapter = ADAPTERS.get(asked_by(carrier))
    return adapter.meaning(scan) if adapter else None


def is_mapped(carrier: str, scan: Scan) -> bool:
    """Whether a scan's code is known, and not only the coarse part of it."""
    adapter = ADAPTERS.get(asked_by(carrier))
    if adapter is None:
        return False
    return scan.code in adapter.STATUSES or not adapter.SILENT.isdisjoint(
        (scan.code, scan.code.partition("/")[0])
    )
