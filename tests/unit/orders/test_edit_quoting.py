"""What an edit comes to, what it makes of an order, and what cannot be quoted."""

from dataclasses import replace

import pytest

from orders.details import MAX_STORED_BYTES
from orders.edits.edit import NewLine, NewQuantity, Wish
from orders.edits.models import EditOrder, read_wish
from orders.edits.quoting import applied, quote
from orders.order import MAX_LINES, OrderStatus
from tests.unit.orders.edit_builders import wish
from tests.unit.orders.orders_builders import money, placed, with_line
from waybill.amounts import MAX_AMOUNT
from waybill.problems import Conflict, Unprocessable


def pointers(caught):
    return [error.pointer for error in caught.value.errors]


def test_lower_and_removed_lines_give_back_their_part_of_discounts_and_tax():
    lines = [
        {
            "sku": "TEE",
            "quantity": 3,
            "unit_price": money(1000),
            "discount": money(100),
            "tax": money(50),
        },
        {"sku": "MUG", "quantity": 1, "unit_price": money(500)},
    ]
    order, details = placed(lines=lines)
    made = quote(order, details, wish(line_1=1, line_2=0))
    # TEE: the first of three units costs 1000 - 33 + 16, so two of them give back 1967
    assert (made.total_before, made.total_after) == (3450, 983)
    assert (made.charge, made.refund) == (0, 2467)
    assert made.cuts == {"line_1": 2, "line_2": 1}


def test_more_of_a_line_is_a_line_of_its_own_without_its_discount():
    lines = [{"sku": "TEE", "quantity": 2, "unit_price": money(1000), "discount": money(300)}]
    order, details = placed(lines=lines)
    made = quote(order, details, Wish(set_to=(NewQuantity("line_1", 5, tax=31),)))
    (more,) = made.added
    assert (more.sold.line_id, more.sold.sku, more.sold.quantity) == ("line_2", "TEE", 3)
    assert (more.sold.unit_price, more.sold.discount, more.sold.tax) == (1000, 0, 31)
    assert more.raises == "line_1"
    assert (made.charge, made.refund) == (3031, 0)
    edited, sold = applied(order, details, made)
    assert edited.total == sold.totals.total == 1700 + 3031
    assert (sold.totals.subtotal, sold.totals.tax, sold.totals.discount) == (5000, 31, 300)


def test_new_lines_and_the_price_of_shipping_are_added_up():
    order, details = placed(shipping_price=money(700))
    new = NewLine("CAP", 2, 450, discount=90, tax=40, title="Cap", requires_shipping=False)
    made = quote(order, details, wish(new, shipping=200))
    assert made.charge == 900 - 90 + 40 - 500
    edited, sold = applied(order, details, made)
    assert edited.current_total == made.total_after
    assert (sold.totals.shipping, sold.totals.total) == (200, edited.total)
    assert edited.lines[-1].line_id == sold.lines[-1].line_id == "line_3"
    assert not edited.lines[-1].requires_shipping
    assert (sold.lines[-1].title, sold.lines[-1].share) == ("Cap", 0)


def test_tax_is_no_price_where_prices_include_it():
    order, details = placed(prices_include_tax=True)
    assert quote(order, details, wish(NewLine("CAP", 1, 450, tax=40))).charge == 450


def test_what_was_given_back_already_is_not_given_back_again():
    order, details = placed()
    order = replace(order, removed=order.total)
    made = quote(order, details, wish(line_1=0))
    assert (made.total_before, made.charge, made.refund) == (0, 0, 0)


@pytest.mark.parametrize(
    "status", [s for s in OrderStatus if s not in {OrderStatus.PENDING, OrderStatus.CONFIRMED}]
)
def test_only_an_order_under_way_is_edited(status):
    order, details = placed()
    with pytest.raises(Conflict) as caught:
        quote(replace(order, status=status), details, wish(line_1=1))
    assert caught.value.extensions["order_status"] == status.value
    assert "possible" in caught.value.extensions


