"""Every wording in every locale, with friendly and with hostile facts."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from notify.policy.rules import Audience, Channel
from notify.policy.table import RULES
from notify.words.rendering import Renderer
from notify.words.sms import count_parts
from notify.words.text import greeting_name, money_text, one_line
from notify.words.wording import LOCALES, Facts, ItemLine, ParcelLine, Subject, facts_of, locale_of
from tests.unit.notify.notify_world import PUBLIC_URL, RENDERER, a_world

URL = f"{PUBLIC_URL}/track/tok_en-1"
FRIENDLY = Facts(
    locale="en",
    shop_name="Mugs & More",
    number="1001",
    name="Jane",
    items=(ItemLine("Blue mug", 2), ItemLine("Red mug", 1)),
    more_items=0,
    total="12.00 EUR",
    tracking_url=URL,
    parcels=(ParcelLine("EMS", "EE123456785DE"),),
    reason="inventory",
)
EVIL = "<script>alert(1)</script>\r\nBcc: all@victim.example\u202e{{ 7*7 }} \"'&"
MAILS = sorted(
    {r.name for r in RULES if r.channel is Channel.EMAIL and r.audience is Audience.CUSTOMER}
)
SMS = sorted({rule.name for rule in RULES if rule.channel is Channel.SMS})
VOID = {"meta", "br", "img"}


class Page(HTMLParser):
    """Checks that tags nest, and collects what a reader sees and may click."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.unstyled: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        if tag in {"td", "a"} and "style" not in dict(attrs):
            self.unstyled.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def hostile_subject():
    """An order in which every text that a stranger can write is an attack."""
    world = a_world()
    lines = [{"line_id": str(n), "sku": EVIL, "quantity": 10**6} for n in range(500)]
    return Subject(
        order=world.order | {"number": EVIL, "lines": lines},
        details={
            "customer": {"name": EVIL},
            "lines": [line | {"title": EVIL * 20} for line in lines],
            "totals": {"total": 10**15},
            "currency": "EUR",
        },
        shop={"name": EVIL},
        shipment=world.parcel
        | {
            "token": '"><script>',
            "lines": [{"line_id": str(n), "quantity": 10**6} for n in range(500)],
            "parcels": [{"carrier": EVIL, "tracking_number": EVIL}] * 100,
        },
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_says_order_goods_and_link_in_both_parts(name, locale):
    mail = RENDERER.mail(name, replace(FRIENDLY, locale=locale))
    page = Page(mail.html)
    assert "1001" in mail.subject
    for said in (page.text, mail.text):
        assert all(fact in said for fact in ("1001", "Blue mug", "Red mug", "Jane", "Mugs & More"))
    assert page.links == [URL]
    assert URL in mail.text
    assert "<" not in mail.text
    assert not page.unstyled
    assert "prefers-color-scheme: dark" in mail.html
    assert not re.search(r"\n{3,}", mail.text)
    assert not {"script", "img", "link", "iframe"} & page.tags


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", MAILS)
def test_hostile_text_stays_text(name, locale):
    facts = facts_of(
        hostile_subject(), {"reason": EVIL}, locale=locale, public_url="https://x.example/"
    )
    mail = RENDERER.mail(name, facts)
    page = Page(mail.html)
    assert "script" not in page.tags
    assert all(link.startswith("https://x.example/track/%22%3E") for link in page.links)
    assert "{{ 7*7 }}" in mail.text  # shown as it was written, not computed
    for line in (mail.subject, mail.sender_name):
        assert line.isprintable()
    assert not re.search(r"^bcc:", mail.text, re.IGNORECASE | re.MULTILINE)
    assert "\u202e" not in mail.text + mail.html
    assert len(mail.html.encode()) + len(mail.text.encode()) < 60_000


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
    text = RENDERER.sms(name, facts).text
    assert count_parts(text) == 1
    assert number in text
    # An API's own URL and a token of 256 bits fit beside the numbers that shops give.
    assert len(path) + len(number) > 70 or facts.tracking_url in text


def test_an_sms_names_shop_order_and_link():
    assert RENDERER.sms("out_for_delivery", FRIENDLY).text == (
        f"Mugs & More: Order 1001 is out for delivery. {URL}"
    )
    assert RENDERER.sms("out_for_delivery", replace(FRIENDLY, locale="de")).text == (
        f"Mugs & More: Bestellung 1001 ist in Zustellung. {URL}"
    )


def test_a_mail_without_link_or_name_says_nothing_empty():
    facts = replace(FRIENDLY, tracking_url="", name="", total="", parcels=(), more_items=3)
    mail = RENDERER.mail("delivered", facts)
    assert Page(mail.html).links == []
    assert "Hello," in mail.text
    assert "and 3 more" in mail.text
    assert "Track" not in mail.text
    assert "Total" not in mail.text


def test_a_missing_variable_is_an_error(tmp_path):
    (tmp_path / "greeting").mkdir()
    (tmp_path / "greeting/sms.en.j2").write_text("Hello {{ nobody }}")
    with pytest.raises(UndefinedError):
        Renderer(tmp_path).sms("greeting", FRIENDLY)


def test_a_wording_cannot_leave_its_sandbox(tmp_path):
    (tmp_path / "greeting").mkdir()
    (tmp_path / "greeting/sms.en.j2").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(SecurityError):
        Renderer(tmp_path).sms("greeting", FRIENDLY)


def test_the_version_names_the_words(tmp_path):
    (tmp_path / "greeting").mkdir()
    wording = tmp_path / "greeting/sms.en.j2"
    wording.write_text("Hello")
    first = Renderer(tmp_path).version("greeting", Channel.SMS, "en")
    assert first == Renderer(tmp_path).version("greeting", Channel.SMS, "en")
    wording.write_text("Good day")
    assert first != Renderer(tmp_path).version("greeting", Channel.SMS, "en")
    versions = {RENDERER.version(name, Channel.EMAIL, "en") for name in MAILS}
    assert len(versions) == len(MAILS)


def subject(**order):
    world = a_world()
    return Subject(world.order | order, world.details, world.store, None)


def test_a_confirmation_names_what_is_left_of_the_order():
    lines = [
        {"line_id": "1", "sku": "MUG-1", "quantity": 3, "cancelled": 1},
        {"line_id": "2", "sku": "MUG-2", "quantity": 2, "cancelled": 2},
    ]
    facts = facts_of(subject(lines=lines), {}, locale="de", public_url="")
    assert facts.items == (ItemLine("Blue mug", 2),)
    assert facts.total == ""  # what the rest costs is not known here
    cancelled = facts_of(subject(lines=lines, status="cancelled"), {}, locale="de", public_url="")
    assert [line.quantity for line in cancelled.items] == [3, 2]


def test_a_shipment_names_its_own_lines_and_its_page():
    world = a_world()
    world.parcel["lines"] = [{"line_id": "1", "quantity": 1}]
    told = Subject(world.order, world.details, world.store, world.parcel)
    facts = facts_of(told, {}, locale="de", public_url=PUBLIC_URL + "/")
    assert facts.items == (ItemLine("Blue mug", 1),)
    assert facts.tracking_url == URL
    assert facts.parcels == (ParcelLine("EMS", "EE123456785DE"),)


@pytest.mark.parametrize(
    ("country", "locale"),
    [("DE", "de"), ("AT", "de"), ("CH", "de"), ("FR", "en"), ("US", "en"), (None, "de")],
)
def test_the_language_follows_the_country_of_delivery(country, locale):
    assert locale_of(subject(ship_country=country)) == locale  # None: the address says Germany


def test_without_any_country_the_default_is_written():
    assert locale_of(Subject({"status": "confirmed"}, {}, {}, None)) == "en"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (129900, "EUR", "en", "1,299.00 EUR"),
        (129900, "EUR", "de", "1.299,00 EUR"),
        (5, "EUR", "de", "0,05 EUR"),
        (1299, "JPY", "en", "1,299 JPY"),
        (1234567, "KWD", "de", "1.234,567 KWD"),
    ],
)
def test_money_in_the_readers_form(amount, currency, locale, text):
    assert money_text(amount, currency, locale) == text


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
