"""A shop is noted once a process."""

import pytest

from orders.schedule.directory import ShopDirectory


class Store:
    def __init__(self):
        self.added = []
        self.refusal = None

    def add_shop(self, shop_id):
        if self.refusal:
            raise self.refusal
        self.added.append(shop_id)


def test_a_shop_is_added_once():
    store = Store()
    directory = ShopDirectory(store)
    for shop_id in ("a", "b", "a", "b"):
        directory.learn(shop_id)
    assert store.added == ["a", "b"]


def test_a_shop_that_could_not_be_added_is_not_taken_for_known():
    store = Store()
    directory = ShopDirectory(store)
    store.refusal = TimeoutError()
    with pytest.raises(TimeoutError):
        directory.learn("a")
    store.refusal = None
    directory.learn("a")
    assert store.added == ["a"]
