"""What the table tells of an order that should have been paid by now."""

from datetime import datetime
from typing import NamedTuple


class Overdue(NamedTuple):
    """An order whose time to be paid is over."""

    pay_by: datetime
    shop_id: str
    order_id: str
