"""A wording is tried with facts of every kind before it is stored."""

import time

import pytest

from notify.policy.rules import Channel
from notify.templates.trying import Trial
from notify.words.composing import Composer
from notify.words.defaults import Defaults
from notify.words.facts import Facts, ItemLine
from notify.words.messages import MESSAGES
from notify.words.samples import sample_facts
from notify.words.template import Own, Place, Template
from notify.words.text import one_line
from tests.unit.notify.mail_page import Page
from tests.unit.notify.notify_world import OURS

DEFAULTS = Defaults()
TRIAL = Trial(DEFAULTS)
GOOD = {"subject": "Order {{ number }}", "headline": "Thanks", "body": "We have it."}


def mail(said="order_confirmed", *, locale="en", labels=None, **texts):
    template = Template(GOOD | texts, labels or {})
    return TRIAL.faults(template, MESSAGES[said], Channel.EMAIL, locale)


def sms(body, *, max_parts=1, public_url=""):
    template = Template({"body": body}, {}, max_parts)
    said = MESSAGES["out_for_delivery"]
    return TRIAL.faults(template, said, Channel.SMS, "en", public_url=public_url)


def test_a_wording_that_is_good_for_all_is_taken():
    assert mail() == []
    assert mail(body="{% for i in items %}\n- {{ i.title }}\n{% endfor %}\nHi", locale="ar") == []
    assert mail(labels={"hello": "Hi {{ name }}", "why": "Because."}) == []


@pytest.mark.parametrize(
    ("texts", "pointer", "detail"),
    [
        ({"subject": "{{ name }}"}, "/subject", "nothing is left of it with no name"),
        ({"subject": "{{ placed_on }}{{ total }}"}, "/subject", "with no placed_on and no total"),
        ({"headline": "{% if items %}Yes{% endif %}"}, "/headline", "with no items"),
        ({"body": "{# nothing #}"}, "/body", "nothing is left of it"),
        ({"body": "{% if more_items == 0 %}Yes{% endif %}"}, "/body", "nothing is left"),
        ({"subject": "\u200b"}, "/subject", "nothing is left of it with long texts"),
        ({"headline": "\u202e{{ name }}"}, "/headline", "nothing is left of it with no name"),
        ({"body": "\u200b"}, "/body", "nothing is left of it with long texts"),
        ({"body": "- \n-"}, "/body", "nothing is left of it with long texts"),
        ({"subject": "One\n{% if total %}two{% endif %}"}, "/subject", "more than one line"),
        ({"subject": "a{{ '\\r\\n' }}Bcc: b"}, "/subject", "more than one line"),
        ({"body": "x" * 2000 + "{% for i in items %}{{ i.title * 9 }}{% endfor %}"}, "/body", "+"),
        (
            {"body": "{% for i in items %}\n- " + "{{ i.title }} " * 20 + "\n{% endfor %}"},
            "/body",
            "bytes of HTML with long texts and 50 rows; at most 60000",
        ),
    ],
)
def test_a_mail_that_would_not_do_for_some(texts, pointer, detail):
    [fault] = mail(**texts)
    assert fault.pointer == pointer
    assert detail in fault.detail


def test_every_reason_is_tried():
    body = "{% if reason != 'fraud' %}Sorry.{% endif %}"
    [fault] = mail("order_cancelled", body=body)
    assert fault.detail == "nothing is left of it with reason fraud"


def test_every_kind_in_a_row_is_tried():
    body = (
        "{% for s in skus %}{% if s.kind != 'low' %}{{ s.sku }}{% endif %}{% else %}x{% endfor %}"
    )
    [fault] = mail("stock_alert", subject="Stock", body=body)
    assert fault.detail == "nothing is left of it with kind low"


@pytest.mark.parametrize("number", [1, 50])
def test_one_row_and_fifty_are_tried(number):
    body = f"{{% if items|length != {number} %}}Yes{{% endif %}}"
    assert mail(body=body)


@pytest.mark.parametrize("marks", ["{{ name }}", "{{ shop_name }}", "{{ number }}"])
def test_of_many_variables_each_pair_is_tried(marks):
    optional = (
        "{% if shop_name or name or placed_on or subtotal or discount or shipping or total %}"
    )
    assert mail(body=optional + "a{% endif %}" + marks + "b") == []
    assert mail(body="{% if placed_on or total %}a{% endif %}" + "{# " + optional[3:-3] + " #}")


def test_a_label_that_fails_is_named():
    [fault] = mail(labels={"hello": "{{ nmae }}"})
    assert (fault.pointer, fault.detail[:6]) == ("/labels/hello", "line 1")


