"""Setting up carriers: safe addresses, the right credentials, shown to nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.tracking import NOW, FakeCarriers, FakeClock
from tracking.carrier_service import CarrierService, checked_base_url
from tracking.carrier_settings import CachedSettings, CarrierSettings, Watermark
from tracking.models import NewCarrierSettings
from tracking.presenting import carrier_view
from waybill.auth import Caller
from waybill.problems import NotFound, Unprocessable

OPERATOR = Caller("", "operator", frozenset({"operator"}))


def put(carrier: str = "ems", *, local: bool = False, **body: Any) -> CarrierSettings:
    request = NewCarrierSettings.model_validate({"credentials": {"token": "s3cret"}} | body)
    return CarrierService(FakeCarriers(), FakeClock(), local=local).put(OPERATOR, carrier, request)


def test_credentials_are_kept_and_shown_to_nobody() -> None:
    settings = put(daily_budget=5)
    assert settings.access.credentials == {"token": "s3cret"}
    assert settings.access.base_url == "https://ptt.ptc.post"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in repr(settings.access)
    shown = carrier_view(settings, Watermark(NOW.timestamp(), "2026-11-22", 3), FakeClock())
    assert "s3cret" not in shown.model_dump_json()
    assert (shown.credentials, shown.asked_today, shown.swept_until) == (["token"], 3, NOW)


def test_a_new_day_has_asked_nothing_yet() -> None:
    later = FakeClock(datetime(2026, 11, 23, tzinfo=UTC))
    assert carrier_view(put(), Watermark(1.0, "2026-11-22", 3), later).asked_today == 0


@pytest.mark.parametrize(
    ("credentials", "pointers"),
    [
        ({}, ["/credentials/token"]),
        ({"token": "x", "api_key": "y"}, ["/credentials"]),
        ({"token": ""}, ["/credentials/token"]),
        ({"token": "a b"}, ["/credentials/token"]),
        ({"token": "a\r\nX-Evil: 1"}, ["/credentials/token"]),
        ({"token": "a" * 5000}, ["/credentials/token"]),
    ],
)
def test_credentials_that_do_not_fit_are_pointed_at(
    credentials: dict[str, str], pointers: list[str]
) -> None:
    with pytest.raises(Unprocessable) as error:
        put(credentials=credentials)
    assert [each.pointer for each in error.value.errors] == pointers


def test_a_known_carrier_without_adapter_says_so() -> None:
    with pytest.raises(Unprocessable, match="no adapter"):
        put("dhl", credentials={"api_key": "x"})
    with pytest.raises(NotFound):
        put("owlpost")


@pytest.mark.parametrize(
    "url",
    [
        "http://ptt.ptc.post",
        "ftp://ptt.ptc.post",
        "https://user:pass@ptt.ptc.post",
        "https://ptt.ptc.post/?a=b",
        "https://ptt.ptc.post/#a",
        "https://",
        "https://[::1",
        "https://host:99999",
        "https://ho st",
        "//ptt.ptc.post",
        "file:///etc/passwd",
        "https://127.0.0.1",
        "https://localhost",
        "https://169.254.169.254",
        "https://10.0.0.1:8443",
        "https://[::1]",
        "http://127.0.0.1:4566",
    ],
)
def test_addresses_that_are_not_safe_on_aws_are_refused(url: str) -> None:
    with pytest.raises(Unprocessable) as error:
        checked_base_url(url, local=False)
    assert error.value.errors[0].pointer == "/base_url"


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566/", "http://localhost:1/x", "https://[::1]"])
def test_loopback_is_for_local_stacks(url: str) -> None:
    assert checked_base_url(url, local=True) == url.rstrip("/")


@pytest.mark.parametrize("url", ["http://ptt.ptc.post", "http://user@127.0.0.1"])
def test_even_there_http_stays_on_loopback(url: str) -> None:
    with pytest.raises(Unprocessable):
        checked_base_url(url, local=True)


def test_settings_are_read_again_within_a_minute() -> None:
    reads: list[str] = []
    now = 0.0

    class Table(FakeCarriers):
        def settings(self, carrier: str) -> CarrierSettings | None:
            reads.append(carrier)
            return None

    cached = CachedSettings(Table(), lambda: now)
    for now in (0.0, 10.0, 29.0, 31.0, 60.0):  # noqa: B007 - the clock that cached reads
        cached.settings("ems")
    assert len(reads) == 2
