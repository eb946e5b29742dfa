"""What sends, put together: once for the bus's events, once for the schedule."""

from functools import cache

from notify.channels.senders import SesMailSender, SnsSmsSender
from notify.ledger.budgets import BudgetTable
from notify.ledger.repository import MessageTable
from notify.people.contacts import ContactTable
from notify.people.links import UnsubscribeLinks
from notify.people.secret import UnsubscribeSecret
from notify.policy.rules import Channel
from notify.sending.alerts import Alerts
from notify.sending.attempts import Attempts
from notify.sending.claims import Claims
from notify.sending.deciding import Decider
from notify.sending.notifier import Notifier
from notify.sending.reading import Reader
from notify.sending.resuming import Resumer
from notify.sending.spending import Budgets
from notify.sending.writing import Writer
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
    ledger = MessageTable(_notifications())
    reader = Reader(
        orders=OrdersView(Table(dynamodb, settings.orders_table)),
        shipments=ShipmentsView(Table(dynamodb, settings.shipments_table)),
        shops=ShopsView(Table(dynamodb, settings.shops_table)),
        operator_email=settings.operator_email,
    )
    claims = Claims(ledger, system_clock)
    wordings = Composer(CachedTemplates(TemplateTable(_notifications())))
    links = UnsubscribeLinks(UnsubscribeSecret(_notifications()), settings.public_url)
    return Notifier(
        reader=reader,
        decider=Decider(ContactTable(_notifications()), system_clock),
        writer=Writer(wordings, links, settings.public_url, system_clock),
        claims=claims,
        budgets=Budgets(BudgetTable(_notifications()), system_clock, _default_budgets(settings)),
        attempts=Attempts(ledger, *_channels(settings), system_clock),
        alerts=Alerts(ledger, reader, claims, system_clock),
        clock=system_clock,
    )


def _channels(settings: SendingSettings) -> tuple[SesMailSender, SnsSmsSender]:
    mail = SesMailSender(
        client_without_retries("sesv2"),
        sender=settings.mail_sender,
        configuration_set=settings.ses_configuration_set,
    )
    sms = SnsSmsSender(
        client_without_retries("sns"),
        sender_id=settings.sms_sender_id,
        max_price=settings.sms_max_price,
    )
    return mail, sms


def _default_budgets(settings: SendingSettings) -> dict[Channel, int | None]:
    texts = {
        Channel.EMAIL: settings.mails_per_shop_and_day,
        Channel.SMS: settings.sms_per_shop_and_day,
    }
    return {channel: int(text) if text else None for channel, text in texts.items()}


@cache
def resumer() -> Resumer:
    """Return what takes up messages whose time has come."""
    return Resumer(MessageTable(_notifications()), notifier(), system_clock)
