"""Inventory's HTTP entry point, the services behind it, and how it reads names in requests."""

import re
from functools import cache
from typing import Final

from inventory.catalog.repository import SettingsRepository
from inventory.catalog.service import SettingService
from inventory.checks.checking import Checker
from inventory.checks.repository import CheckRepository
from inventory.checks.sku_check import SkuChecks
from inventory.level_repository import LevelRepository
from inventory.looks.reservations import ReservationRepository
from inventory.looks.service import LookService
from inventory.movements.repository import LedgerRepository
from inventory.movements.service import MovementService
from inventory.patience import Patience
from inventory.settings import inventory_settings
from inventory.shapes import LOCATION_ID_PATTERN
from inventory.stock import sku_error
from waybill.access import authenticator
from waybill.aws import client
from waybill.dynamo import Table
from waybill.http import Api, Call
from waybill.problems import field_problem

READ: Final = "inventory:read"
WRITE: Final = "inventory:write"

api: Final = Api("inventory", authenticator, slashes_below=("/v1/items",))


@cache
def _table() -> Table:
    return Table(client("dynamodb"), inventory_settings().inventory_table)


@cache
def stored_settings() -> SettingsRepository:
    """Locations and items."""
    return SettingsRepository(_table())


@cache
def settings() -> SettingService:
    """Sets locations and items."""
    return SettingService(stored_settings(), LevelRepository(_table()), Patience())


@cache
def movements() -> MovementService:
    """Moves stock."""
    return MovementService(LedgerRepository(_table()), LevelRepository(_table()), Patience())


@cache
def looks() -> LookService:
    """Looks at stock."""
    return LookService(
        stored_settings(),
        LevelRepository(_table()),
        ReservationRepository(_table()),
        LedgerRepository(_table()),
    )


@cache
def checks() -> SkuChecks:
    """Proves stock when somebody asks."""
    books = CheckRepository(_table())
    return SkuChecks(books, Checker(books, Patience()))


def location_id(text: str) -> str:
    """A location id in a path or query; raises Unprocessable."""
    if not re.fullmatch(LOCATION_ID_PATTERN, text):
        raise field_problem("/location_id", "a location id is 1 to 64 of A-Z a-z 0-9 _ -")
    return text


def sku(text: str) -> str:
    """A SKU in a path or query; raises Unprocessable."""
    if (wrong := sku_error(text)) is not None:
        raise field_problem("/sku", wrong)
    return text


def queried_sku(call: Call) -> str | None:
    """The parameter ``sku``."""
    text = call.query.get("sku")
    return None if text is None else sku(text)


def queried_location(call: Call) -> str | None:
    """The parameter ``location_id``."""
    text = call.query.get("location_id")
    return None if text is None else location_id(text)
