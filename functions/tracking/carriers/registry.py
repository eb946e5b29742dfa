"""Which carriers there are, and who is asked about whose parcels."""

from collections.abc import Mapping
from typing import Final

from tracking.carriers import ems
from tracking.carriers.base import Adapter
from tracking.states import Meaning, Scan

_KEY: Final = ("api_key",)
_CLIENT: Final = ("client_id", "client_secret")

ADAPTERS: Final[Mapping[str, Adapter]] = {
    "ems": ems,
}
"""Those that are asked. A new carrier is its module and a line here."""

EASYPOST_NAMES: Final[Mapping[str, str]] = {
    "fedex": "FedEx",
    "usps": "USPS",
    "royalmail": "RoyalMail",
    "canada_post": "CanadaPost",
    "dpd": "DPD",
    "lasership": "LaserShipV2",
    "ontrac": "OnTrac",
    "purolator": "Purolator",
}
"""Carriers that EasyPost is asked about, unless they have an adapter of their own, and what it
calls them."""

CREDENTIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "ups": _CLIENT,
    "fedex": _CLIENT,
    "usps": _CLIENT,
    "dhl": _KEY,
    "royalmail": _CLIENT,
    "easypost": _KEY,
    "aftership": _KEY,
    "17track": _KEY,
} | {name: adapter.CREDENTIALS for name, adapter in ADAPTERS.items()}
"""Every carrier whose settings have a name, and what its credentials are called."""


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
    """Whether a scan's code stands in the table itself, and not only the coarse part of it."""
    adapter = ADAPTERS.get(asked_by(carrier))
    return adapter is not None and scan.code in adapter.STATUSES
