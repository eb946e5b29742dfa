"""Setting up carriers: safe addresses, the right credentials, shown to nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.tracking import NOW, FakeCarriers, FakeClock, ems_settings
from tracking.accounts.addresses import checked_base_url
from tracking.accounts.breaker import Breaker, Outcome
from tracking.accounts.models import CarrierView, NewCarrierSettings
from tracking.accounts.presenting import carrier_view
from tracking.accounts.repository import CachedSettings, Known
from tracking.accounts.service import CarrierService
from tracking.accounts.settings import CarrierSettings, Watermark
from tracking.accounts.usage import Day, Usage
from tracking.asking.pauses import paused_until
from tracking.cadence import UNLEARNED
from tracking.carriers.base import Limits
from waybill.auth import Caller
from waybill.dynamo import StartKeyError
from waybill.problems import NotFound, Unprocessable

OPERATOR = Caller("", "operator", frozenset({"operator"}))


def put(carrier: str = "ems", *, local: bool = False, **body: Any) -> CarrierSettings:
    request = NewCarrierSettings.model_validate({"credentials": {"token": "s3cret"}} | body)
    return CarrierService(FakeCarriers(), FakeClock(), local=local).put(OPERATOR, carrier, request)


def view(
    settings: CarrierSettings,
    mark: Watermark = Watermark(),  # noqa: B008 - frozen
    usage: Usage = Usage(),  # noqa: B008 - frozen
    own: Limits = Limits(),  # noqa: B008 - frozen
    now: datetime = NOW,
) -> CarrierView:
    return carrier_view(Known(settings, mark, usage, UNLEARNED), own, FakeClock(now))


def test_credentials_are_kept_and_shown_to_nobody() -> None:
    settings = put(daily_budget=5)
    assert settings.access.credentials == {"token": "s3cret"}
    assert settings.access.base_url == "https://ptt.ptc.post"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in repr(settings.access)
    shown = view(settings, Watermark(NOW.timestamp(), "2026-11-22", 3))
    assert "s3cret" not in shown.model_dump_json()
    assert (shown.credentials, shown.asked_today, shown.swept_until) == (["token"], 3, NOW)


def test_carriers_that_are_set_up_are_listed_by_name_page_by_page() -> None:
    carriers = FakeCarriers()
    service = CarrierService(carriers, FakeClock(), local=False)
    assert service.page(50, None) == ([], None)
    for name in ("ups", "ems", "dhl"):
        carriers.known_settings[name] = replace(ems_settings(), carrier=name)
    listed, start = [], None
    for _ in range(3):
        found, start = service.page(1, start)
        listed += [known.settings.carrier for known in found]
    assert (listed, start) == (["dhl", "ems", "ups"], None)
    assert service.page(3, None)[1] is None
    for foreign in ({"carrier": 1}, {"id": "x"}):
        with pytest.raises(StartKeyError):
            service.page(1, foreign)


def test_a_new_day_has_asked_nothing_yet() -> None:
    later = datetime(2026, 11, 23, tzinfo=UTC)
    assert view(put(), Watermark(1.0, "2026-11-22", 3), now=later).asked_today == 0


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


def test_a_webhooks_secrets_may_be_set_or_not_and_may_be_any_text() -> None:
    key = {"api_key": "x"}
    secrets = {"webhook_secret": "a b \N{SNOWMAN}", "former_webhook_secret": "c"}
    for credentials in (key, key | secrets):
        assert put("easypost", credentials=credentials).credentials == credentials
    for wrong in ("", "a\nb", "a" * 5000):
        with pytest.raises(Unprocessable) as error:
            put("easypost", credentials=key | {"webhook_secret": wrong})
        assert [each.pointer for each in error.value.errors] == ["/credentials/webhook_secret"]


def test_a_known_carrier_without_adapter_says_so() -> None:
    with pytest.raises(Unprocessable, match="no adapter"):
        put("aftership", credentials={"api_key": "x"})
    with pytest.raises(Unprocessable, match="through easypost"):
        put("fedex", credentials={"client_id": "x", "client_secret": "y"})
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
        "https://ptt.ptc.post?",
        "https://ptt.ptc.post#",
        "https://ptt.ptc.post.",
        "https://ptt..post",
        "https://127.0.0.1.",
        "https://localhost.",
        "https://post",
        "https://2130706433",
        "https://0x7f000001",
        "https://017700000001",
        "https://0177.0.0.1",
        "https://127.1",
        "https://127.0.0.0x1",
        "https://0x7f.0.0.1",
        "https://1.2.3.4.5",
        "https://\N{FULLWIDTH DIGIT ONE}27.0.0.1",
        "https://127\N{IDEOGRAPHIC FULL STOP}0.0.1",
        "https://loc\N{LATIN SMALL LETTER LONG S}alhost",
        "https://%31%32%37.0.0.1",
        "https://[::ffff:10.0.0.1]",
        "https://[::ffff:a9fe:a9fe]",
        "https://[2002:a00:1::1]",
        "https://[64:ff9b::a9fe:a9fe]",
        "https://[64:ff9b:1::808:808]",
        "https://[::a00:1]",
        "https://[fe80::1%25eth0]",
        "https://[fd00:ec2::254]",
        "https://224.0.0.1",
        "https://100.64.0.1",
        "https://metadata.google.internal",
        "https://printer.local",
        "https://a.localhost",
        "https://router.home.arpa",
        "https://a_b.example",
    ],
)
def test_addresses_that_are_not_safe_on_aws_are_refused(url: str) -> None:
    with pytest.raises(Unprocessable) as error:
        checked_base_url(url, local=False)
    assert error.value.errors[0].pointer == "/base_url"


@pytest.mark.parametrize(
    "url",
    [
        "https://ptt.ptc.post",
        "https://API.carrier.example:8443/v2/",
        "https://xn--bcher-kva.example",
        "https://1.carrier.example",
        "https://8.8.8.8",
        "https://[2001:4860:4860::8888]",
        "https://[::ffff:8.8.8.8]",
    ],
)
@pytest.mark.parametrize("local", [True, False])
def test_public_hosts_may_be_asked(url: str, local: bool) -> None:
    assert checked_base_url(url, local=local) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566/",
        "http://127.9.9.9",
        "http://localhost:1/x",
        "http://[::1]",
        "https://[::1]",
    ],
)
def test_loopback_is_for_local_stacks(url: str) -> None:
    assert checked_base_url(url, local=True) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://ptt.ptc.post",
        "http://user@127.0.0.1",
        "http://10.0.0.1",
        "https://10.0.0.1",
        "http://0.0.0.0",
        "http://127.1",
        "http://a.localhost",
        "http://host.internal",
        "http://[::ffff:127.0.0.1]",
        "ftp://127.0.0.1",
    ],
)
def test_even_there_http_stays_on_loopback(url: str) -> None:
    with pytest.raises(Unprocessable):
        checked_base_url(url, local=True)


def test_settings_are_read_again_within_a_minute() -> None:
    reads: list[str] = []
    now = 0.0

    class Table(FakeCarriers):
        def settings_of(self, carriers: Any) -> Any:
            names = list(carriers)
            reads.extend(names)
            return {
                name: self.known_settings[name] for name in names if name in self.known_settings
            }

    cached = CachedSettings(Table({"ems": put()}), lambda: now)
    for now in (0.0, 10.0, 29.0, 31.0, 60.0):  # noqa: B007 - the clock that cached reads
        assert cached.settings("ems") is not None
        assert cached.settings("owlpost") is None
    assert sorted(reads) == ["ems", "ems", "owlpost", "owlpost"]
    assert cached.set_up() == {"ems"}


def test_a_pause_is_shown_while_it_lasts() -> None:
    usage = Usage(version=1, paused_until=NOW + timedelta(minutes=5))
    assert view(put(), usage=usage).paused_until == NOW + timedelta(minutes=5)
    assert view(put(), usage=usage, now=NOW + timedelta(minutes=5)).paused_until is None


def test_how_a_carrier_fares_is_shown() -> None:
    days = {
        "2026-11-21": Day(calls=60, errors=3, news=5, delays=(0, 0, 0, 0, 0, 0, 4)),
        "2026-11-22": Day(calls=40, errors=1, news=15, delays=(1, 0, 0, 0, 0, 0, 4)),
    }
    own = Limits(batch=2, seconds_between=1, daily_budget=250, per_shipment_daily_cap=10)
    shown = view(put(), Watermark(stretch=2.44, wanted=(1,)), Usage(1, days), own)
    assert (shown.calls_today, shown.calls_left_today) == (40, 210)
    assert (shown.error_rate, shown.news_share, shown.stretch) == (0.04, 0.2, 2.44)
    assert shown.median_detection_delay_minutes == 46.0
    assert shown.breaker.state == "closed"
    assert (shown.limits.daily_budget, shown.limits.per_shipment_daily_cap) == (250, 10)
    assert view(put(daily_budget=30), usage=Usage(1, days), own=own).calls_left_today == 0


def test_calls_are_those_of_the_sweeps_and_those_beside_them() -> None:
    mark = Watermark(requests={"2026-11-21": 8, "2026-11-22": 30})
    days = {"2026-11-22": Day(calls=-2, errors=1, news=9)}
    shown = view(put(), mark, Usage(1, days))
    assert shown.calls_today == 28
    assert (shown.error_rate, shown.news_share) == (round(1 / 36, 4), 0.25)
    many = view(put(), mark, Usage(1, {"2026-11-22": Day(calls=-200, news=90)}))
    assert (many.calls_today, many.news_share) == (0, 1.0)  # an estimate, as long as few were asked


def test_nothing_is_claimed_of_a_carrier_that_was_never_asked() -> None:
    shown = view(put())
    assert (shown.calls_today, shown.calls_left_today) == (0, None)
    assert shown.error_rate is shown.news_share is shown.median_detection_delay_minutes is None


def test_an_open_breaker_is_shown_with_its_next_probe() -> None:
    usage = Usage(1, breaker=Breaker().after(Outcome.REFUSED, NOW.timestamp()))
    shown = view(put(), usage=usage).breaker
    assert (shown.state, shown.opened_at) == ("open", NOW)
    assert shown.next_probe_at == NOW + timedelta(seconds=60)
    assert view(put(), usage=usage, now=shown.next_probe_at).breaker.state == "half_open"


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("0", 0),
        ("86401", 86400),
        ("9" * 5000, 86400),
        ("Sun, 22 Nov 2026 12:10:00 GMT", 600),
        ("Sun, 22 Nov 2026 12:10:00 -0000", 600),
        ("Sunday, 22-Nov-26 12:10:00 GMT", 600),
        ("Sun Nov 22 12:10:00 2026", 600),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 2036 11:00:00 GMT", 86400),
        ("", 60),
        ("soon", 60),
        ("-5", 60),
        ("1.5", 60),
        ("\N{ARABIC-INDIC DIGIT FIVE}", 60),
        ("Sun, 99 Nov 2026 11:00:00 GMT", 60),
    ],
)
def test_a_pause_is_as_long_as_the_carrier_says_and_never_over_a_day(
    retry_after: str, seconds: int
) -> None:
    assert paused_until(retry_after, NOW) == NOW + timedelta(seconds=seconds)
