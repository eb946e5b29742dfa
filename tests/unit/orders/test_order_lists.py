"""Lists of orders: every order once, newest first, whatever the filter, for bounded reads."""

from datetime import timedelta

import pytest

from orders.customers import customer_of
from orders.detail_items import details_item
from orders.indexes import list_position
from orders.items import order_item
from orders.lists.filters import OrderFilter
from orders.lists.service import OrderLists
from orders.order import OrderStatus, Stamp
from tests.unit.orders.orders_builders import NOW, SHOP, placed
from waybill import keys
from waybill.customers import customer_id

STAMP = Stamp(NOW, "key:a", "req-1")


class Indexes:
    """The indexes of OrdersTable in memory, and how many rows of them and orders were read."""

    def __init__(self):
        self.by_id = {}
        self.shop = {}
        self.customers = {}
        self.reads = 0

    def put(self, order, details):
        self.by_id[order.order_id] = order
        item = order_item(order, STAMP, demand_changed=False)
        self.shop.setdefault(item["list_pk"], []).append(item["list_sk"])
        item = details_item(details, STAMP)
        if "customer_pk" in item:
            self.customers.setdefault(item["customer_pk"], []).append(item["customer_sk"])

    def _read(self, places, after, limit):
        rows = sorted((p for p in places if after is None or p < after.sk), reverse=True)[:limit]
        self.reads += len(rows)
        return [{"sk": place} for place in rows]

    def of_shop(self, partition, placed_from, placed_to, after, limit):
        low = list_position(placed_from, "") if placed_from else ""
        high = list_position(placed_to, "~") if placed_to else "~"
        places = self.shop.get(partition, [])
        return self._read([p for p in places if low <= p <= high], after, limit)

    def of_customer(self, partition, after, limit):
        return self._read(self.customers.get(partition, []), after, limit)

    def orders(self, shop_id, order_ids):
        wanted = list(order_ids)
        assert len(wanted) == len(set(wanted)), "DynamoDB refuses a batch with one key twice"
        self.reads += len(wanted)
        return [self.by_id[i] for i in reversed(wanted) if i in self.by_id]


@pytest.fixture
def indexes():
    return Indexes()


@pytest.fixture
def lists(indexes):
    return OrderLists(indexes)


def fill(indexes, count, *, every=1, **changes):
    """Orders a second apart; one in ``every`` is a draft."""
    for number in range(count):
        at = NOW + timedelta(seconds=number)
        draft = number % every == 0
        indexes.put(*placed(external_id=str(number), at=at, draft=draft, **changes))


ALL = OrderFilter()


def pages(lists, limit, wanted=ALL):
    after = None
    while True:
        lists.indexes.reads = 0
        found, after = lists.page(SHOP, wanted, limit=limit, after=after)
        assert lists.indexes.reads <= 10 * limit
        yield [order.external_id for order in found]
        if after is None:
            return


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 12, 50])
def test_pages_show_every_order_once_newest_first(lists, indexes, limit):
    fill(indexes, 12)
    shown = list(pages(lists, limit))
    assert [i for page in shown for i in page] == [str(n) for n in reversed(range(12))]
    assert all(len(page) == limit for page in shown[:-1])


@pytest.mark.parametrize("limit", [2, 3, 7, 50])
def test_an_order_that_an_index_has_in_two_places_is_met_once_a_page(lists, indexes, limit):
    """Seed 11 of the simulator: a draft was confirmed, and the index had its old place as well."""
    fill(indexes, 12)
    order, details = placed(external_id="5", at=NOW + timedelta(hours=1))
    indexes.put(order, details)
    for page in pages(lists, limit):
        assert len(page) == len(set(page))


def test_an_empty_list_is_one_empty_page(lists):
    assert list(pages(lists, 5)) == [[]]


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
def test_filtered_pages_lose_nothing(lists, indexes, limit):
    fill(indexes, 30, every=7)
    wanted = OrderFilter(OrderStatus.DRAFT)
    shown = [i for page in pages(lists, limit, wanted) for i in page]
    assert shown == ["28", "21", "14", "7", "0"]


@pytest.mark.parametrize("count", [10, 100, 1_000])
@pytest.mark.parametrize("limit", [1, 3, 50, 100])
@pytest.mark.parametrize(
    "wanted",
    [ALL, OrderFilter(OrderStatus.EXPIRED), OrderFilter(email="zoe@customer.example")],
    ids=["all", "none pass", "email"],
)
def test_a_page_reads_at_most_ten_rows_for_each_it_may_show(lists, indexes, count, limit, wanted):
    fill(indexes, count)
    found, after = lists.page(SHOP, wanted, limit=limit, after=None)
    assert indexes.reads <= 10 * limit
    if wanted.status is None:
        assert len(found) == min(limit, count)
    assert after is not None or len(found) == count or indexes.reads >= count


