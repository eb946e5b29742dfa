"""Use cases of the operator: set up carriers, and see how they are set up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from tracking.accounts.addresses import checked_base_url
from tracking.accounts.models import NewCarrierSettings
from tracking.accounts.repository import Known
from tracking.accounts.settings import CarrierSettings
from tracking.carriers.registry import ADAPTERS, CREDENTIALS, OPTIONAL_CREDENTIALS, asked_by
from waybill.auth import Caller
from waybill.clock import Clock
from waybill.dynamo import Item, StartKeyError
from waybill.problems import FieldError, NotFound, Unprocessable

_MAX_CREDENTIAL: Final = 4096


class Carriers(Protocol):
    """Where carriers' settings are kept."""

    def known(self, carrier: str) -> Known | None:
        """How one carrier stands; None until it is set up."""

    def configured(self, carriers: Iterable[str]) -> list[Known]:
        """Those of the carriers that are set up, by name."""

    def put_settings(self, settings: CarrierSettings, actor: str) -> CarrierSettings:
        """Replace them."""


@dataclass(frozen=True)
class CarrierService:
    """The operator's settings of carriers."""

    carriers: Carriers
    clock: Clock
    local: bool

    def put(self, caller: Caller, carrier: str, request: NewCarrierSettings) -> CarrierSettings:
        """Replace a carrier's settings; workers act on them within 60 s.

        Raises 404 for a name that is no carrier's, and 422 for one that cannot be asked yet, for
        credentials with other names than its own, and for a base_url that is not safe.
        """
        if carrier not in CREDENTIALS:
            raise NotFound("no such carrier")
        if carrier not in ADAPTERS and asked_by(carrier) in ADAPTERS:
            raise Unprocessable(f"{carrier} is asked through {asked_by(carrier)}: set that up")
        if carrier not in ADAPTERS:
            raise Unprocessable(f"{carrier} is known, but cannot be asked yet: it has no adapter")
        credentials = {
            name: secret.get_secret_value() for name, secret in request.credentials.items()
        }
        _check_credentials(carrier, credentials)
        base_url = request.base_url
        settings = CarrierSettings(
            carrier=carrier,
            credentials=credentials,
            updated_at=self.clock(),
            base_url=None if base_url is None else checked_base_url(base_url, local=self.local),
            daily_budget=request.daily_budget,
            per_shipment_daily_cap=request.per_shipment_daily_cap,
        )
        return self.carriers.put_settings(settings, caller.actor)

    def get(self, carrier: str) -> Known:
        """A carrier's settings, how far it is swept, and how it fares; 404 until it is set up."""
        known = self.carriers.known(carrier) if carrier in ADAPTERS else None
        if known is None:
            raise NotFound("this carrier is not set up")
        return known

    def page(self, limit: int, start: Item | None) -> tuple[list[Known], Item | None]:
        """A page of the carriers that are set up, by name, and where it ended.

        Raises :class:`~waybill.dynamo.StartKeyError` for a start that is no place in this list.
        """
        after = "" if start is None else start.get("carrier")
        if not isinstance(after, str):
            raise StartKeyError
        known = self.carriers.configured(name for name in ADAPTERS if name > after)
        page = known[:limit]
        return page, {"carrier": page[-1].settings.carrier} if len(known) > limit else None


def _check_credentials(carrier: str, credentials: dict[str, str]) -> None:
    required = CREDENTIALS[carrier]
    names = required + OPTIONAL_CREDENTIALS.get(carrier, ())
    errors = [
        FieldError(f"/credentials/{name}", "missing")
        for name in required
        if name not in credentials
    ]
    errors += [
        FieldError("/credentials", f"{carrier} has only: {', '.join(names)}")
        for name in credentials
        if name not in names
    ][:1]
    errors += [
        FieldError(f"/credentials/{name}", f"1 to {_MAX_CREDENTIAL} visible ASCII characters")
        for name, value in credentials.items()
        if name in required and not _is_credential(value)
    ]
    errors += [
        FieldError(f"/credentials/{name}", f"1 to {_MAX_CREDENTIAL} characters")
        for name, value in credentials.items()
        if name in names and name not in required and not _is_secret(value)
    ]
    if errors:
        raise Unprocessable("credentials that do not fit the carrier", errors=errors)


def _is_credential(value: str) -> bool:
    return 0 < len(value) <= _MAX_CREDENTIAL and all("!" <= c <= "~" for c in value)


def _is_secret(value: str) -> bool:
    """Whether a webhook can be signed with it: it is sent nowhere, so it may be any text."""
    return 0 < len(value) <= _MAX_CREDENTIAL and value.isprintable()
