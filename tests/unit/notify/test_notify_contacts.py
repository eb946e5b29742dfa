"""What is known of people: zones that exist, and a history of consents."""

from hypothesis import given
from hypothesis import strategies as st

from notify.people.consents import added, newest
from notify.people.contact import MAX_CONSENTS, Consent
from notify.people.zones import time_zones


def test_zones_are_those_of_the_database_and_of_no_machine():
    assert {"Europe/Berlin", "Asia/Calcutta", "UTC"} <= time_zones()
    assert not {"localtime", "posixrules", "europe/berlin", "", "CEST"} & time_zones()


def said(number: int, what: str = "sms", *, given: bool = True, text: str = "") -> Consent:
    return Consent(what, given, f"2026-11-22T09:{number:02}:00.000Z", "api", text)


def test_the_last_word_is_the_newest_and_of_one_instant_the_one_told_of_later():
    history = (said(1), said(3, given=False), said(2), said(9, "marketing"))
    assert newest(history, "sms") == said(3, given=False)
    assert newest(history, "email") is None
    assert newest((said(1), said(1, given=False)), "sms") == said(1, given=False)


def test_a_consent_is_added_once_and_in_its_place():
    history = added(added((), said(2)), said(1))
    assert history == (said(1), said(2))
    assert added(history, said(1)) == history


def test_the_last_word_on_each_stays_however_much_is_said():
    history = added((), said(0, "marketing", text="Yes, news please"))
    for number in range(1, 50):
        history = added(history, said(number))
    assert len(history) == MAX_CONSENTS
    assert history[0].what == "marketing"
    assert history[1:] == tuple(said(number) for number in range(31, 50))


@given(
    st.lists(
        st.builds(
            said,
            st.integers(0, 59),
            st.sampled_from(["sms", "email", "orders", "marketing"]),
            given=st.booleans(),
        ),
        max_size=60,
    )
)
def test_no_last_word_is_ever_lost(told):
    history = ()
    for consent in told:
        before = history
        history = added(history, consent)
        assert consent in history or len(history) == MAX_CONSENTS
        assert len(history) <= MAX_CONSENTS
        for what in {each.what for each in (*before, consent)}:
            last = newest((*before, consent), what)
            assert newest(history, what).at == last.at
    assert list(history) == sorted(history, key=lambda each: each.at)