def test_a_shops_orders_are_spread_over_all_partitions(indexes):
    fill(indexes, 400)
    assert set(indexes.shop) == {keys.orders_bucket(SHOP, n) for n in range(8)}
    assert max(map(len, indexes.shop.values())) < 100


def test_lists_are_bounded_by_time(lists, indexes):
    fill(indexes, 9)
    bounds = {
        "placed_from": NOW + timedelta(seconds=2),
        "placed_to": NOW + timedelta(seconds=5),
    }
    assert list(pages(lists, 50, OrderFilter(**bounds))) == [["5", "4", "3", "2"]]
    by_email = OrderFilter(email="zoe@customer.example", **bounds)
    assert [i for page in pages(lists, 50, by_email) for i in page] == ["5", "4", "3", "2"]


def test_an_external_id_is_looked_for_in_every_known_channel(lists, indexes):
    known = ["api", "bigcommerce", "shopify", "woocommerce"]
    for channel in (*known, "pos"):
        indexes.put(*placed(external_id="7", channel=channel))

    def channels(**wanted):
        found, after = lists.page(
            SHOP, OrderFilter(external_id="7", **wanted), limit=50, after=None
        )
        assert after is None
        return sorted(order.channel for order in found)

    assert channels() == known
    assert channels(channel="pos") == ["pos"]
    assert channels(status=OrderStatus.DRAFT) == []
    assert channels(placed_from=NOW + timedelta(seconds=1)) == []
    assert channels(email="zoe@customer.example") == sorted([*known, "pos"])
    assert channels(email="other@customer.example") == []


def test_what_an_external_id_names_in_several_channels_is_newest_first(lists, indexes):
    for age, channel in enumerate(("woocommerce", "api", "bigcommerce", "shopify")):
        indexes.put(*placed(external_id="7", channel=channel, at=NOW - timedelta(days=age)))
    found, _ = lists.page(SHOP, OrderFilter(external_id="7"), limit=50, after=None)
    assert [one.channel for one in found] == ["woocommerce", "api", "bigcommerce", "shopify"]


def test_orders_are_found_by_tag(lists, indexes):
    fill(indexes, 3, tags=["gift", "vip"])
    assert list(pages(lists, 5, OrderFilter(tag="vip"))) == [["2", "1", "0"]]
    assert list(pages(lists, 5, OrderFilter(tag="vi"))) == [[]]


@pytest.mark.parametrize("spelled", ["ZOE@Customer.Example", " zoe@customer.example "])
def test_a_customer_is_found_however_the_address_is_spelled(lists, indexes, spelled):
    fill(indexes, 2)
    indexes.put(*placed(external_id="7", customer={"email": "ana@customer.example"}))
    indexes.put(*placed(external_id="8", customer={}))
    assert list(pages(lists, 5, OrderFilter(email=spelled))) == [["1", "0"]]


@pytest.mark.parametrize(
    "spelled",
    ["ren\u00e9@customer.example", "rene\u0301@customer.example", "REN\u00c9@customer.example"],
    ids=["one character", "letter and accent", "capitals"],
)
def test_a_customer_with_an_accent_is_one_however_it_was_typed(lists, indexes, spelled):
    for number, email in enumerate(("ren\u00e9@customer.example", "rene\u0301@customer.example")):
        at = NOW + timedelta(seconds=number)
        indexes.put(*placed(external_id=str(number), at=at, customer={"email": email}))
    assert list(pages(lists, 5, OrderFilter(email=spelled))) == [["1", "0"]]


def test_an_address_in_full_width_is_the_same_customers():
    typed = "".join(chr(ord(letter) + 0xFEE0) for letter in "zoe@customer.example")
    assert customer_id(SHOP, typed) == customer_id(SHOP, "zoe@customer.example")


def test_a_customers_id_is_a_shops_own_and_tells_no_address():
    known = customer_id(SHOP, "zoe@customer.example")
    assert customer_of(placed()[1]) == known
    assert known.startswith("cus_")
    assert "zoe" not in known
    assert customer_id("shop_b", "zoe@customer.example") != known
    assert customer_of(placed(customer={"name": "Zoe"})[1]) is None
