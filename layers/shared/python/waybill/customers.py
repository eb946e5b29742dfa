"""Who a shop's customer is: known by the e-mail address, the same however it is spelled. Pure."""

import unicodedata

from waybill.ids import derived_id


def customer_id(shop_id: str, email: str) -> str:
    """Return the id of a shop's customer; it tells nobody the address it was derived from."""
    return derived_id("cus", shop_id, normalised(email))


def normalised(email: str) -> str:
    """Return an address as every spelling of it that reaches the same mailbox is compared."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
