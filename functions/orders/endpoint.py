"""Orders' HTTP entry point, which the route modules declare their routes on."""

from typing import Final

from orders.events import ROOM
from waybill.access import authenticator
from waybill.http import Api

READ: Final = "orders:read"
WRITE: Final = "orders:write"

api: Final = Api(ROOM, authenticator)
