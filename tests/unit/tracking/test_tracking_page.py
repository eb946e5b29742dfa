"""The public page: plain, escaped, nothing personal; and the events of a change."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest

from tests.support.tracking import NOW, a_shipment, answers, scan, told
from tracking.carriers.base import Answer
from tracking.carriers.places import Place
from tracking.carriers.times import whole_day
from tracking.events import events_of
from tracking.news.answers import hear
from tracking.page import rendering
from tracking.page.models import PublicScan
from tracking.page.presenting import is_plain_place, public_page
from tracking.parcels.shipment import Line, Parcel, Shipment, State
from tracking.parcels.states import Certainty, Estimate, Scan, Status, scan_of
from tracking.shipments.listing import cut
from tracking.shipments.presenting import scans_newest_first, shipment_view
from tracking.shipments.stored import from_item, index_items, to_item
from waybill.batch import Change
from waybill.clock import from_text, to_text
from waybill.dynamo import Item


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def followed(*scans: Scan) -> Shipment:
    return hear(a_shipment(), "ems", answers({"EE00": told(*scans)}), NOW).shipment


def read(shipment: Shipment, shop: str | None = "Tea & <Co>") -> _Words:
    words = _Words()
    words.feed(rendering.render(public_page(shipment, shop, NOW)))
    return words


def test_the_page_says_where_it_is_in_our_words() -> None:
    shown = read(followed(scan("EMC", 9, "Paris"), scan("EME", 2, "Berlin", "for J. Smith")))
    assert "Held by customs" in shown.words
    assert "Paris" in shown.words
    assert "Sent by Tea & <Co>" in shown.words
    assert "22 November 2026, 10:00 UTC" in shown.words
    assert "Smith" not in shown.words  # a carrier's own words may name the recipient
    assert {"html", "title", "main", "h1", "h2", "ol", "li", "time"} <= set(shown.tags)


@pytest.mark.parametrize(
    ("status", "sub_status", "words"),
    [
        (Status.EXCEPTION, "", "Delayed by a problem"),
        (Status.EXCEPTION, "customs_docs", "Held by customs, documents are needed"),
        (Status.EXCEPTION, "unheard_of", "Delayed by a problem"),
        (Status.IN_TRANSIT, "customs_cleared", "Released by customs"),
        (
            Status.RETURNING,
            "undeliverable",
            "On its way back to the sender: could not be delivered",
        ),
        (Status.DELIVERY_ATTEMPTED, "recipient_absent", "Delivery was attempted: nobody was there"),
    ],
)
def test_a_reason_stands_for_the_status_only_where_it_says_it_all(
    status: Status, sub_status: str, words: str
) -> None:
    shipment = replace(a_shipment(), state=State(status, sub_status))
    assert public_page(shipment, None, NOW).what == words


def test_nothing_from_outside_becomes_markup() -> None:
    shown = read(followed(scan("EMC", 1, "<script>alert(1)</script>")), "<img src=x>")
    assert not {"script", "img"} & set(shown.tags)


def test_a_place_that_may_hold_more_than_a_place_is_left_out() -> None:
    for place in (
        "Recipient: Ada Muster +49 151 23456789",
        "ada@example.org",
        "call 0151 234567",
        "Locker 4, code: 1",
        "+49",
        "Muster, Ada, Hauptstrasse 12, 10115 Berlin",
        "12345",
        "<b>Berlin</b>",
    ):
        shipment = followed(scan("EMC", 1, place))
        assert shipment.parcels[0].scans
        assert [s.place for s in public_page(shipment, None, NOW).parcels[0].scans] == [None]
        assert place not in read(shipment).words
    for place in (
        "BERLIN 10",
        "10115 Berlin",
        "London Heathrow (UK)",
        "Saint-Jean-d'Ang\N{LATIN SMALL LETTER E WITH ACUTE}ly",
        "\N{CJK UNIFIED IDEOGRAPH-5317}\N{CJK UNIFIED IDEOGRAPH-4EAC}",
        "SW1A 1AA",
    ):
        assert is_plain_place(place)
        assert place in read(followed(scan("EMC", 1, place))).words


def test_a_page_escapes_what_it_is_given_and_breaks_long_words() -> None:
    words = _Words()
    given = PublicScan(occurred_at=NOW, local_time=None, what="<b>", place="<script>x</script>")
    shown = public_page(a_shipment(), "<img src=x>", NOW)
    parcel = shown.parcels[0].model_copy(update={"scans": [given]})
    text = rendering.render(shown.model_copy(update={"parcels": [parcel]}))
    words.feed(text)
    assert not {"b", "script", "img"} & set(words.tags)
    assert "overflow-wrap:anywhere" in text


def test_local_time_is_shown_where_it_is_known() -> None:
    at = scan_of(NOW, Certainty.OFFSET, "EMC", offset=330)
    assert "22 November 2026, 17:30 local time" in read(followed(at)).words


def test_a_new_shipment_has_a_page_too_and_an_unknown_one_a_hint() -> None:
    assert "reported nothing yet" in read(a_shipment()).words
    assert "Nothing is tracked here" in rendering.render_unknown()


def test_the_view_shows_scans_newest_first_with_their_meaning() -> None:
    shipment = followed(scan("EMA", 9, "A"), scan("EMC", 5, "B", "left"), scan("ZZZ", 1, "C"))
    views = [view for _, view in scans_newest_first(shipment)]
    assert [(v.code, v.status, v.text) for v in views] == [
        ("ZZZ", None, ""),
        ("EMC", "in_transit", "left"),
        ("EMA", "picked_up", "Posting/collection"),
    ]
    shown = shipment_view(shipment, "https://x.example/")
    assert shown.tracking_url == f"https://x.example/track/{shipment.token}"
    assert shown.parcels[0].raw is not None
    assert shown.parcels[0].raw.text == "left"


def test_pages_show_scans_that_agree_in_all_each_once() -> None:
    shipment = followed(*(scan("EMH", 5, "A", words) for words in "abc"), scan("EMI", 1))
    listed, start = [], None
    while True:
        page_of_one, start = cut(scans_newest_first(shipment), 1, start)
        listed += [view.text for view in page_of_one]
        if start is None:
            break
    assert listed == ["Final delivery", "c", "b", "a"]


def expecting(
    hours: float, certainty: Certainty = Certainty.PLACE, offset: int | None = 60, days: int = 0
) -> Shipment:
    """A shipment expected from midnight of 24 November in Berlin, for so long."""
    start = datetime(2026, 11, 23, 23, tzinfo=UTC)
    estimate = Estimate(start, start + timedelta(days=days, hours=hours), certainty, offset)
    shipment = a_shipment()
    return replace(shipment, parcels=(replace(shipment.parcels[0], estimate=estimate),))


@pytest.mark.parametrize(
    ("shipment", "words"),
    [
        (expecting(24), "Expected 24 November 2026<"),
        (expecting(24, days=1), "Expected 24 November 2026 to 25 November 2026<"),
        (expecting(2), "Expected 24 November 2026, 00:00 to 02:00<"),
        (expecting(0), "Expected 24 November 2026, 00:00<"),
        (expecting(2, Certainty.UTC, None), "Expected 23 November 2026, 23:00 to 01:00 UTC<"),
    ],
)
def test_what_is_expected_stands_on_the_page(shipment: Shipment, words: str) -> None:
    shown = public_page(shipment, None, NOW)
    assert words in rendering.render(shown)
    twice = replace(shipment, parcels=shipment.parcels * 2)
    assert rendering.render(public_page(twice, None, NOW)).count(words) == 2
    assert "Expected" not in rendering.render(public_page(a_shipment(), None, NOW))


@pytest.mark.parametrize(
    ("day", "place", "words"),
    [
        (date(2026, 10, 25), Place("DE"), "Expected 25 October 2026<"),  # 25 hours
        (date(2026, 11, 1), Place("US", "NY"), "Expected 1 November 2026<"),
        (date(2027, 3, 28), Place("DE"), "Expected 28 March 2027<"),  # 23 hours
        (date(2027, 3, 14), Place("US", "NY"), "Expected 14 March 2027<"),
    ],
)
def test_a_day_on_which_clocks_change_is_one_day(day: date, place: Place, words: str) -> None:
    shipment, estimate = a_shipment(), whole_day(day, place)
    shipment = replace(shipment, parcels=(replace(shipment.parcels[0], estimate=estimate),))
    assert words in rendering.render(public_page(shipment, None, estimate.start))


@pytest.mark.parametrize(
    ("shipment", "words"),
    [
        (expecting(24), "24 November 2026"),
        (expecting(2), "24 November 2026, 00:00 to 02:00"),
        (expecting(0), "24 November 2026, 00:00"),
    ],
)
def test_an_estimate_is_shown_as_late_from_its_last_instant_on(
    shipment: Shipment, words: str
) -> None:
    estimate = shipment.parcels[0].estimate
    assert estimate is not None
    before = public_page(shipment, None, estimate.end - timedelta(seconds=1))
    assert "Expected 24 November 2026" in rendering.render(before)
    assert before.estimated_delivery is not None
    assert before.passed_estimate is before.parcels[0].passed_estimate is None
    shown = public_page(shipment, None, estimate.end)
    page = rendering.render(shown)
    assert "Later than expected; the carrier has named no new date yet" in page
    assert f"Its last estimate was {words}<" in page
    assert "Expected " not in page
    assert shown.estimated_delivery is shown.parcels[0].estimated_delivery is None
    assert shown.passed_estimate == shown.parcels[0].passed_estimate == before.estimated_delivery


def test_a_day_of_no_known_zone_is_over_when_it_is_over_everywhere() -> None:
    shipment = expecting(24, Certainty.ASSUMED, None)
    over_in_utc = datetime(2026, 11, 24, 23, tzinfo=UTC)
    for hours, is_late in ((0, False), (11.9, False), (12, True)):
        shown = public_page(shipment, None, over_in_utc + timedelta(hours=hours))
        assert (shown.estimated_delivery is None) is is_late
        assert (shown.passed_estimate is not None) is is_late


@pytest.mark.parametrize(
    ("code", "is_late"),
    [("EMC", True), ("EDG", True), ("EDH", False), ("EMH", False), ("EDX", False), ("EMI", False)],
)
def test_what_has_arrived_was_brought_or_comes_back_is_not_late(code: str, is_late: bool) -> None:
    shipment = expecting(24)
    parcel = replace(shipment.parcels[0], scans=(scan(code),))
    shown = public_page(replace(shipment, parcels=(parcel,)), None, NOW + timedelta(days=30))
    assert ("Later than expected" in rendering.render(shown)) is is_late
    assert shown.estimated_delivery is None


def test_a_shipment_is_late_with_its_first_parcel() -> None:
    late, coming = expecting(24).parcels[0], expecting(24, days=9).parcels[0]
    shipment = replace(a_shipment(), parcels=(late, coming))
    shown = public_page(shipment, None, NOW + timedelta(days=4))
    assert shown.estimated_delivery is None
    assert shown.passed_estimate == shown.parcels[0].passed_estimate is not None
    assert shown.parcels[1].estimated_delivery is not None
    page = rendering.render(shown)
    assert page.count("Later than expected") == page.count("Expected ") == 1
    picked_up = replace(late, scans=(scan("EDH"),))
    shown = public_page(replace(shipment, parcels=(picked_up, coming)), None, NOW + timedelta(4))
    assert shown.estimated_delivery == shown.parcels[1].estimated_delivery


def test_of_two_parcels_that_are_late_the_later_estimate_is_the_shipments() -> None:
    first, last = expecting(24).parcels[0], expecting(24, days=1).parcels[0]
    for parcels in ((first, last), (last, first)):
        shown = public_page(replace(a_shipment(), parcels=parcels), None, NOW + timedelta(days=9))
        late = [each.passed_estimate for each in shown.parcels]
        assert shown.passed_estimate == late[parcels.index(last)] is not None


def test_the_view_tells_what_is_expected_on_both_clocks() -> None:
    view = shipment_view(expecting(24), "https://x.example/").model_dump(mode="json")
    assert view["estimated_delivery"] == {
        "earliest": "2026-11-23T23:00:00.000Z",
        "latest": "2026-11-24T23:00:00.000Z",
        "local_earliest": "2026-11-24T00:00:00+01:00",
        "local_latest": "2026-11-25T00:00:00+01:00",
        "certainty": "place",
    }
    assert view["parcels"][0]["estimated_delivery"] == view["estimated_delivery"]
    assert shipment_view(a_shipment(), "").estimated_delivery is None


def test_every_time_is_told_in_the_form_of_all_other_answers() -> None:
    told_now = Answer(known=True, scans=(scan("EMC"),), estimate=expecting(24).parcels[0].estimate)
    shipment = hear(a_shipment(), "ems", answers({"EE00": told_now}), NOW).shipment
    scans = [view for _, view in scans_newest_first(shipment)]
    for shown in (shipment_view(shipment, ""), public_page(shipment, None, NOW), *scans):
        times = re.findall(r"[0-9T:.-]+Z", shown.model_dump_json())
        assert times
        assert [to_text(from_text(each)) for each in times] == times


def item(shipment: Shipment) -> Item:
    return to_item(shipment, actor="key:1", correlation_id="req-1")


def change(old: Item | None, new: Item | None) -> Change:
    image = new or old
    assert image is not None
    return Change("1", {"pk": image["pk"], "sk": image["sk"]}, old, new)


def test_items_hold_all_of_a_shipment() -> None:
    for shipment in (
        a_shipment(),
        a_shipment("ems", "dhl", "ups"),
        followed(scan("EMC", 9), scan("EME", 2, "Berlin", "words")),
        hear(a_shipment(), "ems", answers({"EE00": Answer(known=False)}), NOW).shipment,
        replace(a_shipment(), due={}),
        expecting(2),
        expecting(0, Certainty.ASSUMED, None),
    ):
        assert from_item(item(shipment)) == shipment
        assert set(index_items(shipment)) == set(shipment.due) - {"ems"}


def test_an_ordinary_journey_fits_into_a_kilobyte() -> None:
    """Two lines, eight scans, ids as long as they are: what a write costs, by the kilobyte."""
    codes = ("EMA", "EMB", "EMC", "EMD", "EMF", "EMG", "EDG", "EMI")
    new = replace(
        a_shipment(shop_id="shop_" + "a" * 26, order_id="ord_" + "a" * 26),
        parcels=(Parcel("EE473124829CN", "ems"),),
        lines=(Line("1", 2), Line("2", 1)),
        request_hash="a" * 32,
    )
    answer = told(*(scan(code, 20 - i, "FRANKFURT") for i, code in enumerate(codes)))
    shipment = hear(new, "ems", answers({"EE473124829CN": answer}), NOW).shipment
    stored = to_item(shipment, actor="carrier:ems", correlation_id=str(UUID(int=7)))
    assert _size(stored) - 3 <= 1024


def _size(value: object) -> int:
    """An item's bytes as DynamoDB's developer guide counts them, rounded up."""
    match value:
        case dict():
            return 3 + sum(1 + len(k) + _size(v) for k, v in value.items())
        case list():
            return 3 + sum(1 + _size(v) for v in value)
        case str():
            return len(value.encode())
        case bool() | None:
            return 1
    return len(str(value)) // 2 + 2


def test_a_new_shipment_is_an_event() -> None:
    (event,) = events_of(change(None, item(a_shipment("ems", "dhl"))))
    assert event.name == "ShipmentCreated"
    assert event.key == a_shipment("ems", "dhl").id
    assert event.data == {
        "shipment_id": event.key,
        "order_id": "ord_1",
        "lines": [{"line_id": "1", "quantity": 2}],
        "parcels": 2,
        "carriers": ["dhl", "ems"],
    }


def test_a_status_that_changed_is_an_event_and_scans_alone_are_none() -> None:
    before = followed(scan("EMA", 9))
    moved = followed(scan("EMA", 9), scan("EME", 2))
    (event,) = events_of(change(item(before), item(moved)))
    assert event.name == "ShipmentStatusChanged"
    assert event.data["status"] == "exception"
    assert event.data["previous_status"] == "picked_up"
    assert event.data["sub_status"] == "customs_held"
    assert event.version == moved.version
    on = followed(scan("EMA", 9), scan("EMC", 8))
    further = followed(scan("EMA", 9), scan("EMC", 8), scan("EMD", 7))
    assert list(events_of(change(item(on), item(further)))) == []


def test_what_is_no_shipment_is_no_event() -> None:
    (entry,) = index_items(a_shipment("ems", "dhl")).values()
    assert list(events_of(change(None, entry))) == []
    assert list(events_of(change(item(a_shipment()), None))) == []
