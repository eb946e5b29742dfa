"""waybill.packing and the view that unpacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.packing import pack, unpack
from waybill.views import ShopsView

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_documents_come_back_as_they_went(document):
    assert unpack(pack(document)) == document


def test_repetition_costs_little():
    assert len(pack([{"sku": "SKU-1", "quantity": 1}] * 5000)) < 2000


def test_what_json_does_not_know_is_refused():
    with pytest.raises(TypeError):
        pack({"a": object()})


class FakeTable:
    def __init__(self, item):
        self.item = item

    def get(self, key, *, consistent=True):
        assert key == {"pk": "shop_a#shopify#1", "sk": "observation"}
        return self.item


def test_a_platforms_order_is_seen_as_a_dict():
    view = ShopsView(FakeTable({"topic": "orders/create", "order": pack({"number": "#1"})}))
    assert view.platform_order("shop_a", "shopify", "1") == {
        "topic": "orders/create",
        "order": {"number": "#1"},
    }


def test_an_order_that_was_never_observed_is_none():
    assert ShopsView(FakeTable(None)).platform_order("shop_a", "shopify", "1") is None
