"""An estimate of delivery as tracking stores it is the one that other rooms read."""

from datetime import UTC, datetime, timedelta

import pytest

from tracking.carriers.base import Estimate as TrackingEstimate
from tracking.shipment import Line, Parcel, Shipment
from tracking.states import Certainty
from tracking.stored import to_item
from waybill.estimates import Estimate, read_estimate

START = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("certainty", Certainty)
@pytest.mark.parametrize("offset", [None, 0, 60, -570])
@pytest.mark.parametrize("lasts", [timedelta(), timedelta(hours=3), timedelta(days=1)])
def test_an_estimate_is_read_as_it_is_stored(certainty, offset, lasts):
    told = TrackingEstimate(START, START + lasts, certainty, offset)
    shipment = Shipment(
        shop_id="shop_1",
        id="shp_" + "0" * 26,
        order_id="ord_1",
        lines=(Line("1", 1),),
        parcels=(Parcel("EE123456785DE", "ems", estimate=told),),
        token="t",
        request_hash="h",
        created_at=START,
        updated_at=START,
    )
    [parcel] = to_item(shipment, actor="key:k", correlation_id="c")["parcels"]
    assert read_estimate(parcel["estimate"]) == Estimate(START, START + lasts, offset)


@pytest.mark.parametrize("text", ["", "x", "1o/", "1/2", "1o+/2", "1o+60/2/3", "1oo/2"])
def test_what_is_no_estimate_is_refused(text):
    with pytest.raises(ValueError, match="not an estimate"):
        read_estimate(text)
