"""Where a message can go: an address that can be one, a number that can take an SMS."""

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from notify.ledger.messages import Reason

_MAX_EMAIL: Final = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
_MAX_LOCAL: Final = 64  # RFC 5321, section 4.5.3.1.1
# Orders checks addresses when it takes them; this keeps what is no single ASCII mailbox from
# becoming a second recipient or a header. SES takes no Unicode before the @.
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})

# Numbers that regulators keep for films and examples: valid in form, answered by nobody.
_RESERVED: Final = (
    re.compile(r"\+1\d{3}55501\d\d"),  # North America: 555-0100 to 555-0199 (ATIS-0300115)
    re.compile(r"\+447700900\d{3}"),  # United Kingdom: Ofcom, numbers for drama use
    re.compile(r"\+49(17139200|176040690)\d\d"),  # Germany: BNetzA, notice 148/2021
)


def email_recipient(text: str | None) -> str | Reason:
    """Return the address to write to, or why there is none."""
    if not text:
        return Reason.NO_CONTACT
    address = text.strip()
    local = address.partition("@")[0]
    if len(address) > _MAX_EMAIL or len(local) > _MAX_LOCAL or not _EMAIL.fullmatch(address):
        return Reason.INVALID_EMAIL
    return address


def sms_recipient(text: str | None, country: str | None) -> str | Reason:
    """Return the number in E.164, read in the country of delivery unless it names its own.

    Reserved numbers and those that take no SMS (landlines, premium rate) are reasons.
    """
    if not text:
        return Reason.NO_CONTACT
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return Reason.INVALID_PHONE
    form = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if any(reserved.fullmatch(form) for reserved in _RESERVED):
        return Reason.RESERVED_PHONE
    if number.extension or not phonenumbers.is_valid_number(number):
        return Reason.INVALID_PHONE
    if phonenumbers.number_type(number) not in _MOBILE:
        return Reason.NOT_A_MOBILE
    return form
