"""What the API answers of an edit, and the one place that converts it."""

from orders.details import DetailLine, Details
from orders.edits.edit import Edit, QuoteState
from waybill.http import Instant, Model
from waybill.money import Money


class EditLineBody(Model):
    """A line as it would be: ``quantity`` units wanted, ``previous_quantity`` before.

    ``discount`` and ``tax`` are for the whole line as it was agreed; more units of a line are a
    line of their own, and ``raises`` names the one that they are more of.
    """

    id: str
    sku: str
    title: str | None
    previous_quantity: int
    quantity: int
    unit_price: Money
    discount: Money
    order_discount: Money
    tax: Money
    raises: str | None


class EditBody(Model):
    """An edit; its confirmation changes the order's total by exactly ``charge`` or ``refund``."""

    id: str
    order_id: str
    state: QuoteState
    reason: str | None
    note: str | None
    lines: list[EditLineBody]
    previous_shipping_price: Money
    shipping_price: Money
    previous_total: Money
    total: Money
    charge: Money
    refund: Money
    created_at: Instant
    expires_at: Instant


def present_edit(edit: Edit, details: Details) -> EditBody:
    """Return an edit as it stands; equal values give equal bytes."""
    made = edit.quote
    sold = {line.line_id: line for line in details.lines}

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=edit.currency)

    def line(one: DetailLine, before: int, after: int, raises: str | None = None) -> EditLineBody:
        return EditLineBody(
            id=one.line_id,
            sku=one.sku,
            title=one.title,
            previous_quantity=before,
            quantity=after,
            unit_price=money(one.unit_price),
            discount=money(one.discount),
            order_discount=money(one.share),
            tax=money(one.tax),
            raises=raises,
        )

    return EditBody(
        id=edit.edit_id,
        order_id=edit.order_id,
        state=edit.state,
        reason=edit.reason,
        note=edit.wish.note,
        lines=[
            *(line(sold[k.line_id], k.before, k.after) for k in made.kept),
            *(line(one.sold, 0, one.sold.quantity, one.raises) for one in made.added),
        ],
        previous_shipping_price=money(made.shipping_before),
        shipping_price=money(made.shipping_after),
        previous_total=money(made.total_before),
        total=money(made.total_after),
        charge=money(made.charge),
        refund=money(made.refund),
        created_at=edit.created_at,
        expires_at=edit.expires_at,
    )
