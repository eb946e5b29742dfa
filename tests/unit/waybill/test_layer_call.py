"""waybill.http.Call: the API's own URL, for links where no other is set; and forms."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.http import http_event
from waybill.http import Call
from waybill.routing import Route

FORM = "application/x-www-form-urlencoded"


def a_call(event: dict[str, Any]) -> Call:
    return Call(cast(Route, cast(Any, SimpleNamespace())), event, {})


def test_the_apis_own_url_is_the_gateways_word_and_not_the_callers() -> None:
    call = a_call(http_event("GET", "/v1/things", headers={"Host": "evil.example"}))
    assert call.base_url == "https://api.example"


@pytest.mark.parametrize(
    ("raw", "media_type", "form"),
    [
        ("a=1&b=x+y%21", FORM, {"a": "1", "b": "x y!"}),
        ("a=1", f"{FORM.upper()}; charset=utf-8", {"a": "1"}),
        ("a=1&a=2", FORM, {"a": "2"}),
        ("", FORM, {}),
        (None, FORM, {}),
        ("%ff=%00&=", FORM, {"\ufffd": "\x00"}),
        ("a=1", "text/plain", {}),
        ('{"a": 1}', "application/json", {}),
    ],
)
def test_a_form_is_its_fields_and_any_other_body_is_none(
    raw: str | None, media_type: str, form: dict[str, str]
) -> None:
    event = http_event("POST", "/things", raw=raw, headers={"content-type": media_type})
    assert a_call(event).form == form
