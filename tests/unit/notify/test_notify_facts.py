"""What a message says is drawn from what is stored: goods, sums, estimates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notify.words.facts import ItemLine, OrderLine, ParcelLine, SkuLine
from notify.words.shop_wording import shop_facts_of, shop_locale
from notify.words.wording import Reader, Subject, facts_of, locale_of, zone_of
from tests.unit.notify.notify_world import PUBLIC_URL, a_world

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
READER = Reader(NOW, public_url=PUBLIC_URL)
LINES = [
    {"line_id": "1", "sku": "MUG-1", "quantity": 3},
    {"line_id": "2", "sku": "MUG-2", "quantity": 1},
]
SOLD = [
    {"line_id": "1", "sku": "MUG-1", "title": "Blue mug", "quantity": 3, "unit_price": 1200},
    {"line_id": "2", "sku": "MUG-2", "title": "Red mug", "quantity": 1, "unit_price": 1000},
]
TOTALS = {"subtotal": 4600, "discount": 100, "shipping": 490, "tax": 797, "total": 4990}


def subject(details=None, **order):
    world = a_world()
    return Subject(world.order | order, world.details | (details or {}), world.store, None)


def facts(of, data=None, *, locale="de-DE", reader=READER):
    return facts_of(of, data or {}, locale=locale, reader=reader)


def shipped(*estimates, **order):
    world = a_world()
    parcels = [
        {"carrier": "ems", "tracking_number": f"EE12345678{n}DE"}
        | ({"estimate": text} if text else {})
        for n, text in enumerate(estimates)
    ]
    shipment = world.parcel | {"parcels": parcels}
    return Subject(world.order | order, world.details, world.store, shipment)


def seconds(at):
    return int(at.timestamp())


def test_a_confirmation_names_what_is_left_of_the_order():
    lines = [
        {"line_id": "1", "sku": "MUG-1", "quantity": 3, "cancelled": 1},
        {"line_id": "2", "sku": "MUG-2", "quantity": 2, "cancelled": 2},
    ]
    told = facts(subject(lines=lines))
    assert told.items == (ItemLine("Blue mug", 2),)
    assert told.total == ""  # what the rest costs is not known here
    cancelled = facts(subject(lines=lines, status="cancelled"))
    assert [line.quantity for line in cancelled.items] == [3, 2]


def test_a_confirmation_adds_up():
    told = facts(
        subject({"lines": SOLD, "totals": TOTALS, "prices_include_tax": True}, lines=LINES)
    )
    assert [item.price for item in told.items] == ["36,00\xa0€", "10,00\xa0€"]
    assert (told.subtotal, told.discount, told.shipping) == (
        "46,00\xa0€",
        "-1,00\xa0€",
        "4,90\xa0€",
    )
    assert (told.tax, told.included_tax, told.total) == ("", "7,97\xa0€", "49,90\xa0€")


def test_tax_on_top_is_part_of_the_sum_and_what_is_nothing_is_left_out():
    totals = {"subtotal": 4600, "discount": 0, "shipping": 0, "tax": 874, "total": 5474}
    told = facts(subject({"lines": SOLD, "totals": totals}, lines=LINES))
    assert (told.tax, told.included_tax) == ("8,74\xa0€", "")
    assert (told.discount, told.shipping) == ("", "")


@pytest.mark.parametrize("changed", [{"unit_price": 1}, {"line_id": "9"}, {"unit_price": None}])
def test_parts_that_do_not_come_to_the_subtotal_are_not_named(changed):
    sold = [SOLD[0] | changed, SOLD[1]]
    told = facts(subject({"lines": sold, "totals": TOTALS}, lines=LINES))
    assert told.total == "49,90\xa0€"
    assert {told.subtotal, told.discount, told.shipping, told.tax, told.included_tax} == {""}
    assert {item.price for item in told.items} == {""}


def test_a_shipment_names_its_own_lines_and_its_page_and_no_sums():
    world = a_world()
    world.parcel["lines"] = [{"line_id": "1", "quantity": 1}]
    told = facts(Subject(world.order, world.details, world.store, world.parcel))
    assert told.items == (ItemLine("Blue mug", 1),)
    assert told.tracking_url == f"{PUBLIC_URL}/track/tok_en-1"
    assert told.parcels == (ParcelLine("EMS", "EE123456785DE"),)
    assert told.total == ""


@pytest.mark.parametrize(
    ("country", "locale"),
    [("DE", "de-DE"), ("AT", "de-AT"), ("CH", "de-CH"), ("FR", "fr-FR"), ("US", "en-US")],
)
def test_the_language_is_the_one_of_the_country_of_delivery(country, locale):
    assert locale_of(subject(ship_country=country)) == locale


def test_the_readers_own_language_comes_first_and_english_last():
    assert locale_of(subject(ship_country="DE"), "pt-BR") == "pt-BR"
    assert locale_of(subject(ship_country=None)) == "de-DE"  # the address says Germany
    assert locale_of(Subject({"status": "confirmed"}, {}, {}, None)) == "en"


@pytest.mark.parametrize(
    ("own", "country", "shops", "zone"),
    [
        ("Asia/Tokyo", "DE", "Europe/London", "Asia/Tokyo"),
        ("Mars/Base", "DE", "Europe/London", "Europe/Berlin"),
        (None, "DE", "Europe/London", "Europe/Berlin"),
        (None, "US", "Europe/London", "Europe/London"),  # whose clocks do not agree
        (None, None, "Europe/London", "Europe/London"),
        (None, None, None, "UTC"),
        (None, "XX", "Mars/Base", "UTC"),
    ],
)
def test_times_are_on_the_clocks_of_reader_destination_or_shop(own, country, shops, zone):
    of = Subject({"status": "x", "ship_country": country}, {}, {"time_zone": shops}, None)
    assert str(zone_of(of, Reader(NOW, own))) == zone


def test_a_mail_about_a_gift_greets_who_reads_it():
    gift = {"customer": {"name": "Jane Canary"}, "shipping_address": {"name": "Tom Finch"}}
    assert facts(subject(gift)).name == "Jane Canary"
    assert facts(subject(gift | {"customer": None})).name == "Tom Finch"


def test_the_day_it_was_placed_is_the_readers():
    of = subject(placed_at="2026-11-26T23:30:00.000Z")
    assert facts(of).placed_on == "27. November 2026"
    assert facts(of, reader=Reader(NOW, "America/New_York")).placed_on == "26. November 2026"
    assert facts(subject()).placed_on == ""


MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("estimates", "text"),
    [
        # A day from midnight to midnight where it is delivered.
        ([f"{seconds(MONDAY) - 3600}o+60/86400"], "Montag, 30. November 2026"),
        # A day of a place that is not known: the day that was named, not the reader's.
        ([f"{seconds(MONDAY)}u/86400"], "Montag, 30. November 2026"),
        (
            [f"{seconds(MONDAY) + 9 * 3600}o+60/10800"],
            "Montag, 30. November 2026, 10:00\u201313:00 Uhr",
        ),
        ([f"{seconds(MONDAY) + 9 * 3600}u/0"], "Montag, 30. November 2026, 10:00"),
        ([f"{seconds(MONDAY)}o+0/172800"], "Mo., 30. Nov.\u2009\u2013\u2009Di., 1. Dez. 2026"),
        ([f"{seconds(MONDAY)}u/86400", ""], ""),
        ([""], ""),
        (["nonsense"], ""),
        (
            [f"{seconds(MONDAY)}u/86400", f"{seconds(MONDAY) + 86400}u/86400"],
            "Dienstag, 1. Dezember 2026",
        ),
        ([f"{seconds(NOW - timedelta(days=2))}u/86400"], ""),  # past
    ],
)
def test_an_estimate_in_the_readers_form(estimates, text):
    assert facts(shipped(*estimates)).estimated_delivery == text


def test_what_has_ended_has_no_say_in_what_is_expected():
    of = shipped(f"{seconds(MONDAY)}u/86400", "", f"{seconds(MONDAY) + 86400}u/86400")
    parcels = of.shipment["parcels"]
    for ended, text in (
        ([1], "Dienstag, 1. Dezember 2026"),
        ([1, 2], "Montag, 30. November 2026"),
        ([2], ""),  # of one that is under way nothing is known
        ([0, 1, 2], ""),
    ):
        marked = [p | {"ended": True} if n in ended else p for n, p in enumerate(parcels)]
        told = facts(replace(of, shipment=of.shipment | {"parcels": marked}))
        assert told.estimated_delivery == text


def test_what_was_expected_before_is_told_by_the_event():
    before = {
        "from": "2026-11-26T00:00:00+01:00",
        "to": "2026-11-27T00:00:00+01:00",
        "day": "2026-11-26",
    }
    told = facts(shipped(""), {"previous": before})
    assert told.previous_estimate == "Donnerstag, 26. November 2026"  # past or not


def test_hours_before_and_now_are_on_the_same_clocks_where_the_place_is_not_known():
    start = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    before = {"from": "2026-11-28T09:00:00.000Z", "to": "2026-11-28T12:00:00.000Z"}
    told = facts(shipped(f"{seconds(start)}u/10800"), {"previous": before | {"day": "2026-11-28"}})
    assert told.estimated_delivery == "Montag, 30. November 2026, 10:00\u201313:00 Uhr"
    assert told.previous_estimate == "Samstag, 28. November 2026, 10:00\u201313:00 Uhr"


def test_a_refund_is_told_in_its_currency():
    data = {"kind": "refunded", "amount": 129900, "currency": "JPY"}
    assert facts(subject(), data).refunded == "129.900\xa0¥"
    assert facts(subject(), data | {"kind": "captured"}).refunded == ""


def test_a_shop_is_told_in_its_own_language_and_time():
    shop = {"name": "Tassen\r\nBcc: x", "country": "AT", "time_zone": "Europe/Vienna"}
    skus = [{"sku": f"S{n}", "location_id": "hq", "kind": "low"} for n in range(60)]
    data = {
        "orders": [{"number": "1001", "holds": ["OTHER", "AWAITING_PAYMENT"]}],
        "more": 5,
        "skus": skus,
        "carrier": "dhl",
        "since": "2026-11-27T08:05:00.000Z",
        "day": "2026-11-27",
        "limit": 500,
    }
    assert shop_locale(shop) == "de-AT"
    assert shop_locale({}) == "en"
    told = shop_facts_of(shop, data, locale="de-AT")
    assert told.shop_name == "Tassen Bcc: x"
    assert told.orders == (OrderLine("1001", "AWAITING_PAYMENT"),)
    assert (len(told.skus), told.more_skus) == (50, 15)
    assert told.skus[0] == SkuLine("S0", "hq", "low")
    assert (told.carrier, told.since, told.day) == (
        "DHL",
        "27. November 2026, 09:05",
        "27. November 2026",
    )
