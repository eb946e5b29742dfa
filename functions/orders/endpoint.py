"""The room's HTTP entry point, which its routes are declared on."""

from typing import Final

from orders.events import ROOM
from waybill.access import authenticator
from waybill.http import Api

ORDER: Final = "/v1/orders/<order_id>"
READ: Final = "orders:read"
WRITE: Final = "orders:write"

api: Final = Api(ROOM, authenticator)
