"""Which wording a message is in: the shop's own where it has one that works, else ours."""

from collections.abc import Iterator

import pytest

from notify.ledger.messages import State
from notify.people.contact import Contact
from notify.policy.rules import Channel
from notify.templates.cache import CACHE_SECONDS, CachedTemplates
from notify.words.composing import Composer
from notify.words.messages import MESSAGES
from notify.words.samples import sample_facts
from notify.words.sms import count_parts, encoding
from notify.words.template import Own, Place, Template
from tests.support.logs import Logs, capture_logs
from tests.unit.notify.notify_world import CONFIRMED, EMAIL, SHOP, OwnTemplates, World, a_world
from waybill.customers import customer_id
from waybill.observability import end_invocation

CUSTOMER = customer_id(SHOP, EMAIL)


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Logs]:
    yield from capture_logs(capsys)


def confirmation(locale: str) -> Place:
    return Place("order_confirmed", Channel.EMAIL, locale)


def own(subject: str, version: int = 7, **texts: str) -> Own:
    return Own(Template({"subject": subject, "headline": "Yes", "body": "Hi"} | texts), version)


def world_of(*locales: str, reader: str | None = None) -> World:
    templates = OwnTemplates()
    templates.by_place = {confirmation(locale): own(f"own {locale}") for locale in locales}
    world = a_world(wordings=Composer(templates))
    world.contacts.by_id[CUSTOMER] = Contact(locale=reader)
    return world


@pytest.mark.parametrize(
    ("locales", "reader", "subject", "template"),
    [
        (["de-AT", "de", "en"], "de-AT", "own de-AT", "shop/order_confirmed/email.de-AT"),
        (["de", "en"], "de-AT", "own de", "shop/order_confirmed/email.de"),
        (["en", "de-CH"], "de-AT", "Ihre Bestellung", "order_confirmed/email.de"),
        (["fr"], "fr-CA", "own fr", "shop/order_confirmed/email.fr"),
        (["zh-Hant"], "zh-Hant-TW", "own zh-Hant", "shop/order_confirmed/email.zh-Hant"),
        (["de"], "fr", "Your order", "order_confirmed/email.en"),
        (["de"], None, "own de", "shop/order_confirmed/email.de"),  # goods go to Germany
        ([], None, "Ihre Bestellung", "order_confirmed/email.de"),
    ],
)
def test_the_nearest_wording_is_used_and_named_on_the_ledger(locales, reader, subject, template):
    world = world_of(*locales, reader=reader)
    world.notifier.handle(CONFIRMED)
    [(_, mail)] = world.mail.taken
    assert mail.subject.startswith(subject)
    row = world.ledger.only()
    assert row.template == template
    assert (row.template_version == "7") == template.startswith("shop/")
    assert mail.headers["List-Unsubscribe"]
    assert "/unsubscribe/" in mail.text


def test_words_decide_the_language_and_the_reader_the_region():
    templates = OwnTemplates()
    body = "{{ total }} {{ placed_on }}"
    templates.by_place = {confirmation("de"): own("x", body=body)}
    composer = Composer(templates)

    def facts(locale: str):
        return sample_facts(MESSAGES["order_confirmed"], locale)

    said = composer.compose(SHOP, confirmation("de-AT"), facts).content
    assert "€ 45,10 27. November 2026" in said.text
    ours = composer.compose(SHOP, confirmation("fr-FR"), facts).content
    assert "27 November 2026" in ours.text
    assert 'lang="en-FR"' in ours.html


@pytest.mark.secrecy
@pytest.mark.parametrize(
    "texts",
    [
        {"body": "{{ gone }}"},
        {"body": "{% if %}"},
        {"body": "{{ 1 // 0 }}"},
        {"body": "{{ name|vanished }}"},
    ],
)
def test_a_wording_that_fails_loses_no_message(texts, logs):
    templates = OwnTemplates()
    templates.by_place = {confirmation("de"): own("x", **texts)}
    world = a_world(wordings=Composer(templates))
    world.notifier.handle(CONFIRMED)
    [(_, mail)] = world.mail.taken
    assert mail.subject == "Ihre Bestellung 1001 ist bestätigt"
    row = world.ledger.only()
    assert (row.state, row.template) == (State.SENT, "order_confirmed/email.de")
    assert row.template_version not in {None, "7"}
    end_invocation()
    assert logs.counted("TemplatesFailed") == 1
    [line] = [line for line in logs.lines if line.get("message") == "template failed"]
    assert (line["shop_id"], line["template"]) == (SHOP, "order_confirmed/email.de")
    assert "Jane" not in logs.text
    assert "Blue mug" not in logs.text


def test_an_sms_that_is_too_long_by_now_is_said_in_ours(logs):
    templates = OwnTemplates()
    place = Place("out_for_delivery", Channel.SMS, "de")
    templates.by_place = {place: Own(Template({"body": "x" * 200}), 3)}
    world = a_world(wordings=Composer(templates))
    world.notifier.handle(world.moves_to("out_for_delivery"))
    [(_, sms)] = world.sms.taken
    assert sms.text.startswith("Mugs & More: Bestellung 1001")


def test_an_sms_of_a_shop_takes_the_parts_it_may():
    templates = OwnTemplates()
    place = Place("out_for_delivery", Channel.SMS, "de")
    body = "Ждите, заказ {{ number }} в пути. {{ tracking_url }}"
    templates.by_place = {place: Own(Template({"body": body}, {}, 2), 3)}
    world = a_world(wordings=Composer(templates))
    world.notifier.handle(world.moves_to("out_for_delivery"))
    [(_, sms)] = world.sms.taken
    assert sms.text.startswith("Ждите, заказ 1001 в пути. https://")
    assert world.ledger.only().template == "shop/out_for_delivery/sms.de"


def test_no_name_makes_an_sms_of_several_parts_ucs_2():
    place = Place("out_for_delivery", Channel.SMS, "en")
    mine = Own(Template({"body": "{{ shop_name }}: " + "x" * 200}, {}, 2), 1)
    shop = {"name": "\u041a\u0440\u0443\u0436\u043a\u0438 \u2615 Ltd"}

    def facts(locale: str):
        return sample_facts(MESSAGES["out_for_delivery"], locale, shop=shop)

    sms = Composer(OwnTemplates()).own(place, place, mine, facts).content
    assert (encoding(sms.text), count_parts(sms.text)) == ("GSM-7", 2)
    assert "Ltd" in sms.text


# --- what reading them costs --------------------------------------------------------------------


class Monotonic:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("locales", [[], ["de"]])
def test_a_shops_wordings_are_read_once_a_minute_whether_it_has_any_or_none(locales):
    templates, clock = OwnTemplates(), Monotonic()
    templates.by_place = {confirmation(locale): own(locale) for locale in locales}
    cached = CachedTemplates(templates, clock)
    for _ in range(100):
        clock.now += 0.5
        assert cached.of_shop(SHOP) == templates.by_place
    assert templates.reads == 1
    templates.by_place = {}
    clock.now += CACHE_SECONDS
    assert cached.of_shop(SHOP) == {}
    assert templates.reads == 2
    cached.of_shop("shop_2")
    assert templates.reads == 3


def test_the_cache_does_not_grow_with_the_shops():
    templates = OwnTemplates()
    cached = CachedTemplates(templates, Monotonic())
    for number in range(1200):
        cached.of_shop(f"shop_{number}")
    assert len(cached._known) <= 500
