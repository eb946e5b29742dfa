"""HTTP: quote, read, confirm and withdraw edits of orders."""

from functools import cache
from typing import Final

from orders.answers import OrderBody
from orders.composition import inventory, repository, writer
from orders.edits.answers import EditBody, present_edit
from orders.edits.models import EditOrder
from orders.edits.repository import EditRepository
from orders.edits.service import EditService, edit_url
from orders.endpoint import ORDER, READ, WRITE, api, decided
from orders.whole import whole
from waybill.http import Call, Reply

_EDIT: Final = f"{ORDER}/edits/<edit_id>"


@cache
def edits() -> EditService:
    """Return the use cases of edits."""
    return EditService(repository(), EditRepository(repository().table), writer(), inventory())


@api.route(
    "POST", f"{ORDER}/edits", scope=WRITE, body=EditOrder, returns={201: EditBody},
    failures=(409,), idempotency="optional",
)  # fmt: skip
def quote_edit(call: Call) -> Reply:
    """Quote an edit of an order: what it would be, and what that costs or gives back."""
    order_id = call.path["order_id"]
    edit, details = edits().quote(
        call.shop_id, order_id, call.caller.actor, call.parse(EditOrder), call.idempotency_key
    )
    return Reply(201, present_edit(edit, details), {"Location": edit_url(order_id, edit.edit_id)})


@api.route("GET", _EDIT, scope=READ, returns={200: EditBody})
def read_edit(call: Call) -> Reply:
    """Read an edit of an order."""
    edit, details = edits().edit(call.shop_id, call.path["order_id"], call.path["edit_id"])
    return Reply(200, present_edit(edit, details))


@api.route(
    "POST", f"{_EDIT}/confirm", scope=WRITE, returns={200: OrderBody}, failures=(409,), waits=True
)
def confirm_edit(call: Call) -> Reply:
    """Confirm a quoted edit; what it adds is reserved before anything changes."""
    order, details = edits().confirm(
        call.shop_id, call.path["order_id"], call.path["edit_id"], call.caller.actor
    )
    order, details, applied = decided(call, order, details)
    return whole(order, details, headers=applied)


@api.route("DELETE", _EDIT, scope=WRITE, returns={204: None}, failures=(409,))
def withdraw_edit(call: Call) -> Reply:
    """Withdraw a quoted edit."""
    edits().withdraw(call.shop_id, call.path["order_id"], call.path["edit_id"], call.caller.actor)
    return Reply(204)
