"""Which carriers there are: every known name, and the adapters of those that can be asked."""

from collections.abc import Mapping
from typing import Final

from tracking.carriers import ems
from tracking.carriers.base import Adapter
from tracking.states import Meaning

_KEY: Final = ("api_key",)
_CLIENT: Final = ("client_id", "client_secret")

CREDENTIALS: Final[Mapping[str, tuple[str, ...]]] = {
    "ups": _CLIENT,
    "fedex": _CLIENT,
    "usps": _CLIENT,
    "dhl": _KEY,
    "royalmail": _CLIENT,
    "ems": ems.CREDENTIALS,
    "easypost": _KEY,
    "aftership": _KEY,
    "17track": _KEY,
}
"""Every carrier whose settings have a name, and what its credentials are called."""

ADAPTERS: Final[Mapping[str, Adapter]] = {
    "ems": ems,
}
"""Those that are asked. A new carrier is its module and a line here."""

_NO_STATUSES: Final[Mapping[str, Meaning]] = {}


def statuses(carrier: str) -> Mapping[str, Meaning]:
    """What the carrier's codes mean; empty for a carrier that is not asked."""
    adapter = ADAPTERS.get(carrier)
    return adapter.STATUSES if adapter else _NO_STATUSES
