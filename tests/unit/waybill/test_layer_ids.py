"""waybill.ids: opaque identifiers, random or derived."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.ids import derived_id, random_id, random_secret, short_code, sortable_code, sortable_id

ID = re.compile(r"ord_[0-9abcdefghjkmnpqrstvwxyz]{26}")


def test_random_ids_have_26_characters_and_differ():
    ids = {random_id("ord") for _ in range(200)}
    assert len(ids) == 200
    assert all(ID.fullmatch(identifier) for identifier in ids)


@pytest.mark.parametrize("length", [1, 8, 26, 40])
def test_random_ids_have_the_length_asked_for(length):
    assert len(random_id("x", length)) == 2 + length


def test_a_derived_id_never_changes():
    # Stored ids rest on it: another value here orphans every order placed so far.
    assert derived_id("ord", "shop_1", "web", "1001") == "ord_kqx5j21d88n6b5yyd34j490znw"


def test_a_derived_id_looks_like_a_random_one():
    assert ID.fullmatch(derived_id("ord", "shop", "channel", "1001"))


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_other_parts_make_another_id(one, other):
    assert (derived_id("x", *one) == derived_id("x", *other)) == (one == other)


def test_where_parts_are_cut_matters():
    assert derived_id("x", "a", "bc") != derived_id("x", "ab", "c")
    assert derived_id("x", "a", "") != derived_id("x", "a")


def test_sortable_ids_sort_by_the_millisecond_and_differ_within_it():
    start = datetime(2026, 7, 1, tzinfo=UTC)
    instants = [start + timedelta(milliseconds=n) for n in (0, 1, 2, 1000, 10**9, 10**11)]
    ids = [sortable_id("ord", instant) for instant in instants]
    assert ids == sorted(ids)
    assert all(ID.fullmatch(identifier) for identifier in ids)
    assert len({sortable_id("ord", start) for _ in range(100)}) == 100


def test_a_short_code_can_be_read_out():
    assert short_code("ord_7k3m9qx2at0000000000000000") == "7K3M9-QX2AT"


@given(st.integers(0, 32**8 - 1), st.integers(0, 32**8 - 1))
def test_sortable_codes_sort_as_their_numbers(one, other):
    assert (sortable_code(one, 8) < sortable_code(other, 8)) == (one < other)


def test_secrets_have_256_bits_and_no_underscore_trouble():
    secrets = {random_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in secrets)
