"""HTTP: the ledger; what customers want; suppressions; the page that unsubscribes; wordings."""

from typing import Any

import notify.feedback.routes
import notify.ledger.routes
import notify.people.preference_routes
import notify.people.unsubscribe_routes
import notify.templates.routes  # noqa: F401 - the routes
from notify.endpoint import api, contacts, messages, unsubscribe_secret
from waybill.access import authenticator
from waybill.settings import on_lambda


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event."""
    return api.lambda_handler(event, context)


if on_lambda():
    authenticator()
    messages()
    contacts()
    unsubscribe_secret()
