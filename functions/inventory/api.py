"""HTTP: locations, items, movements, transfers, levels and reservations."""

from typing import Any

import inventory.catalog.routes
import inventory.checks.routes
import inventory.looks.routes
import inventory.movements.routes  # noqa: F401 - the routes
from inventory.endpoint import api, looks, movements, settings
from waybill.access import authenticator
from waybill.settings import on_lambda


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return api.lambda_handler(event, context)


if on_lambda():
    settings()
    movements()
    looks()
    authenticator()
