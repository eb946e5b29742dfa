"""Who ordered, by the id that all rooms know a customer by. Pure."""

from orders.details import Details
from waybill.customers import customer_id


def customer_of(details: Details) -> str | None:
    """Return the id of who ordered; None where the shop told no address."""
    email = details.customer.email
    return customer_id(details.shop_id, email) if email else None
