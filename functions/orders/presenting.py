"""How an order becomes an answer of the API: the one place that converts it."""

from collections.abc import Sequence

from orders.answers import (
    AddressBody,
    BalanceBody,
    CustomerBody,
    DiscountBody,
    HoldBody,
    LineBody,
    OrderBody,
    OrderEditBody,
    OrderReturnBody,
    OrderRow,
    OrderShipmentBody,
    PaymentBody,
    QuantitiesBody,
    TotalsBody,
)
from orders.customers import customer_of
from orders.details import Address, Customer, DetailLine, Details, Totals
from orders.order import Hold, Line, Order, OrderEdit, Payment
from orders.payments.facts import balance
from orders.records import PaymentFact
from orders.status import statuses
from waybill.money import Money


def present_row(order: Order) -> OrderRow:
    """Return an order as a list shows it."""
    derived = statuses(order)
    return OrderRow(
        id=order.order_id,
        number=order.number,
        status=order.status,
        payment_status=derived.payment,
        inventory_status=derived.inventory,
        fulfillment_status=derived.fulfillment,
        return_status=derived.returns,
        channel=order.channel,
        external_id=order.external_id,
        total=Money(amount=order.total, currency=order.currency),
        holds=[_hold(hold) for hold in order.holds],
        test=order.test,
        placed_at=order.placed_at,
        updated_at=order.updated_at,
    )


def present(order: Order, details: Details, facts: Sequence[PaymentFact] = ()) -> OrderBody:
    """Return an order, whole; equal values give equal bytes.

    ``facts`` are the payments told of after it was placed.
    """
    derived = statuses(order)
    currency = order.currency
    priced = {line.line_id: line for line in details.lines}
    return OrderBody(
        id=order.order_id,
        number=order.number,
        status=order.status,
        payment_status=derived.payment,
        inventory_status=derived.inventory,
        fulfillment_status=derived.fulfillment,
        return_status=derived.returns,
        holds=[_hold(hold) for hold in order.holds],
        channel=order.channel,
        external_id=order.external_id,
        currency=currency,
        lines=[_line(line, priced[line.line_id], currency) for line in order.agreed_lines],
        discounts=[
            DiscountBody(code=d.code, amount=Money(amount=d.amount, currency=currency))
            for d in details.discounts
        ],
        totals=_totals(details.totals, currency),
        current_total=Money(amount=order.current_total, currency=currency),
        prices_include_tax=details.prices_include_tax,
        payments=[_placed_payment(payment, details) for payment in details.payments]
        + [present_fact(fact, currency) for fact in facts],
        balance=_balance(order),
        allocation=order.allocation,
        customer_id=customer_of(details),
        customer=_customer(details.customer),
        shipping_address=_address(details.shipping_address),
        billing_address=_address(details.billing_address),
        shipments=[
            OrderShipmentBody(
                id=shipment_id, delivered=shipment.delivered, unmatched=shipment.unmatched
            )
            for shipment_id, shipment in sorted(order.shipments.items())
        ],
        edit=_edit(order.edit),
        returns=[
            OrderReturnBody(id=return_id, status=state)
            for return_id, state in sorted(order.returns.items())
        ],
        tags=list(order.tags),
        note=details.note,
        metadata=dict(sorted(details.metadata.items())),
        test=order.test,
        cancel_reason=order.cancel_reason,
        cancelled_at=order.cancelled_at,
        placed_at=order.placed_at,
        updated_at=order.updated_at,
    )


def present_fact(fact: PaymentFact, currency: str) -> PaymentBody:
    """Return a payment told of after the order was placed."""
    return PaymentBody(
        id=fact.payment_id,
        kind=fact.payment.kind,
        amount=Money(amount=fact.payment.amount, currency=currency),
        reference=fact.payment.reference,
        return_id=fact.return_id,
        recorded_at=fact.at,
    )


def _placed_payment(payment: Payment, details: Details) -> PaymentBody:
    return PaymentBody(
        id=None,
        kind=payment.kind,
        amount=Money(amount=payment.amount, currency=details.currency),
        reference=payment.reference,
        return_id=None,
        recorded_at=details.placed_at,
    )


def _balance(order: Order) -> BalanceBody:
    left = balance(order)
    return BalanceBody(
        to_collect=Money(amount=left.to_collect, currency=order.currency),
        to_refund=Money(amount=left.to_refund, currency=order.currency),
    )


def _hold(hold: Hold) -> HoldBody:
    return HoldBody(id=hold.id, kind=hold.kind, placed_at=hold.placed_at, note=hold.note)


def _edit(edit: OrderEdit | None) -> OrderEditBody | None:
    if edit is None:
        return None
    return OrderEditBody(id=edit.edit_id, state=edit.state, reason=edit.reason)


def _customer(customer: Customer) -> CustomerBody:
    return CustomerBody(email=customer.email, name=customer.name, phone=customer.phone)


def _address(address: Address | None) -> AddressBody | None:
    if address is None:
        return None
    return AddressBody(
        name=address.name,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )


def _line(line: Line, priced: DetailLine, currency: str) -> LineBody:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=currency)

    return LineBody(
        id=line.line_id,
        sku=line.sku,
        title=priced.title,
        quantity=line.quantity,
        unit_price=money(priced.unit_price),
        discount=money(priced.discount),
        order_discount=money(priced.share),
        tax=money(priced.tax),
        requires_shipping=line.requires_shipping,
        quantities=QuantitiesBody(
            ordered=line.quantity,
            cancelled=line.cancelled,
            allocated=line.allocated,
            backordered=line.backordered,
            fulfilled=line.fulfilled,
            delivered=line.delivered,
            returned=line.returned,
            refunded=line.refunded,
        ),
    )


def _totals(totals: Totals, currency: str) -> TotalsBody:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=currency)

    return TotalsBody(
        subtotal=money(totals.subtotal),
        discount=money(totals.discount),
        shipping=money(totals.shipping),
        tax=money(totals.tax),
        total=money(totals.total),
    )
