"""Reading finds what a wording may not do, and where; nothing of it is run."""

import time

import pytest

from notify.templates.checking import MAX_DEPTH, fault_of
from notify.words.messages import MESSAGES
from notify.words.rendering import FILTERS, TESTS, wordings_environment

ORDER = MESSAGES["order_cancelled"].variables
ALERT = MESSAGES["stock_alert"].variables

REFUSED = [
    # what there is not
    ("{{ nmae }}", "unknown variable 'nmae', did you mean 'name'?"),
    ("{% if total and totel %}x{% endif %}", "unknown variable 'totel'"),
    ("{% if 0 %}{{ nope }}{% endif %}", "unknown variable 'nope'"),
    (
        "{% for i in items %}{{ i.titel }}{% endfor %}",
        "unknown field 'titel', did you mean 'title'?",
    ),
    ("{% for i in items if i.prize %}x{% endfor %}", "unknown field 'prize'"),
    ("{% for i in items %}{% endfor %}{{ i.title }}", "unknown variable 'i'"),
    ("{{ loop.index }}", "unknown variable 'loop'"),
    ("{% for i in items if loop.first %}{% endfor %}", "unknown variable 'loop'"),
    ("{{ tracking_url }}", "unknown variable 'tracking_url'"),
    ("{{ self }}", "unknown variable 'self'"),
    ("{{ refunded }}", "unknown variable 'refunded'"),
    # syntax
    ("{{ name", "unexpected end"),
    ("{% foo %}", "unknown tag"),
    ("{% if name %}", "Unexpected end of template"),
    ("{{ 'a }}", "unexpected char"),
    # what leads out of the sandbox
    ("{{ ''.__class__.__mro__ }}", "only the rows of a list have fields"),
    ("{{ name.__class__ }}", "only the rows of a list have fields"),
    ("{% for i in items %}{{ i.__class__ }}{% endfor %}", "unknown field '__class__'"),
    ("{{ name['x'] }}", "there is no [ ]"),
    ("{{ items[0] }}", "there is no [ ]"),
    ("{{ name|attr('x') }}", "unknown filter 'attr'"),
    ("{{ name|safe }}", "unknown filter 'safe'"),
    ("{{ name is callable }}", "unknown test 'callable'"),
    # what is called, or taken from elsewhere
    ("{{ name.upper() }}", "nothing can be called"),
    ("{{ range(9) }}", "nothing can be called"),
    ("{{ lipsum() }}", "nothing can be called"),
    ("{{ super() }}", "nothing can be called"),
    ("{% include 'labels/shop.en.j2' %}", "include is not allowed"),
    ("{% import 'x' as x %}", "import is not allowed"),
    ("{% from 'x' import y %}", "import is not allowed"),
    ("{% extends 'x' %}", "extends is not allowed"),
    ("{% block x %}{% endblock %}", "block is not allowed"),
    ("{% macro a() %}{{ a() }}{% endmacro %}", "macro is not allowed"),
    ("{% call a() %}{% endcall %}", "call is not allowed"),
    ("{% filter upper %}x{% endfilter %}", "filter blocks are not allowed"),
    ("{% with x = name %}{{ x }}{% endwith %}", "with is not allowed"),
    ("{% autoescape false %}{{ name }}{% endautoescape %}", "is not allowed"),
    # what grows
    ("{% set x = name ~ name %}", "set is not allowed"),
    ("{% set x %}{{ name }}{{ name }}{% endset %}", "set is not allowed"),
    ("{{ 'x' * 10**9 }}", "no arithmetic but + and -"),
    ("{{ 10**9**9 }}", "no arithmetic but + and -"),
    ("{{ items|join('x'*9999999) }}", "unknown filter 'join'"),
    ("{{ '%999999999d' % 1 }}", "no arithmetic but + and -"),
    ("{{ name|center(999999999) }}", "unknown filter 'center'"),
    ("{{ name|replace('a', 'aaaa') }}", "unknown filter 'replace'"),
    ("{{ name|indent(999999999) }}", "unknown filter 'indent'"),
    ("{% for i in range(10**9) %}{% endfor %}", "loops go over items alone"),
    ("{% for i in name %}{% endfor %}", "loops go over items alone"),
    ("{% for i in [1] %}{% endfor %}", "loops go over items alone"),
    ("{% for i in items %}{% for j in items %}{% endfor %}{% endfor %}", "a loop in a loop"),
    ("{% for i in items recursive %}{% endfor %}", "a loop cannot be recursive"),
    ("{% for a, b in items %}{% endfor %}", "a loop names one variable"),
    ("{% for name in items %}{% endfor %}", "name is taken"),
    ("{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}", "nested too deeply"),
    ("{% if 1 %}" * (MAX_DEPTH + 1) + "{% endif %}" * (MAX_DEPTH + 1), "nested too deeply"),
    ("{{ name" + "|upper" * MAX_DEPTH + " }}", "nested too deeply"),
    ("{{ 1" + " + 1" * 1200 + " }}", "nested too deeply"),  # a loop reads it, and makes a deep tree
    ("{{ 1" + "0" * 4900 + " }}", "a number that is too long"),
    ("{{ 9999999999 }}", "numbers up to a billion"),
    ("{{ 1e999 }}", "numbers up to a billion"),
    # what would fail for some readers, or show them nothing they can read
    ("{{ items }}", "a list: show it with"),
    ("{{ items or 'none' }}", "a list: show it with"),
    ("{% for i in items %}{{ i }}{% endfor %}", "name one of its fields"),
    ("{% for i in items %}{{ loop }}{% endfor %}", "name one of its fields"),
    ("{{ name if total }}", "if without else"),
    ("{{ total < 5 }}", "a number is needed here"),
    ("{{ name + 1 }}", "a number is needed here"),
    ("{{ more_items ~ items }}", "a text or a number is needed here"),
    ("{{ name in items }}", "in: of values in brackets"),
    ("{{ items == 1 }}", "only texts and numbers are compared"),
    ("{{ more_items|length }}", "length: of a list or a text"),
    ("{{ name|upper(1) }}", "upper takes no argument here"),
    ("{{ name|default(value='x') }}", "its arguments have no names here"),
    ("{{ none }}", "only texts, true, false"),
    ("{{ name is even }}", "a number is needed here"),
]
TAKEN = [
    "Plain words, 100 % — { and } too",
    "{{ name }} {{ total|upper }} {{ name|default('you', true) }} {{ name or 'you' }}",
    "{% if more_items > 0 and items|length >= 3 %}{{ more_items + 1 - 1 }}{% endif %}",
    "{% for i in items if i.price %}{{ loop.index }}{{ i.title }}{% else %}none{% endfor %}",
    "{% for i in items %}{{ i.quantity }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{{ 'a' if reason in ('customer', 'staff') else 'b' }}",
    "{% if reason == 'customer' %}a{% elif reason != 'other' %}b{% else %}c{% endif %}",
    "{{ more_items is odd }}{{ name ~ ' ' ~ number }}{# nothing #}{% raw %}{{ x }}{% endraw %}",
]


@pytest.mark.parametrize(("text", "detail"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
def test_what_a_wording_may_not_do(text, detail):
    began = time.perf_counter()
    fault = fault_of("first line\n" + text, ORDER)
    assert fault is not None
    assert detail in str(fault)
    if "\n" not in text and "too" not in detail:
        assert fault.line == 2
    assert time.perf_counter() - began < 5  # on a busy machine; a tenth of a second on a quiet one


@pytest.mark.parametrize("text", TAKEN)
def test_what_a_wording_may_do(text):
    assert fault_of(text, ORDER) is None


def test_each_message_has_its_own_variables():
    assert fault_of("{% for line in skus %}{{ line.kind }}{% endfor %}", ALERT) is None
    assert fault_of("{{ name }}", ALERT) is not None
    assert (
        fault_of("{% for x in name %}{% endfor %}", MESSAGES["carrier_down"].variables) is not None
    )


def test_what_wordings_are_rendered_in_knows_no_more_than_the_check():
    environment = wordings_environment()
    assert environment.globals == {}
    assert set(environment.filters) == FILTERS
    assert set(environment.tests) == TESTS
    assert environment.loader is None