def test_what_has_left_is_not_edited():
    order, details = placed()
    sent = with_line(with_line(order, 0, fulfilled=2), 1, fulfilled=1)
    with pytest.raises(Conflict):
        quote(sent, details, wish(NewLine("CAP", 1, 1)))
    some = with_line(order, 0, fulfilled=1)
    assert quote(some, details, wish(line_1=1)).refund == 1999
    with pytest.raises(Conflict) as caught:
        quote(some, details, wish(line_1=0))
    assert caught.value.extensions["open"] == 1


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        (wish(line_9=1), "/lines/0/line_id"),
        (Wish(set_to=(NewQuantity("line_1", 1, tax=5),)), "/lines/0/tax"),
        (wish(NewLine("CAP", 1, 100, discount=101)), "/add/0/discount"),
        (wish(line_1=0, line_2=0), "/lines"),
        (wish(line_1=2), "/lines"),
        (wish(), "/lines"),
        (wish(NewLine("CAP", 1_000_000, MAX_AMOUNT)), "/add"),
        (wish(*[NewLine("CAP", 1, 1)] * (MAX_LINES - 1)), "/add"),
        (wish(*[NewLine("S" * 100, 1, 1, title="🧢" * 200)] * 300), "/add"),
    ],
)
def test_what_makes_no_sense_is_not_quoted(wanted, pointer):
    order, details = placed()
    with pytest.raises(Unprocessable) as caught:
        quote(order, details, wanted)
    assert pointers(caught) == [pointer]


@pytest.mark.parametrize(
    ("tax", "shipping", "pointer"), [(0, 0, []), (1, 0, ["/add"]), (0, 1, ["/add"])]
)
def test_an_edit_makes_no_order_that_no_answer_could_tell(tax, shipping, pointer):
    order, details = placed()
    dearest = NewLine("CAP", 1, MAX_AMOUNT - order.total, tax=tax)
    if not pointer:
        assert quote(order, details, wish(dearest, shipping=shipping)).total_after == MAX_AMOUNT
        return
    with pytest.raises(Unprocessable) as caught:
        quote(order, details, wish(dearest, shipping=shipping))
    assert pointers(caught) == pointer


def test_five_hundred_lines_are_quoted():
    order, details = placed()
    made = quote(order, details, wish(*[NewLine("CAP", 1, 1)] * (MAX_LINES - 2)))
    assert len(made.added) == MAX_LINES - 2


def test_what_is_to_be_shipped_needs_somewhere_to_go():
    lines = [{"sku": "PDF", "quantity": 1, "unit_price": money(5), "requires_shipping": False}]
    order, details = placed(lines=lines, shipping_address=None)
    with pytest.raises(Unprocessable) as caught:
        quote(order, details, wish(NewLine("CAP", 1, 1)))
    assert pointers(caught) == ["/add/0/requires_shipping"]
    assert quote(order, details, wish(NewLine("EPUB", 1, 1, requires_shipping=False)))


@pytest.mark.parametrize("missing", [("line1",), ("city",), ("country",), ("line1", "city")])
def test_an_address_that_lacks_a_part_is_nowhere_to_ship_to(missing):
    """A platform's order may have one."""
    lines = [{"sku": "PDF", "quantity": 1, "unit_price": money(5), "requires_shipping": False}]
    order, details = placed(lines=lines)
    nowhere = replace(details.shipping_address, **dict.fromkeys(missing, ""))
    with pytest.raises(Unprocessable) as caught:
        quote(order, replace(details, shipping_address=nowhere), wish(NewLine("CAP", 1, 1)))
    assert pointers(caught) == ["/add/0/requires_shipping"]


def test_a_request_is_read_in_the_orders_currency_alone():
    request = EditOrder.model_validate(
        {
            "add": [
                {
                    "sku": "CAP",
                    "quantity": 1,
                    "unit_price": money(1, "USD"),
                    "discount": money(1, "USD"),
                    "tax": money(1, "USD"),
                }
            ],
            "lines": [{"line_id": "line_1", "quantity": 3, "tax": money(1, "USD")}],
            "shipping_price": money(1, "USD"),
        }
    )
    with pytest.raises(Unprocessable) as caught:
        read_wish(request, "EUR")
    assert pointers(caught) == [
        "/add/0/unit_price/currency",
        "/add/0/discount/currency",
        "/add/0/tax/currency",
        "/lines/0/tax/currency",
        "/shipping_price/currency",
    ]
    read = read_wish(request, "USD")
    assert read.add == (NewLine("CAP", 1, 1, discount=1, tax=1),)
    assert (read.set_to, read.shipping) == ((NewQuantity("line_1", 3, 1),), 1)


def test_a_request_names_each_line_once_and_is_no_larger_than_what_is_stored():
    twice = [{"line_id": "line_1", "quantity": 1}] * 2
    with pytest.raises(ValueError, match="each line once"):
        EditOrder.model_validate({"lines": twice})
    line = {"sku": "S" * 100, "quantity": 1, "unit_price": money(1), "title": "🧢" * 200}
    request = EditOrder.model_validate({"add": [line] * 300})
    assert len(request.model_dump_json()) > MAX_STORED_BYTES / 4
    with pytest.raises(Unprocessable):
        read_wish(request, "EUR")
