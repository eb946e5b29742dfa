"""Money, days and times as readers write them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from notify.words.languages import nearest, own_language, written_in
from notify.words.localized import (
    day_text,
    direction_of,
    estimate_text,
    form_of,
    moment_text,
    money_text,
)
from waybill.estimates import Estimate


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (129900, "EUR", "en", "€1,299.00"),
        (129900, "EUR", "de", "1.299,00 €"),
        (129900, "EUR", "de-AT", "€ 1.299,00"),
        (129900, "CHF", "de-CH", "CHF 1'299.00"),
        (5, "EUR", "de", "0,05 €"),
        (-5, "EUR", "en", "-€0.05"),
        (1299, "JPY", "en", "¥1,299"),
        (1234567, "KWD", "de", "1.234,567 KWD"),
        (1234567, "IQD", "en", "IQD 1,234.567"),  # CLDR shows no fils, and they are charged
        (123, "HUF", "en", "HUF 1.23"),
        (10**15 + 1, "EUR", "en", "€10,000,000,000,000.01"),  # more digits than a float has
    ],
)
def test_money_in_the_readers_form(amount, currency, locale, text):
    shown = money_text(amount, currency, locale).replace("\xa0", " ").replace("\u2019", "'")
    assert shown.replace(" ", "") == text.replace(" ", "")


def test_a_pattern_is_not_changed_for_others():
    money_text(1, "KWD", "en")
    assert form_of("en").currency_formats["standard"].frac_prec == (2, 2)


@pytest.mark.parametrize(
    ("locale", "day"),
    [
        ("en-US", "November 30, 2026"),
        ("en", "November 30, 2026"),
        ("en-GB", "30 November 2026"),
        ("en-FR", "30 November 2026"),
        ("en-DE", "30 November 2026"),
        ("en-BR", "30 November 2026"),  # of which CLDR has no English: the world's, not America's
        ("de-US", "30. November 2026"),
        ("fr-FR", "30 novembre 2026"),
        ("zh-Hant-TW", "2026年11月30日"),
        ("ae", "November 30, 2026"),  # Avestan: CLDR has no forms of it
    ],
)
def test_a_day_in_the_readers_form(locale, day):
    assert day_text(date(2026, 11, 30), locale) == day


def test_a_moment_is_on_the_clocks_of_its_zone():
    at = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    shown = moment_text(at, ZoneInfo("Europe/Berlin"), "de")
    assert shown == "28. November 2026, 00:30"


def expected(zone, day, *, days=1, hours=None):
    """An estimate of whole days, or of hours of one; its offset is that of its start."""
    midnight = datetime.combine(day, time.min, ZoneInfo(zone))
    start, end = midnight, midnight + timedelta(days)  # by the clocks, whatever lies between
    if hours:
        start, end = (midnight.replace(hour=hour) for hour in hours)
    offset = start.utcoffset() // timedelta(minutes=1)
    return Estimate(start.astimezone(UTC), end.astimezone(UTC), offset)


@pytest.mark.parametrize(
    ("estimate", "locale", "text"),
    [
        (expected("Europe/Berlin", date(2026, 10, 25)), "de", "Sonntag, 25. Oktober 2026"),
        (expected("America/New_York", date(2026, 11, 1)), "en", "Sunday, November 1, 2026"),
        (expected("Europe/Berlin", date(2027, 3, 28)), "en", "Sunday, March 28, 2027"),
        (expected("America/New_York", date(2027, 3, 14)), "en", "Sunday, March 14, 2027"),
        (
            expected("Europe/Berlin", date(2026, 10, 24), days=2),
            "de",
            "Sa., 24.\u2009\u2013\u2009So., 25. Okt. 2026",
        ),
        (
            expected("Europe/Berlin", date(2027, 3, 27), days=2),
            "de",
            "Sa., 27.\u2009\u2013\u2009So., 28. März 2027",
        ),
        (
            expected("Europe/Berlin", date(2027, 3, 28), hours=(10, 13)),
            "de",
            "Sonntag, 28. März 2027, 10:00\u201313:00 Uhr",
        ),
    ],
)
def test_on_days_on_which_clocks_change_a_day_is_that_day_and_hours_are_hours(
    estimate, locale, text
):
    assert estimate_text(estimate, UTC, locale) == text


def test_which_way_a_language_is_written():
    assert [direction_of(locale) for locale in ("ar-EG", "he", "de", "en-IL")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]


def test_the_nearest_of_several_languages():
    assert list(nearest("zh-Hant-TW")) == ["zh-Hant-TW", "zh-Hant", "zh"]
    assert (own_language("de-AT"), own_language("fr")) == ("de", "en")
    assert written_in("de", "de-AT") == "de-AT"
    assert written_in("en", "fr-FR") == "en-FR"
    assert written_in("en", "zh-Hant") == "en"
    assert written_in("en", "es-419") == "en-419"
