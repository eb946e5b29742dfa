"""What sends, put together: once for the bus's events, once for the schedule."""

from functools import cache

from notify.channels.senders import SesMailSender, SnsSmsSender
from notify.ledger.repository import MessageTable
from notify.people.contacts import ContactTable
from notify.people.links import UnsubscribeLinks
from notify.people.secret import UnsubscribeSecret
from notify.sending.deciding import Decider
from notify.sending.notifier import Notifier
from notify.sending.resuming import Resumer
from notify.settings import SendingSettings
from notify.templates.cache import CachedTemplates
from notify.templates.repository import TemplateTable
from waybill.aws import client, client_without_retries
from waybill.clock import system_clock
from waybill.dynamo import Table
from waybill.settings import load_settings
from waybill.views import OrdersView, ShipmentsView, ShopsView


@cache
def _notifications() -> Table:
    return Table(client("dynamodb"), load_settings(SendingSettings).notifications_table)


@cache
def notifier() -> Notifier:
    """Return what sends."""
    from notify.words.composing import Composer  # noqa: PLC0415 - jinja2 is slow to import

    settings = load_settings(SendingSettings)
    dynamodb = client("dynamodb")
    return Notifier(
        ledger=MessageTable(_notifications()),
        orders=OrdersView(Table(dynamodb, settings.orders_table)),
        shipments=ShipmentsView(Table(dynamodb, settings.shipments_table)),
        shops=ShopsView(Table(dynamodb, settings.shops_table)),
        decider=Decider(ContactTable(_notifications())),
        wordings=Composer(CachedTemplates(TemplateTable(_notifications()))),
        links=UnsubscribeLinks(UnsubscribeSecret(_notifications()), settings.public_url),
        mail=SesMailSender(
            client_without_retries("sesv2"),
            sender=settings.mail_sender,
            configuration_set=settings.ses_configuration_set,
        ),
        sms=SnsSmsSender(client_without_retries("sns"), sender_id=settings.sms_sender_id),
        public_url=settings.public_url,
    )


@cache
def resumer() -> Resumer:
    """Return what takes up messages whose time has come."""
    return Resumer(MessageTable(_notifications()), notifier(), system_clock)
