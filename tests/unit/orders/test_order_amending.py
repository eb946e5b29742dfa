"""What an amendment does to an order: what it names, and nothing else."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from orders.amending.amend import amend
from orders.amending.models import AmendOrder
from orders.detail_items import details_item, read_details
from orders.items import order_item
from orders.lifecycle import with_hold
from orders.order import HoldKind, OrderStatus, Stamp
from orders.records import Happening
from tests.unit.orders.orders_builders import ADDRESS, NOW, SHOP, order, placed, with_line
from waybill import keys
from waybill.problems import Conflict, Unprocessable

PARIS = ADDRESS | {"line1": "Rue de Rivoli 1", "city": "Paris", "country": "FR"}


def wish(**body):
    return AmendOrder.model_validate(body)


def change(one, details, **body):
    return amend(one, details, wish(**body), NOW)


def details_after(made, before):
    return next((r for r in made.records if r.__class__ is before.__class__), before)


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"note": "ring\ntwice"}, "note", "ring\ntwice"),
        ({"note": None}, "note", None),
        ({"billing_address": None}, "billing_address", None),
        ({"metadata": {"b": "2", "a": None}}, "metadata", {"c": "3", "b": "2"}),
        ({"metadata": None}, "metadata", {}),
    ],
)
def test_what_is_named_is_touched_and_nothing_else(body, field, value):
    one, before = placed(note="n", billing_address=ADDRESS, metadata={"a": "1", "c": "3"})
    made = change(one, before, **body)
    assert details_after(made, before) == replace(before, **{field: value})
    assert made.order == one
    assert [(t.what, t.data) for t in made.told] == [(Happening.AMENDED, {"fields": [field]})]


def test_tags_are_the_orders_own():
    one, before = placed(tags=["gift"])
    made = change(one, before, tags=["vip"])
    assert (made.order, made.records) == (replace(one, tags=("vip",)), ())
    assert change(one, before, tags=None).order.tags == ()


def test_of_a_customer_only_what_is_named_changes():
    one, before = placed()
    after = details_after(change(one, before, customer={"email": "ana@x.example"}), before)
    assert after.customer == replace(before.customer, email="ana@x.example")
    after = details_after(change(one, before, customer={"phone": None}), before)
    assert after.customer == replace(before.customer, phone=None)


def test_what_is_as_it_was_is_no_change():
    one, before = placed(note="n", tags=["gift"])
    assert change(one, before) is None
    assert change(one, before, note="n", tags=["gift"], shipping_address=ADDRESS) is None


def test_the_country_follows_the_address():
    one, before = placed()
    made = change(one, before, shipping_address=PARIS)
    assert made.order.ship_country == "FR"
    assert details_after(made, before).shipping_address.city == "Paris"


def test_a_right_address_releases_the_hold_of_a_wrong_one():
    one, before = placed()
    held = with_hold(one, HoldKind.INCORRECT_ADDRESS, NOW, hold_id="hold_1")
    held = with_hold(held, HoldKind.OTHER, NOW, hold_id="hold_2")
    made = change(held, before, shipping_address=PARIS)
    assert [hold.id for hold in made.order.holds] == ["hold_2"]
    assert [told.what for told in made.told] == [Happening.AMENDED, Happening.HOLD_RELEASED]
    same = change(held, before, shipping_address=ADDRESS)
    assert [told.what for told in same.told] == [Happening.HOLD_RELEASED]


def test_an_order_that_waited_for_its_address_alone_goes_on():
    one, before = placed()
    one = replace(
        one,
        inventory_version=1,
        lines=tuple(replace(line, allocated=line.quantity) for line in one.lines),
    )
    held = with_hold(one, HoldKind.INCORRECT_ADDRESS, NOW, hold_id="hold_1")
    made = change(held, before, shipping_address=PARIS)
    assert made.order.status is OrderStatus.CONFIRMED


@pytest.mark.parametrize(
    "status", [OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.COMPLETED]
)
def test_an_ended_order_goes_nowhere_but_may_be_noted_on(status):
    ended, before = order(status), placed()[1]
    with pytest.raises(Conflict) as error:
        change(ended, before, shipping_address=PARIS)
    assert error.value.extensions["order_status"] == status.value
    assert change(ended, before, note="called twice").order == ended


def test_an_address_changes_until_all_is_shipped():
    one, before = placed()
    one = with_line(replace(one, status=OrderStatus.CONFIRMED), 0, fulfilled=2)
    assert change(one, before, shipping_address=PARIS)
    with pytest.raises(Conflict, match="was shipped"):
        change(with_line(one, 1, fulfilled=1), before, shipping_address=PARIS)


def test_an_address_is_taken_away_only_where_nothing_is_shipped():
    with pytest.raises(Unprocessable):
        change(*placed(), shipping_address=None)
    lines = [
        {
            "sku": "PDF",
            "quantity": 1,
            "unit_price": {"amount": 1, "currency": "EUR"},
            "requires_shipping": False,
        }
    ]
    made = change(*placed(lines=lines), shipping_address=None)
    assert made.order.ship_country == ""


def test_metadata_stays_bounded():
    one, before = placed(metadata={f"k{n}": "" for n in range(50)})
    with pytest.raises(Unprocessable):
        change(one, before, metadata={"one more": "1"})
    assert change(one, before, metadata={"one more": "1", "k0": None})


@pytest.mark.parametrize(
    "body",
    [
        {"status": "completed"},
        {"lines": []},
        {"customer": None},
        {"shipping_address": {"line1": "x"}},
        {"note": "\x00"},
        {"tags": ["t"] * 51},
        {"customer": {"email": "nobody"}},
    ],
)
def test_what_cannot_be_amended_is_refused(body):
    with pytest.raises(ValidationError):
        wish(**body)


def test_who_placed_an_order_is_known_whoever_amends_it():
    details = placed()[1]
    placer, clerk = Stamp(NOW, "key:a", "req-1"), Stamp(NOW, "key:b", "req-2")
    first = details_item(details, placer)
    assert "placed_by" not in first
    again = details_item(read_details(first), clerk, version=2)
    assert (again["actor"], read_details(again).placed_by) == ("key:b", "key:a")
    assert read_details(details_item(read_details(again), placer)).placed_by == "key:a"


def test_the_customers_index_follows_the_address():
    one, before = placed()
    stamp = Stamp(NOW, "key:a", "req-1")
    after = details_after(change(one, before, customer={"email": "ana@x.example"}), before)
    was, now = details_item(before, stamp), details_item(after, stamp)
    assert was["customer_pk"] != now["customer_pk"]
    assert now["customer_pk"].startswith(f"{SHOP}#cus_")
    gone = details_after(change(one, before, customer={"email": None}), before)
    assert not {"customer_pk", "customer_sk"} & set(details_item(gone, stamp))


def test_an_order_without_tags_or_amendments_stores_neither():
    one, _ = placed()
    item = order_item(one, Stamp(NOW, "key:a", "req-1"), demand_changed=True)
    assert not {"tags", "amended"} & set(item)
    assert item["pk"] == keys.order(SHOP, one.order_id)["pk"]
