"""The room's API, which route modules declare their routes on, and what stands behind them."""

from functools import cache
from typing import Final

from notify.ledger.repository import MessageTable
from notify.people.contacts import ContactTable
from notify.people.secret import UnsubscribeSecret
from notify.settings import ApiSettings
from waybill.access import authenticator
from waybill.aws import client
from waybill.dynamo import Table
from waybill.http import Api
from waybill.settings import load_settings
from waybill.views import OrdersView, ShipmentsView, ShopsView

READ: Final = "notify:read"
WRITE: Final = "notify:write"

api: Final = Api("notify", authenticator)


@cache
def _settings() -> ApiSettings:
    return load_settings(ApiSettings)


@cache
def notifications() -> Table:
    """Return the room's table."""
    return Table(client("dynamodb"), _settings().notifications_table)


@cache
def messages() -> MessageTable:
    """Return the ledger."""
    return MessageTable(notifications())


@cache
def contacts() -> ContactTable:
    """Return what is known of recipients."""
    return ContactTable(notifications())


@cache
def unsubscribe_secret() -> UnsubscribeSecret:
    """Return what links that unsubscribe are signed with."""
    return UnsubscribeSecret(notifications())


@cache
def shops() -> ShopsView:
    """Return the shops, for their names and currencies."""
    return ShopsView(Table(client("dynamodb"), _settings().shops_table))


@cache
def orders() -> OrdersView:
    """Return the orders, for previews."""
    return OrdersView(Table(client("dynamodb"), _settings().orders_table))


@cache
def shipments() -> ShipmentsView:
    """Return the shipments, for previews."""
    return ShipmentsView(Table(client("dynamodb"), _settings().shipments_table))


def public_url() -> str:
    """Return the base of the pages that messages lead to; "" where there are none."""
    return _settings().public_url
