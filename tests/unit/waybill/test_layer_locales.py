"""Languages that exist, and how they are written."""

import pytest
from pydantic import TypeAdapter, ValidationError

from waybill.locales import Locale, known_locale


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("de-AT", "de-AT"),
        ("DE-at", "de-AT"),
        ("pt-br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("sr-Latn", "sr-Latn"),
        ("fil-PH", "fil-PH"),
        ("es-419", "es-419"),
        ("en-001", "en-001"),
    ],
)
def test_a_locale_that_exists_is_written_as_it_is(text, tag):
    assert known_locale(text) == tag


@pytest.mark.parametrize(
    "text",
    [
        *("", "xx", "e", "english", "qaa", "i-klingon"),
        *("en-XX", "en-999", "de-DEU", "zh-Abcd", "de-419-AT"),
        *("en_US", "de-", "-DE", "en US", "de\n", "en-US-x-private"),
    ],
)
def test_what_is_no_locale(text):
    assert known_locale(text) is None


def test_an_api_keeps_a_locale_as_it_is_written_and_refuses_what_is_none():
    accepted = TypeAdapter(Locale)
    assert accepted.validate_python("DE-at") == "de-AT"
    with pytest.raises(ValidationError, match="BCP 47"):
        accepted.validate_python("en_US")
