"""What shipments do to an order, in any order of arrival."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orders.lifecycle import demand, settled
from orders.news import ShipmentNews
from orders.order import OrderStatus
from orders.shipping import newly_unmatched
from tests.unit.orders.orders_builders import NOW, lines, order, ship


def going(*quantities, **changes):
    return order(
        OrderStatus.CONFIRMED,
        lines=lines(*quantities, **changes),
        inventory_version=1,
    )


def news(version=1, shipment="shp_a", line_1=2, **changes):
    return ShipmentNews(shipment, version, {"line_1": line_1} if line_1 else {}, **changes)


def test_a_parcel_fulfils_and_its_delivery_completes():
    shipped = ship(going(2), news())
    assert shipped is not None
    assert (shipped.status, shipped.lines[0].fulfilled) == (OrderStatus.CONFIRMED, 2)
    assert demand(shipped) != demand(going(2))
    done = ship(shipped, news(5, delivered=True))
    assert done is not None
    assert (done.status, done.lines[0].delivered) == (OrderStatus.COMPLETED, 2)
    assert demand(done) == demand(shipped)


def test_an_order_in_two_parcels_completes_with_the_second():
    one = ship(going(2), news(line_1=1, delivered=True))
    assert one is not None
    assert one.status is OrderStatus.CONFIRMED
    two = ship(one, news(shipment="shp_b", line_1=1, delivered=True))
    assert two is not None
    assert two.status is OrderStatus.COMPLETED


def test_scans_on_the_way_cost_no_write():
    shipped = ship(going(2), news())
    assert shipped is not None
    assert [ship(shipped, news(version)) for version in range(1, 8)] == [None] * 7


def test_news_without_lines_means_what_is_open_and_stays_that():
    shipped = ship(going(3, 1), news(line_1=0))
    assert shipped is not None
    assert shipped.shipments["shp_a"].lines == {"line_1": 3, "line_2": 1}
    done = ship(shipped, news(2, line_1=0, delivered=True))
    assert done is not None
    assert done.shipments["shp_a"].lines == {"line_1": 3, "line_2": 1}


def test_a_parcel_of_a_cancelled_line_is_kept_and_flagged():
    gone = order(OrderStatus.CANCELLED, lines=lines(2, cancelled=2))
    after = ship(gone, news())
    assert after is not None
    assert (after.status, after.lines[0].fulfilled) == (OrderStatus.CANCELLED, 2)
    assert after.shipments["shp_a"].unmatched
    assert newly_unmatched(gone, after) == 1
    done = ship(after, news(2, delivered=True))
    assert done is not None
    assert newly_unmatched(after, done) == 0


def test_parcels_beyond_what_was_ordered_or_of_no_line_are_flagged():
    over = ship(going(2), news(line_1=3))
    assert over is not None
    assert over.shipments["shp_a"].unmatched
    unknown = ship(going(2), ShipmentNews("shp_a", 1, {"line_9": 1}))
    assert unknown is not None
    assert unknown.shipments["shp_a"].unmatched
    assert unknown.lines[0].fulfilled == 0


def test_a_delivery_that_was_none_is_taken_back_whatever_comes_first():
    delivered = news(3, delivered=True)
    taken_back = news(4, reopened=True)
    for first, second in [(delivered, taken_back), (taken_back, delivered)]:
        one = ship(going(3), news())
        assert one is not None
        for each in (first, second):
            one = ship(one, each) or one
        assert one.lines[0].delivered == 0


def test_an_end_without_delivery_is_kept_and_taken_back_whatever_comes_first():
    ended, reopened = news(3, ended=True), news(4, reopened=True)
    for told in [(ended, reopened), (reopened, ended)]:
        one = ship(going(3), news())
        for each in told:
            one = ship(one, each) or one
        assert not one.shipments["shp_a"].ended
    lost = ship(ship(going(2), news()), ended)
    assert lost.shipments["shp_a"].ended
    assert ship(lost, news(4)).shipments["shp_a"].ended is False


def test_what_came_back_undelivered_completes_its_order_once_nothing_is_under_way():
    sent = ship(ship(going(3), news(delivered=True)), news(shipment="shp_b", line_1=1))
    back = replace(sent, lines=(replace(sent.lines[0], returned=1),))
    assert settled(back, NOW).status is OrderStatus.CONFIRMED  # it may be one of the delivered two
    assert ship(back, news(2, "shp_b", 1, ended=True)).status is OrderStatus.COMPLETED
    ended = ship(sent, news(2, "shp_b", 1, ended=True))
    assert ended.status is OrderStatus.CONFIRMED  # it is paid for, and nobody has it
    assert settled(replace(ended, lines=back.lines), NOW).status is OrderStatus.COMPLETED


_HISTORY = [
    news(1, "shp_a", 1),
    news(4, "shp_a", 1, delivered=True),
    news(1, "shp_b", 2),
    news(3, "shp_b", 2, delivered=True),
    news(5, "shp_b", 2, reopened=True),
    news(7, "shp_b", 2, delivered=True),
    news(2, "shp_c", 1),
]


@given(st.permutations(_HISTORY), st.lists(st.sampled_from(_HISTORY), max_size=8))
def test_any_order_and_repetition_ends_the_same(shuffled, repeated):
    one = going(4)
    for each in [*shuffled, *repeated]:
        one = ship(one, each) or one
    assert (one.lines[0].fulfilled, one.lines[0].delivered) == (4, 3)
    assert one.status is OrderStatus.CONFIRMED
    assert not any(shipment.unmatched for shipment in one.shipments.values())


@given(
    st.integers(1, 5),
    st.integers(0, 5),
    st.lists(
        st.builds(
            ShipmentNews,
            st.sampled_from(["shp_a", "shp_b"]),
            st.integers(1, 6),
            st.dictionaries(st.sampled_from(["line_1", "line_2"]), st.integers(1, 4), min_size=1),
            st.booleans(),
        ),
        max_size=8,
    ),
)
def test_quantities_keep_their_order_whatever_happens(ordered, cancelled, history):
    one = going(ordered)
    one = replace(one, lines=(replace(one.lines[0], cancelled=min(ordered, cancelled)),))
    for each in history:
        one = ship(one, each) or one
    line = one.lines[0]
    assert 0 <= line.delivered <= line.fulfilled
    over = line.fulfilled > line.wanted
    flagged = {k for k, s in one.shipments.items() if s.unmatched}
    expected = {
        k
        for k, s in one.shipments.items()
        if "line_2" in s.lines or (over and s.lines.get("line_1"))
    }
    assert flagged == expected
