"""Messages, languages, variables and the files of words hold together."""

from dataclasses import fields

import pytest

from notify.people.page import WORDS
from notify.policy.rules import Audience, Channel
from notify.policy.table import RULES
from notify.words.defaults import FOLDER, Defaults
from notify.words.help import TEXTS
from notify.words.languages import LOCALES
from notify.words.messages import MESSAGES
from notify.words.rendering import FILTERS
from notify.words.samples import sample_facts
from notify.words.template import LABELS
from notify.words.variables import Kind
from tests.support.template import ROOT

DEFAULTS = Defaults()


def test_the_policy_says_nothing_that_there_are_no_words_for():
    for rule in RULES:
        said = MESSAGES[rule.name]
        assert rule.channel in said.channels
        assert rule.audience is said.audience


def test_there_are_words_in_each_language_and_no_others():
    wanted = {
        f"{said.name}/{channel}.{language}.j2"
        for said in MESSAGES.values()
        for channel in said.channels
        for language in LOCALES
    } | {
        f"labels/{audience}.{language}.j2"
        for audience in (Audience.CUSTOMER, Audience.SHOP)
        for language in LOCALES
    }
    found = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*/*.j2")}
    assert found == wanted


def test_the_page_that_unsubscribes_and_the_answer_to_help_speak_each_language():
    assert set(WORDS) == set(TEXTS) == set(LOCALES)


@pytest.mark.parametrize("language", LOCALES)
def test_the_layouts_have_all_their_labels(language):
    assert set(DEFAULTS.labels(Audience.CUSTOMER, language)) == set(LABELS)
    assert set(DEFAULTS.labels(Audience.SHOP, language)) == {"hello", "why"}


def test_a_variable_is_a_field_of_the_facts_and_the_sample_fills_it():
    for said in MESSAGES.values():
        facts = sample_facts(said, "en-US")
        for variable in said.variables:
            value = getattr(facts, variable.name)
            kinds = {Kind.TEXT: str, Kind.NUMBER: int, Kind.LIST: tuple}
            assert isinstance(value, kinds[variable.kind])
            if variable.kind is Kind.LIST:
                [row, *_] = value
                assert {field.name for field in fields(row)} == {
                    one.name for one in variable.fields
                }
                assert all(
                    set(example) == {one.name for one in variable.fields}
                    for example in variable.example
                )
            elif variable.always:
                assert value, variable.name
            if variable.one_of:
                assert variable.example in variable.one_of


def test_the_document_names_what_there_is():
    text = (ROOT / "docs/wording.md").read_text()
    for word in (*LABELS, *FILTERS):
        assert f"`{word}`" in text


def test_the_version_names_the_words(tmp_path):
    (tmp_path / "greeting").mkdir()
    wording = tmp_path / "greeting/sms.en.j2"
    given = ("greeting", Channel.SMS, "en", Audience.CUSTOMER)
    wording.write_text("Hello")
    first = Defaults(tmp_path).version(*given)
    assert first == Defaults(tmp_path).version(*given)
    wording.write_text("Good day")
    assert first != Defaults(tmp_path).version(*given)
    mails = [
        said.name
        for said in MESSAGES.values()
        if Channel.EMAIL in said.channels and said.audience is Audience.CUSTOMER
    ]
    versions = {DEFAULTS.version(n, Channel.EMAIL, "en", Audience.CUSTOMER) for n in mails}
    assert len(versions) == len(mails)
