"""A signed webhook is never lost, and nothing else leaves a trace."""

import gzip
import json
import random
import zlib

import pytest

from shops.models import Platform
from shops.webhooks import MAX_PART, Outcome, WebhookService
from tests.support.shopify import body, headers, line, order
from tests.unit.shops.fakes import FakeStore
from waybill.clock import from_text
from waybill.observability import end_invocation
from waybill.packing import unpack
from waybill.problems import NotFound

SHOP = "shop_" + "a" * 26
SECRET = "hush"
NOW = from_text("2026-07-01T12:00:00Z")


@pytest.fixture
def store():
    store = FakeStore()
    store.platforms[SHOP, "shopify"] = Platform(SHOP, "shopify", ("old", SECRET), "now")
    return store


@pytest.fixture
def service(store):
    return WebhookService(store, clock=lambda: NOW)


def deliver(service, raw, topic="orders/create", *, secret=SECRET, shop_id=SHOP, **more):
    given = {name.lower(): value for name, value in headers(raw, secret, topic, **more).items()}
    data = raw.encode() if isinstance(raw, str) else raw
    return service.receive("shopify", shop_id, given, data)


def test_an_order_is_stored_for_the_orders_room(service, store, logs):
    assert deliver(service, body(order()), "orders/paid") is Outcome.OBSERVED
    (observation,) = store.observations.values()
    assert observation.shop_id == SHOP
    assert observation.external_id == "9007199254740993123"
    assert observation.observed_at == "2026-07-01T12:30:16.000Z"
    assert observation.topic == "orders/paid"
    assert unpack(observation.order)["request"]["lines"][0]["sku"] == "MUG-BLUE"
    end_invocation()
    assert logs.counted("PlatformOrdersObserved") == 1


def test_what_is_known_is_known(service, store):
    deliver(service, body(order()))
    assert deliver(service, body(order())) is Outcome.KNOWN
    older = body(order(updated_at="2026-07-01T12:30:15Z", note="older"))
    assert deliver(service, older) is Outcome.KNOWN
    newer = body(order(updated_at="2026-07-01T12:30:17Z", note="newer"))
    assert deliver(service, newer) is Outcome.OBSERVED
    (observation,) = store.observations.values()
    assert unpack(observation.order)["request"]["note"] == "newer"


def test_a_platform_without_adapter_is_404(service):
    with pytest.raises(NotFound):
        service.receive("woocommerce", SHOP, {}, b"{}")


def test_an_unknown_topic_is_taken_and_forgotten(service, store):
    assert deliver(service, body({"id": 1}), "products/update") is Outcome.IGNORED
    assert store.observations == {}
    assert store.aside == []


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact", "shop/redact"])
def test_a_compliance_request_is_kept_for_a_person(service, store, topic):
    raw = body({"shop_id": 954889, "customer": {"email": "ana@mail.example"}})
    assert deliver(service, raw, topic) is Outcome.COMPLIANCE
    (delivery,) = store.aside
    assert (delivery.topic, delivery.reason) == (topic, "compliance request")
    assert zlib.decompress(b"".join(delivery.parts)) == raw.encode()
    assert delivery.expires_at == int(NOW.timestamp()) + 90 * 86_400


@pytest.mark.parametrize(
    "raw",
    [
        *("", "{", "[]", "null", body(order(line_items=[]))),
        *(b"\xff\xfe", b"\xef\xbb\xbf" + body(order()).encode(), body(order()).encode("utf-16")),
        *(body(order(note="na\xefve")).encode("latin-1"), gzip.compress(body(order()).encode())),
    ],
)
def test_a_body_that_is_no_order_is_kept_for_a_person(service, store, raw):
    assert deliver(service, raw) is Outcome.SET_ASIDE
    (delivery,) = store.aside
    data = raw.encode() if isinstance(raw, str) else raw
    assert zlib.decompress(b"".join(delivery.parts)) == data
    assert delivery.reason


def test_the_same_bytes_are_kept_under_the_same_name(service, store):
    for raw in ("{", "{", "["):
        deliver(service, raw)
    first, second, third = (delivery.digest for delivery in store.aside)
    assert first == second != third


def test_an_order_too_large_for_an_item_is_kept_in_parts(service, store):
    noise = random.Random(7)
    text = "".join(chr(noise.randrange(0x21, 0x7E)) for _ in range(3000))
    titles = [
        line(id=n + 1, title="", name=text[n % 97 :] + str(noise.random())) for n in range(1300)
    ]
    raw = body(order(line_items=titles, note="".join(noise.choices("abcdefghijklmnop", k=900_000))))
    assert len(raw) < 6_000_000
    assert deliver(service, raw) is Outcome.SET_ASIDE
    (delivery,) = store.aside
    assert len(delivery.parts) > 1
    assert max(map(len, delivery.parts)) <= MAX_PART
    assert zlib.decompress(b"".join(delivery.parts)) == raw.encode()


def test_500_lines_fit(service, store):
    lines = [line(id=n + 1, sku=f"SKU-{n:05}") for n in range(500)]
    assert deliver(service, body(order(line_items=lines))) is Outcome.OBSERVED
    (observation,) = store.observations.values()
    assert len(observation.order) < 30_000


@pytest.mark.parametrize("raw", ["{", body(order())])
def test_where_storing_fails_the_caller_hears_of_it(service, store, raw):
    store.failing = True
    with pytest.raises(OSError):  # noqa: PT011
        deliver(service, raw)


def test_the_order_of_delivery_is_of_no_account(store):
    versions = [
        body(order(updated_at=f"2026-07-01T12:30:{second:02}Z", note=str(second)))
        for second in range(10)
    ]
    for seed in range(20):
        store.observations.clear()
        service = WebhookService(store, clock=lambda: NOW)
        deliveries = versions * 2
        random.Random(seed).shuffle(deliveries)
        for raw in deliveries:
            deliver(service, raw)
        (observation,) = store.observations.values()
        assert unpack(observation.order)["request"]["note"] == "9"


def test_the_digest_is_that_of_what_is_said(service, store):
    deliver(service, body(order()))
    (first,) = store.observations.values()
    store.observations.clear()
    deliver(service, json.dumps(order(), indent=4))
    (second,) = store.observations.values()
    assert first.digest == second.digest


@pytest.mark.secrecy
def test_logs_and_metrics_hold_no_personal_data(service, logs):
    deliver(service, body(order(note="canary-note")))
    deliver(service, "{canary", "orders/create")
    deliver(service, body({"customer": {"email": "canary@mail.example"}}), "customers/redact")
    for bad in ("ana@mail.example", "canary", "Lima", "Augusta", SECRET, "910000000"):
        assert bad not in logs.text
    assert [entry["outcome"] for entry in logs.lines] == ["OBSERVED", "SET_ASIDE", "COMPLIANCE"]
