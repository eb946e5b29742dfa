"""Every wording of ours in every language, with friendly and with hostile facts."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from notify.policy.rules import Audience, Channel
from notify.templates.trying import Trial
from notify.words.defaults import Defaults
from notify.words.facts import Facts, ItemLine, ParcelLine, ShopFacts
from notify.words.languages import LOCALES
from notify.words.messages import MESSAGES
from notify.words.rendering import Renderer, blocks_of
from notify.words.samples import sample_facts
from notify.words.sms import count_parts, encoding
from notify.words.template import Template
from notify.words.text import greeting_name, one_line
from notify.words.variables import Kind
from notify.words.wording import Reader, Subject, facts_of
from tests.support.template import ROOT
from tests.unit.notify.mail_page import Page
from tests.unit.notify.notify_world import PUBLIC_URL, a_world

URL = f"{PUBLIC_URL}/track/tok_en-1"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
FRIENDLY = Facts(
    locale="en",
    shop_name="Mugs & More",
    number="1001",
    name="Jane",
    items=(ItemLine("Blue mug", 2, "€24.00"), ItemLine("Red mug", 1, "€12.00")),
    more_items=0,
    total="€45.10",
    tracking_url=URL,
    parcels=(ParcelLine("EMS", "EE123456785DE"),),
    reason="inventory",
    refunded="€12.00",
    subtotal="€36.00",
    estimated_delivery="Monday, November 30, 2026",
)
EVIL = "<script>alert(1)</script>\r\nBcc: all@victim.example\u202e{{ 7*7 }} \"'&</td>"
DEFAULTS = Defaults()
RENDERER = Renderer(DEFAULTS.layouts)
TRIAL = Trial(DEFAULTS)


def named(channel, audience=Audience.CUSTOMER):
    return sorted(
        s.name for s in MESSAGES.values() if (channel in s.channels) and s.audience is audience
    )


MAILS, SMS = named(Channel.EMAIL), named(Channel.SMS)
TO_SHOPS = named(Channel.EMAIL, Audience.SHOP)


def mail_of(name, facts):
    language = facts.locale[:2]
    template = DEFAULTS.template(name, Channel.EMAIL, language)
    return RENDERER.mail(template, facts, DEFAULTS.labels(MESSAGES[name].audience, language))


def sms_of(name, facts):
    return RENDERER.sms(DEFAULTS.template(name, Channel.SMS, facts.locale[:2]), facts)


def hostile_subject():
    """An order in which every text that a stranger can write is an attack."""
    world = a_world()
    lines = [{"line_id": str(n), "sku": EVIL, "quantity": 10**6} for n in range(500)]
    sold = [line | {"title": EVIL * 20, "unit_price": 1} for line in lines]
    return Subject(
        order=world.order | {"number": EVIL, "lines": lines},
        details={
            "customer": {"name": EVIL},
            "lines": sold,
            "totals": {"total": 10**15, "subtotal": 500 * 10**6, "tax": 1, "shipping": 1},
            "currency": "EUR",
        },
        shop={"name": EVIL},
        shipment=None,
    )


def hostile_shipment():
    lines = [{"line_id": str(n), "quantity": 10**6} for n in range(500)]
    shipment = {
        "token": '"><script>',
        "lines": lines,
        "status": "in_transit",
        "parcels": [{"carrier": EVIL, "tracking_number": EVIL, "estimate": EVIL}] * 100,
    }
    return replace(hostile_subject(), shipment=shipment)


def test_the_examples_are_what_an_english_reader_sees():
    shown = {}
    for said in MESSAGES.values():
        facts = sample_facts(said, "en-US")
        shown |= {
            v.name: (getattr(facts, v.name), v.example)
            for v in said.variables
            if v.kind is Kind.TEXT
        }
    for name in (
        "placed_on",
        "subtotal",
        "discount",
        "shipping",
        "tax",
        "total",
        "number",
        "tracking_url",
        "estimated_delivery",
        "previous_estimate",
        "refunded",
        "carrier",
        "day",
    ):
        found, example = shown[name]
        assert found == example, name


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", MESSAGES)
def test_our_own_wordings_pass_the_check_that_shops_have_to(name, language):
    for channel in MESSAGES[name].channels:
        template = DEFAULTS.template(name, channel, language)
        assert TRIAL.faults(template, MESSAGES[name], channel, language) == []


def test_the_documents_example_is_taken():
    text = (ROOT / "docs/wording.md").read_text()
    [(name, body)] = re.findall(r"templates/(\w+)/email/en\" .* -d '(\{.*?\})'\n", text, re.DOTALL)
    template = Template(json.loads(body))
    assert TRIAL.faults(template, MESSAGES[name], Channel.EMAIL, "en") == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_says_order_goods_and_link_in_both_parts(name, locale):
    mail = mail_of(name, replace(FRIENDLY, locale=locale))
    page = Page(mail.html)
    assert "1001" in mail.subject
    for said in (page.text, mail.text):
        assert all(fact in said for fact in ("1001", "Blue mug", "Red mug", "Jane", "Mugs & More"))
        assert all(fact in said for fact in ("€24.00", "€36.00", "€45.10"))
    assert page.links == [URL]
    assert URL in mail.text
    assert "<" not in mail.text
    assert not page.unstyled
    assert "prefers-color-scheme: dark" in mail.html
    assert not re.search(r"\n{3,}", mail.text)
    assert not {"script", "img", "link", "iframe"} & page.tags


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", TO_SHOPS)
def test_a_mail_to_the_shop_names_no_customer_and_has_no_link(name, locale):
    facts = replace(sample_facts(MESSAGES[name], locale), more_skus=3, more_orders=3)
    mail = mail_of(name, facts)
    assert isinstance(facts, ShopFacts)
    assert Page(mail.html).links == []
    assert "Jane" not in mail.html + mail.text
    assert mail.sender_name == "Waybill"
    assert "Mugs & More" in mail.text
    assert not {field.name for field in fields(ShopFacts)} & {"name", "items", "unsubscribe_url"}
    for variable in MESSAGES[name].variables:
        if variable.kind is Kind.LIST:
            rows = getattr(facts, variable.name)
            assert rows
            named = {"sku", "location", "number"}
            for row in rows:
                assert all(said in mail.text for name, said in vars(row).items() if name in named)
            assert "3" in mail.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("order_confirmed", ["November 27, 2026", "€45.10", "€36.00", "€7.20", "-€3.00", "€4.90"]),
        ("shipment_dispatched", ["Monday, November 30, 2026"]),
        ("estimate_changed", ["Monday, November 30, 2026", "Saturday, November 28, 2026"]),
        ("order_refunded", ["€12.00"]),
        ("order_held", ["7K3M9-QX2AT", "not enough stock"]),
        ("stock_alert", ["MUG-1 at berlin: out of stock", "MUG-2 at berlin: running low"]),
        ("carrier_down", ["DHL", "November 27, 2026, 9:05\u202fAM"]),
        ("budget_spent", ["500 SMS", "November 27, 2026", "by order 7K3M9-QX2AT"]),
    ],
)
def test_a_mail_says_what_its_reader_looks_for(name, said):
    text = mail_of(name, sample_facts(MESSAGES[name], "en-US")).text.replace("\u202f", " ")
    assert [each for each in said if each.replace("\u202f", " ") not in text] == []


@pytest.mark.parametrize(("locale", "word"), [("en", "rder"), ("de", "estellung")])
def test_a_limit_is_an_orders_or_the_shops(locale, word):
    facts = sample_facts(MESSAGES["budget_spent"], locale)
    of_order = mail_of("budget_spent", facts)
    assert of_order.subject.count("7K3M9-QX2AT") == 1
    of_shop = mail_of("budget_spent", replace(facts, number=""))
    assert word in of_order.text
    assert word not in of_shop.subject + of_shop.text
    assert "  " not in of_order.text + of_shop.text


@pytest.mark.parametrize("name", ["shipment_dispatched", "delivered"])
@pytest.mark.parametrize(
    ("locale", "one", "several"),
    [("en", "a parcel", "several parcels"), ("de", "ein Paket", "mehrere Pakete")],
)
def test_several_parcels_are_not_one(name, locale, one, several):
    facts = sample_facts(MESSAGES[name], locale)
    of_one = mail_of(name, facts).text
    of_two = mail_of(name, replace(facts, parcels=facts.parcels * 2)).text
    assert one in of_one
    assert several not in of_one
    assert several in of_two
    assert f"{one} " not in of_two
    assert "  " not in of_one.partition("\n- ")[0] + of_two.partition("\n- ")[0]


def test_what_is_not_known_is_not_mentioned():
    facts = replace(FRIENDLY, estimated_delivery="", previous_estimate="")
    assert "Expected" not in mail_of("shipment_dispatched", facts).text
    assert "not named a new date" in mail_of("estimate_changed", facts).text
    assert "tracking page" not in mail_of("action_required", replace(facts, tracking_url="")).text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", MAILS)
def test_hostile_text_stays_text(name, locale):
    reader = Reader(NOW, public_url="https://x.example/")
    for subject in (hostile_subject(), hostile_shipment()):
        facts = facts_of(subject, {"reason": EVIL}, locale=locale, reader=reader)
        mail = mail_of(name, facts)
        page = Page(mail.html)
        assert "script" not in page.tags
        assert all(link.startswith("https://x.example/track/%22%3E") for link in page.links)
        assert "{{ 7*7 }}" in mail.text  # shown as it was written, not computed
        for line in (mail.subject, mail.sender_name):
            assert line.isprintable()
        assert not re.search(r"^bcc:", mail.text, re.IGNORECASE | re.MULTILINE)
        assert "\u202e" not in mail.text + mail.html
        assert len(mail.html.encode()) < 60_000


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", SMS)
@pytest.mark.parametrize(
    "shop_name", ["Mugs", "M" * 200, "{[€]}" * 40, "Кружки", "\n", "\u2167\u2019s \u201cBär\u201d"]
)
@pytest.mark.parametrize("path", ["", "/track/" + "t" * 43, "/track/" + "t" * 200])
@pytest.mark.parametrize("number", ["7K3M9-QX2AT", "#" * 20, "#" * 32])
def test_every_sms_is_one_part(name, locale, shop_name, path, number):
    facts = replace(
        FRIENDLY,
        locale=locale,
        shop_name=one_line(shop_name, 80),
        number=number,
        tracking_url=path and f"https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com{path}",
    )
    text = sms_of(name, facts).text
    assert (encoding(text), count_parts(text)) == ("GSM-7", 1)
    assert number in text
    # An API's own URL and a token of 256 bits fit beside the numbers that shops give.
    assert len(path) + len(number) > 70 or facts.tracking_url in text


def test_an_sms_names_shop_order_and_link():
    assert sms_of("out_for_delivery", FRIENDLY).text == (
        f"Mugs & More: Order 1001 is out for delivery. {URL}"
    )
    assert sms_of("out_for_delivery", replace(FRIENDLY, locale="de")).text == (
        f"Mugs & More: Bestellung 1001 ist in Zustellung. {URL}"
    )


def test_a_mail_without_link_or_name_says_nothing_empty():
    facts = replace(
        FRIENDLY, tracking_url="", name="", total="", subtotal="", parcels=(), more_items=3
    )
    mail = mail_of("delivered", facts)
    assert Page(mail.html).links == []
    assert "Hello," in mail.text
    assert "and 3 more" in mail.text
    assert "Track" not in mail.text
    assert "otal" not in mail.text


def test_a_mail_is_written_from_right_to_left_where_its_language_is():
    template = DEFAULTS.template("delivered", Channel.EMAIL, "en")
    labels = DEFAULTS.labels(Audience.CUSTOMER, "en")
    assert 'dir="rtl"' in RENDERER.mail(template, replace(FRIENDLY, locale="ar-EG"), labels).html
    assert 'dir="ltr"' in RENDERER.mail(template, FRIENDLY, labels).html


def test_lines_with_a_hyphen_are_points_of_a_list():
    blocks = blocks_of("One\nline.\n\nThese:\n- first\n-  second\n\n\n- \n")
    assert [(each["text"], each["points"]) for each in blocks] == [
        ("One line.", []),
        ("These:", []),
        ("", ["first", "second"]),
    ]


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Jane O'Hara", "Jane O'Hara"),
        ("J. R. Müller", "J. R. Müller"),
        ("Win money https://evil.example", ""),
        ("www.evil", ""),
        ("Visit evil.example now", ""),
        ("mail me@evil", ""),
        ("Jane\r\nBcc: x", "Jane Bcc: x"),
    ],
)
def test_a_name_that_carries_a_link_is_not_greeted(name, greeted):
    assert greeting_name(name) == greeted


def test_one_line_is_one_line_of_bounded_length():
    assert one_line(" a\r\n\tb\x00\u2028c\u202e ", 10) == "a b c"
    assert one_line("x" * 20, 10) == "x" * 9 + "…"
