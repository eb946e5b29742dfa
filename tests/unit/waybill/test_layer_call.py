"""waybill.http.Call: the API's own URL, for links where no other is set."""

from types import SimpleNamespace
from typing import Any, cast

from tests.support.http import http_event
from waybill.http import Call
from waybill.routing import Route


def test_the_apis_own_url_is_the_gateways_word_and_not_the_callers() -> None:
    event = http_event("GET", "/v1/things", headers={"Host": "evil.example"})
    call = Call(cast(Route, cast(Any, SimpleNamespace())), event, {})
    assert call.base_url == "https://api.example"
