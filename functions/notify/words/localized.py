"""Money, days and times as a reader writes them, by CLDR (through Babel).

Amounts are integers of minor units until the last moment, and all digits of the currency's minor
unit (ISO 4217) are shown: CLDR rounds some currencies that are stored and charged more finely.
"""

import copy
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, get_datetime_format
from babel.languages import get_official_languages

from waybill.amounts import exponent
from waybill.estimates import Estimate, is_of_days

_FALLBACK: Final = "en"


@cache
def form_of(locale: str) -> Locale:
    """Return the forms of a BCP 47 tag; of one that CLDR does not know, those of its language.

    English for a country of which CLDR knows none, such as Japan, is the world's and not America's.
    """
    parts = locale.split("-")
    tries = ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]
    if parts[0] == _FALLBACK and len(parts) > 1:
        tries.insert(1, "en_001")
    for name in tries:
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_FALLBACK)


def direction_of(locale: str) -> str:
    """Say how a language is written, as HTML's ``dir`` has it: ``ltr`` or ``rtl``."""
    return str(form_of(locale).text_direction)


def language_of_country(country: str) -> str:
    """Return the language most people read in a country (ISO 3166-1), of its official ones."""
    found = get_official_languages(country, de_facto=True)
    return str(found[0]) if found else _FALLBACK


def money_text(amount: int, currency: str, locale: str) -> str:
    """Minor units in the reader's form: ``€1,299.00`` in English, ``1.299,00 €`` in German."""
    form = form_of(locale)
    places = exponent(currency)
    pattern = copy.copy(form.currency_formats["standard"])
    pattern.frac_prec = (places, places)
    exact = Decimal(amount).scaleb(-places)
    return str(pattern.apply(exact, form, currency=currency, currency_digits=False))


def day_text(day: date, locale: str) -> str:
    """A day without its weekday: ``November 30, 2026``, ``30. November 2026``."""
    return str(format_date(day, "long", locale=form_of(locale)))


def moment_text(at: datetime, zone: tzinfo, locale: str) -> str:
    """An instant on the clocks of a zone: ``30. November 2026, 10:05``."""
    shown = at.astimezone(zone)
    return _joined(day_text(shown.date(), locale), _hours(shown, shown, locale), locale)


def estimate_text(estimate: Estimate, zone: tzinfo, locale: str) -> str:
    """A day, days, or a day and hours: ``Monday, November 30, 2026, 10:00 AM - 1:00 PM``.

    On the clocks where it is delivered, as far as they are known, else on those of ``zone``. A
    whole day of which the place is not known is the day that was named, whatever the zone.
    """
    of_days = is_of_days(estimate.start, estimate.end)
    there = estimate.clocks or (UTC if of_days else zone)
    start, end = estimate.start.astimezone(there), estimate.end.astimezone(there)
    last = estimate.last_day if of_days else end.date()
    days = _days(start.date(), last, locale)
    if of_days or start.date() != last:
        return days
    return _joined(days, _hours(start, end, locale), locale)


def _days(first: date, last: date, locale: str) -> str:
    form = form_of(locale)
    if first == last:
        return str(format_date(first, "full", locale=form))
    return str(format_interval(first, last, "yMMMEd", locale=form))


def _hours(start: datetime, end: datetime, locale: str) -> str:
    form = form_of(locale)
    by_twelve = "h" in form.time_formats["short"].pattern
    skeleton = "hm" if by_twelve else "Hm"
    # Babel shows an aware time on UTC's clocks.
    shown = start.replace(tzinfo=None), end.replace(tzinfo=None)
    if start == end:
        return str(format_skeleton(skeleton, shown[0], locale=form))
    return str(format_interval(*shown, skeleton, locale=form))


def _joined(day: str, hours: str, locale: str) -> str:
    pattern = str(get_datetime_format("medium", locale=form_of(locale)))
    return pattern.replace("'", "").replace("{1}", day).replace("{0}", hours)
