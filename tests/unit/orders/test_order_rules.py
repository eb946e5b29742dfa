"""A shop's rules, kept for a minute."""

import pytest

from orders.order import PaymentRule, ShopRules, ShortageRule
from orders.rules import CachedRules
from waybill.problems import Unavailable


class Directory:
    def __init__(self):
        self.learnt = []

    def learn(self, shop_id):
        self.learnt.append(shop_id)


class Shops:
    def __init__(self, **shops):
        self.shops = shops
        self.reads = 0

    def shop(self, shop_id):
        self.reads += 1
        return self.shops.get(shop_id)


def test_rules_are_read_once_a_minute():
    now = [0.0]
    directory = Directory()
    shops = Shops(a={"payment_rule": "paid", "on_shortage": "cancel"})
    rules = CachedRules(shops, directory, lambda: now[0])
    strict = ShopRules(PaymentRule.PAID, ShortageRule.CANCEL)
    assert [rules.of("a"), rules.of("a")] == [strict, strict]
    shops.shops["a"] = {"payment_rule": "none", "on_shortage": "hold"}
    now[0] = 59.9
    assert rules.of("a") == strict
    assert shops.reads == 1
    now[0] = 60.0
    assert rules.of("a") == ShopRules()


def test_a_shop_without_rules_has_the_defaults():
    assert CachedRules(Shops(a={"name": "A"}), Directory()).of("a") == ShopRules()


def test_an_unknown_shop_is_unavailable_and_asked_for_again():
    shops = Shops()
    directory = Directory()
    rules = CachedRules(shops, directory)
    with pytest.raises(Unavailable):
        rules.of("a")
    assert directory.learnt == []
    shops.shops["a"] = {}
    assert rules.of("a") == ShopRules()


def test_a_rule_nobody_knows_is_not_guessed():
    with pytest.raises(ValueError, match="sometimes"):
        CachedRules(Shops(a={"payment_rule": "sometimes"}), Directory()).of("a")


def test_a_shop_is_learnt_before_its_rules_are_told():
    class Refusing:
        def learn(self, shop_id):
            raise TimeoutError

    rules = CachedRules(Shops(a={}), Refusing())
    for _ in range(2):
        with pytest.raises(TimeoutError):
            rules.of("a")
    directory = Directory()
    CachedRules(Shops(a={}), directory).of("a")
    assert directory.learnt == ["a"]
