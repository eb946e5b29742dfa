"""An estimate of delivery as tracking stores it is the one that other rooms read."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from notify.words.wording import estimate_of
from tests.support.tracking import scan
from tracking.carriers.base import Estimate as TrackingEstimate
from tracking.parcels.shipment import Line, Parcel, Shipment, Silence
from tracking.parcels.states import Certainty
from tracking.shipments.stored import to_item
from tracking.status.expecting import all_there
from waybill.estimates import Estimate, read_estimate

START = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def stored(*parcels):
    """The item of a shipment of these parcels."""
    shipment = Shipment(
        shop_id="shop_1",
        id="shp_" + "0" * 26,
        order_id="ord_1",
        lines=(Line("1", 1),),
        parcels=parcels,
        token="t",
        request_hash="h",
        created_at=START,
        updated_at=START,
    )
    return to_item(shipment, actor="key:k", correlation_id="c")


@pytest.mark.parametrize("certainty", Certainty)
@pytest.mark.parametrize("offset", [None, 0, 60, -570])
@pytest.mark.parametrize("lasts", [timedelta(), timedelta(hours=3), timedelta(days=1)])
def test_an_estimate_is_read_as_it_is_stored(certainty, offset, lasts):
    told = TrackingEstimate(START, START + lasts, certainty, offset)
    [parcel] = stored(Parcel("EE123456785DE", "ems", estimate=told))["parcels"]
    assert read_estimate(parcel["estimate"]) == Estimate(START, START + lasts, offset)


@pytest.mark.parametrize("text", ["", "x", "1o/", "1/2", "1o+/2", "1o+60/2/3", "1oo/2"])
def test_what_is_no_estimate_is_refused(text):
    with pytest.raises(ValueError, match="not an estimate"):
        read_estimate(text)


def parcels_of_every_standing():
    """By what they are: under way and ended, with an estimate and without."""
    expected = {"without": None} | {
        f"day {n}": TrackingEstimate(START + timedelta(n), START + timedelta(n), Certainty.UTC)
        for n in range(2)
    }
    scans = {code: (scan(code),) for code in ("EMC", "EMH", "EMI", "EXX")}  # two of them ended
    for (code, scanned), (name, told) in product(({"": ()} | scans).items(), expected.items()):
        yield f"{code} {name}", Parcel("EE123456785DE", "ems", scanned, estimate=told)
    for silence in (Silence.NOT_FOUND, Silence.EXPIRED):
        yield silence.value, Parcel("EE123456785DE", "ems", silence=silence)


def test_whose_parcels_are_waited_for_is_the_same_to_who_stores_and_to_who_reads_them():
    named = list(parcels_of_every_standing())
    for (first, one), (second, other) in product(named, repeat=2):
        kept = all_there([one, other])
        read = estimate_of([stored(one, other)])
        assert (read and read.end) == (kept and kept.end), f"{first}, {second}"
    assert estimate_of([stored(*(parcel for _, parcel in named))]) is None
