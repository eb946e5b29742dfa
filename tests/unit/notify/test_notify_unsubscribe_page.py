"""The page that unsubscribes: plain, escaped, in two languages, with one button."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from notify.people import page
from notify.people.page import Moment
from notify.policy.rules import Topic


class Read(HTMLParser):
    """What a page says, and the elements it has."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data

    def only(self, tag):
        [found] = [attrs for name, attrs in self.elements if name == tag]
        return found


def shown(moment=Moment.ASKED, *, shop="Tea & <Co>", topic=Topic.DELIVERIES, language="en"):
    return Read(page.render(shop, topic, moment, language))


def test_who_looks_is_asked_and_nothing_else():
    read = shown()
    assert "Unsubscribe?" in read.words
    assert "Tea & <Co> sends you messages about your deliveries." in read.words
    assert read.only("form") == {"method": "post"}
    assert read.only("button") == {"name": "List-Unsubscribe", "value": "One-Click"}
    assert read.only("html") == {"lang": "en"}


def test_who_is_gone_can_come_back():
    read = shown(Moment.GONE)
    assert "You are unsubscribed" in read.words
    assert "sends you no more messages about your deliveries" in read.words
    assert read.only("button") == {"name": "action", "value": "resubscribe"}
    back = shown(Moment.BACK)
    assert "You are subscribed again" in back.words
    assert back.only("button")["value"] == "One-Click"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("shop", ["", "Tea {topic}", "</p><script>alert(1)</script>"])
def test_nothing_from_outside_becomes_markup(shop, moment, topic, language):
    html = page.render(shop, topic, moment, language)
    read = Read(html)
    assert not {"script", "img", "link", "iframe", "a"} & {tag for tag, _ in read.elements}
    assert read.only("html") == {"lang": language}
    assert shop in read.words
    assert "{shop}" not in read.words
    assert " style=" not in html


def test_it_is_german_for_germans():
    read = shown(Moment.GONE, language="de")
    assert "Sie sind abgemeldet" in read.words
    assert "Tea & <Co> schickt Ihnen keine Nachrichten zu Ihren Lieferungen mehr." in read.words


def test_the_style_is_the_one_that_the_policy_allows_and_a_form_goes_nowhere_else():
    policy = page.PAGES.headers["Content-Security-Policy"]
    (style,) = re.findall(
        "<style>(.*)</style>", page.render("Tea", Topic.ORDERS, Moment.GONE, "en")
    )
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "form-action 'self'" in policy
    assert "color-scheme:light dark" in style
    assert page.PAGES.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "de", "de"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "en-GB, de;q=0.9", "en"),
        (None, "fr-CA, fr;q=0.9, de;q=0.3, en;q=0.2", "de"),
        (None, "fr", "en"),
        (None, "de;q=0, en;q=0.1", "en"),
        (None, "de;q=0", "en"),
        (None, "*", "en"),
        (None, "en;q=0.5;level=1,,;q=,de;q=9", "en"),
        ("de-AT", "en", "de"),
        ("en", "de", "en"),
        ("fr", "de", "de"),
    ],
)
def test_the_language_is_the_readers(locale, accepted, language):
    assert page.language_of(locale, accepted) == language


def test_a_link_that_leads_nowhere():
    assert "Please check it" in Read(page.render_unknown("en")).words
    assert "Bitte prüfen Sie ihn" in Read(page.render_unknown("de")).words
