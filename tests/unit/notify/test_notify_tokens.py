"""Links that unsubscribe: signed, short, and nobody's secret but the deployment's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.people.tokens import Subscription, link, mail_headers, read, sign
from notify.policy.rules import Topic
from waybill.customers import customer_id
from waybill.ids import random_id, random_secret

SECRET = "a-secret-of-the-deployment"
SHOP = random_id("shop")
JANE = Subscription(SHOP, customer_id(SHOP, "jane@mail.example"), Topic.DELIVERIES)
TOKEN = sign(JANE, SECRET)


@pytest.mark.parametrize("topic", Topic)
def test_a_token_says_what_it_was_made_for(topic):
    subscription = Subscription(SHOP, JANE.customer_id, topic)
    assert read(sign(subscription, SECRET), SECRET) == subscription


def test_a_token_fits_a_link_and_names_nobody():
    assert len(TOKEN) <= 200
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", TOKEN)
    assert "jane" not in TOKEN
    assert SECRET not in TOKEN


@given(st.data())
def test_no_other_token_is_read(data):
    at = data.draw(st.integers(0, len(TOKEN) - 1))
    other = data.draw(st.sampled_from("abcdef0123456789._x"))
    changed = TOKEN[:at] + other + TOKEN[at + 1 :]
    assert (read(changed, SECRET) is None) == (changed != TOKEN)
    assert read(TOKEN[:at], SECRET) is None
    assert read(TOKEN + other, SECRET) is None


@given(st.text(max_size=300))
def test_whatever_comes_is_no_token(text):
    assert read(text, SECRET) is None


def test_another_deployments_token_is_none():
    assert read(sign(JANE, random_secret()), SECRET) is None


@pytest.mark.parametrize("wrong", ["", "a.b", "a/b", "ü", "x" * 41, "a b"])
def test_what_would_not_stand_in_a_link_is_not_signed(wrong):
    with pytest.raises(ValueError, match="an id of other characters"):
        sign(Subscription(wrong, JANE.customer_id, Topic.ORDERS), SECRET)
    with pytest.raises(ValueError, match="an id of other characters"):
        sign(Subscription(SHOP, wrong, Topic.ORDERS), SECRET)


def test_a_mail_programs_own_button():
    headers = mail_headers("https://track.shop.example/", TOKEN)
    assert headers == {
        "List-Unsubscribe": f"<https://track.shop.example/unsubscribe/{TOKEN}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert all(len(f"{name}: {value}") < 998 for name, value in headers.items())


def test_one_click_is_offered_over_https_alone():
    url = "http://127.0.0.1:4566/_aws/execute-api/waybill"
    assert mail_headers(url, TOKEN) == {"List-Unsubscribe": f"<{link(url, TOKEN)}>"}
    assert mail_headers("", TOKEN) == {}
