"""What settings take: the date of a release, and whether a location is closed."""

import pytest
from pydantic import ValidationError

from inventory.setting_models import ItemSettings, LocationSettings


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
