"""What settings take: the date of a release, and whether a location is closed."""

import pytest
from pydantic import ValidationError

from inventory.catalog.models import ItemSettings, LocationSettings
from inventory.movements.models import MovementBody
from inventory.stock import sku_error


def settings(release_at, policy="preorder"):
    return ItemSettings(title="A", oversell_policy=policy, release_at=release_at)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("2027-03-01T09:00:00+01:00", "2027-03-01T08:00:00.000Z"),
        ("2027-03-01T09:00:00Z", "2027-03-01T09:00:00.000Z"),
        ("2027-03-01T09:00:00.1239999-05:30", "2027-03-01T14:30:00.123Z"),
        (None, None),
    ],
)
def test_a_release_is_kept_in_utc(told, kept):
    assert settings(told).release_at == kept


@pytest.mark.parametrize(
    "told",
    [
        "2027-03-01T09:00:00",
        "2027-03-01",
        "20270301T090000Z",
        "2027-W09-1T09:00:00Z",
        "2027-02-30T09:00:00Z",
        "2027-03-01T09:00:60Z",
        "0001-01-01T00:00:00+14:00",
        "\u0662027-03-01T09:00:00Z",
        "soon",
        "",
        1_800_000_000,
    ],
)
def test_a_release_without_an_instant_is_refused(told):
    with pytest.raises(ValidationError) as refused:
        settings(told)
    assert [error["loc"] for error in refused.value.errors()] == [("release_at",)]


@pytest.mark.parametrize("policy", ["deny", "backorder"])
def test_a_release_is_for_preorders(policy):
    with pytest.raises(ValidationError) as refused:
        settings("2027-03-01T09:00:00Z", policy)
    assert [error["loc"] for error in refused.value.errors()] == [("release_at",)]
    assert settings(None, policy).release_at is None


def test_a_wrong_policy_is_one_error():
    with pytest.raises(ValidationError) as refused:
        settings("2027-03-01T09:00:00Z", "maybe")
    assert [error["loc"] for error in refused.value.errors()] == [("oversell_policy",)]


@pytest.mark.parametrize("closed", ["true", 1, None])
def test_a_location_is_closed_or_not(closed):
    with pytest.raises(ValidationError):
        LocationSettings(name="x", country="DE", closed=closed)


@pytest.mark.parametrize("sku", ["A", "a/b", "\u00e9", "\U0001f600", "x" * 100])
def test_a_sku_is_any_printable_text(sku):
    assert sku_error(sku) is None


@pytest.mark.parametrize("sku", ["", " a", "a ", "a\n", "a\x00", "\u202ea", "x" * 101])
def test_a_sku_that_cannot_be_read_aloud_is_refused(sku):
    assert "printable" in sku_error(sku)


@pytest.mark.parametrize("lost", [b"\xc9T\xc9-1", b"\xc8T\xc9-1"])
def test_skus_of_another_encoding_do_not_become_one_item(lost):
    assert "UTF-8" in sku_error(lost.decode(errors="replace"))


@pytest.mark.parametrize("reason", [" ", "   "])
def test_a_reason_is_more_than_spaces(reason):
    with pytest.raises(ValidationError) as refused:
        MovementBody(sku="A", location_id="l", kind="adjusted", quantity=1, reason=reason)
    assert [error["loc"] for error in refused.value.errors()] == [("reason",)]