@pytest.mark.parametrize("label", ["track", "why", "unsubscribe"])
@pytest.mark.parametrize("words", ["", " ", "\u200b", "{% if name %}Here{% endif %}"])
def test_the_reason_and_the_links_of_a_mail_stay_to_be_seen(label, words):
    [fault] = mail("shipment_dispatched", labels={label: words})
    assert fault.pointer == f"/labels/{label}"
    assert fault.detail.startswith("nothing is left of it")


def test_a_greeting_may_be_left_out():
    assert mail(labels={"hello": ""}) == []


def test_the_largest_wording_is_tried_in_bounded_time():
    row = "{% for i in items %}{{ i.price }}{% endfor %}"
    conditions = "".join(
        f"{{% if {v.name} %}}a{{% endif %}}" for v in MESSAGES["order_confirmed"].variables
    )
    body = conditions + (row * 200)[: 5000 - len(conditions) - len(row)].rpartition("{% for")[0]
    began = time.process_time()
    mail(body=body)
    assert time.process_time() - began < 10


# --- SMS -----------------------------------------------------------------------------------------

URL = "{{ tracking_url }}"


@pytest.mark.parametrize(
    ("body", "max_parts", "detail"),
    [
        ("Order {{ number }}: " + URL, 1, ""),
        ("\u201cOrder\u201d \u2013 {{ number }}", 1, ""),  # typographic marks are made plain
        ("Commande prête {{ number }}", 1, "'ê' is not in GSM-7"),
        ("Commande prête {{ number }}", 2, ""),
        ("Ждите {{ number }} " + URL, 1, "'Ж' is not in GSM-7"),
        ("Заказ {{ number }} " + URL, 2, ""),
        ("Заказ" * 30, 2, "3 parts of SMS"),
        ("{{ name or 'Друг' }}", 1, "is not in GSM-7"),
        ("{# Привет #}Order", 1, ""),
        ("x" * 120 + URL, 1, "2 parts of SMS"),
        ("x" * 120 + URL, 2, ""),
        ("x" * 161, 1, "2 parts of SMS"),
        ("x" * 900, 4, "6 parts of SMS"),
        ("x" * 120 + "{{ name }}", 1, "parts with long texts and 50 rows, even without the link"),
        ("{{ name }}", 1, "nothing is left of it with emoji"),
        ("{{ tracking_url }}", 1, "nothing is left of it"),
    ],
)
def test_an_sms_is_of_as_many_parts_as_it_may_take(body, max_parts, detail):
    found = sms(body, max_parts=max_parts)
    assert [fault.pointer for fault in found] == (["/body"] if detail else [])
    assert all(detail in fault.detail for fault in found)


def test_the_deployments_own_links_count():
    body = "x" * 80 + URL
    assert sms(body) == []
    assert sms(body, public_url="https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com")


# --- what comes of what was taken ---------------------------------------------------------------


def test_markup_and_headers_stay_words():
    texts = {
        "subject": "Hi <script> {{ name }}",
        "headline": "</td> & {{ name }}",
        "body": "<script>alert(1)</script></td>\n\n- <b>{{ name }}</b>\n\n\\r\\nBcc: x {{ '<i>' }}",
    }
    labels = {"hello": "<img src=x> {{ name }}", "why": "</table>"}
    assert mail(labels=labels, **texts) == []
    evil = one_line("<script>\r\nBcc: all@victim.example</td>", 80)
    facts = Facts("en", evil, evil, evil, (ItemLine(evil, 1),), 0, "", "", (), "")
    place = Place("order_confirmed", Channel.EMAIL, "en")
    content = OURS.own(place, place, Own(Template(texts, labels), 1), lambda _: facts).content
    page = Page(content.html)
    assert not {"script", "img", "b", "i"} & page.tags
    assert "<script>alert(1)</script></td>" in page.text
    assert content.subject.isprintable()
    assert not any(line.startswith("Bcc") for line in content.text.splitlines())


def test_a_wording_of_another_language_brings_its_own_labels():
    texts = {"subject": "Commande {{ number }}", "headline": "Merci", "body": "Bien reçu."}
    labels = {
        "hello": "Bonjour {{ name }},",
        "total": "Total TTC",
        "order": "Commande {{ number }}",
    }
    assert mail(locale="fr", labels=labels, **texts) == []
    place = Place("order_confirmed", Channel.EMAIL, "fr")
    own = Own(Template(texts, labels), 1)
    composed = OURS.own(
        place, place, own, lambda locale: sample_facts(MESSAGES["order_confirmed"], locale)
    )
    text = composed.content.text
    assert "Bonjour Jane Doe," in text
    assert "Total TTC: 45,10\xa0€" in text
    assert "Subtotal" in text  # the rest is English
    assert isinstance(OURS, Composer)
