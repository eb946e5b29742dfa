"""What each of the room's functions is told by its environment."""

from dataclasses import dataclass

from waybill.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ApiSettings(Settings):
    """For the room's API; of orders and shipments it shows previews of what they are told."""

    notifications_table: str
    orders_table: str
    shipments_table: str
    shops_table: str
    public_url: str = ""
    """As :attr:`SendingSettings.public_url`."""


@dataclass(frozen=True, kw_only=True)
class SendingSettings(Settings):
    """For sending."""

    notifications_table: str
    orders_table: str
    shipments_table: str
    shops_table: str
    mail_sender: str
    """The From address; its domain or itself is verified with SES."""
    ses_configuration_set: str = ""
    public_url: str = ""
    """Base of the tracking pages; without it messages carry no link."""
    sms_sender_id: str = "Waybill"
    """Shown as the sender where a country allows it: 1 to 11 letters and digits."""
    sms_max_price: str = ""
    """What one SMS may cost, in US dollars; "": what the account's own limit says."""
    operator_email: str = ""
    """Who is told of what is no shop's, such as a carrier that fails; "": nobody."""
    mails_per_shop_and_day: str = ""
    """Of shops that name no budget of their own; "": any number."""
    sms_per_shop_and_day: str = ""
    """As :attr:`mails_per_shop_and_day`."""


@dataclass(frozen=True, kw_only=True)
class InboundSmsSettings(Settings):
    """For what recipients send."""

    notifications_table: str
    sms_sender_id: str = "Waybill"
    """As :attr:`SendingSettings.sms_sender_id`; its answers begin with it."""


@dataclass(frozen=True, kw_only=True)
class MailFeedbackSettings(Settings):
    """For what SES tells of mails."""

    notifications_table: str
