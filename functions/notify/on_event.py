"""Woken by one event of the bus: somebody may have to hear of it."""

from functools import cache
from typing import Any

from notify.channels.senders import SesMailSender, SnsSmsSender
from notify.ledger.repository import MessageTable
from notify.sending.notifier import Notifier
from notify.settings import EventSettings
from waybill.aws import client, client_without_retries
from waybill.dynamo import Table
from waybill.events import Event
from waybill.observability import end_invocation, start_work
from waybill.settings import load_settings, on_lambda
from waybill.views import OrdersView, ShipmentsView, ShopsView


@cache
def _notifier() -> Notifier:
    from notify.words.rendering import Renderer  # noqa: PLC0415 - jinja2 is slow to import

    settings = load_settings(EventSettings)
    dynamodb = client("dynamodb")
    return Notifier(
        ledger=MessageTable(Table(dynamodb, settings.notifications_table)),
        orders=OrdersView(Table(dynamodb, settings.orders_table)),
        shipments=ShipmentsView(Table(dynamodb, settings.shipments_table)),
        shops=ShopsView(Table(dynamodb, settings.shops_table)),
        wordings=Renderer(),
        mail=SesMailSender(
            client_without_retries("sesv2"),
            sender=settings.mail_sender,
            configuration_set=settings.ses_configuration_set,
        ),
        sms=SnsSmsSender(client_without_retries("sns"), sender_id=settings.sms_sender_id),
        public_url=settings.public_url,
    )


def lambda_handler(event: dict[str, Any], _context: Any) -> None:
    """Send what the event calls for; an error brings the event again, then to the failure queue."""
    fact = Event.from_eventbridge(event)
    start_work("notify", fact.correlation_id)
    try:
        _notifier().handle(fact)
    finally:
        end_invocation()


if on_lambda():
    _notifier()
