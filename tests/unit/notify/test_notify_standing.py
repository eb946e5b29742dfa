"""What speaks against an address: counted once, the gravest kept, lifted by hand."""

from itertools import permutations

import pytest

from notify.feedback.mail_events import Objection
from notify.feedback.standing import Standing, after, lifted
from notify.people.contact import Cause, Suppression

NOW = "2026-11-22T10:00:00.000Z"
LIFTED = "2026-11-23T10:00:00.000Z"


def objection(cause, identifier="f1", at=NOW):
    return Objection(identifier, cause, "General", at, ("a@b.example",))


@pytest.mark.parametrize("order", list(permutations(Cause)))
def test_the_gravest_cause_stays(order):
    standing = Standing(transient=("f8", "f9"))
    for cause in order:
        standing = after(standing, objection(cause), NOW)
    assert standing.suppression == Suppression(Cause.COMPLAINT, NOW, "General")


def test_without_a_time_of_its_own_it_is_told_now():
    standing = after(Standing(), objection(Cause.BOUNCE, at=None), NOW)
    assert standing.suppression.at == NOW


@pytest.mark.parametrize("cause", list(Cause))
def test_the_same_feedback_again_is_no_news(cause):
    once = after(Standing(), objection(cause), NOW)
    assert once != Standing()
    assert after(once, objection(cause), NOW) == once


def test_lifting_begins_anew_and_what_was_told_before_counts_no_more():
    standing = Standing(3, transient=("f1", "f2"))
    standing = after(standing, objection(Cause.BOUNCES, "f3"), NOW)
    free = lifted(standing, LIFTED)
    assert free == Standing(3, lifted_at=LIFTED)
    for cause in Cause:  # delivered once more, days later, from a failure queue
        assert after(free, objection(cause), LIFTED) == free
    later = objection(Cause.COMPLAINT, "f4", "2026-11-24T10:00:00.000Z")
    assert after(free, later, LIFTED).suppression is not None


def test_what_was_never_suppressed_cannot_be_lifted():
    standing = Standing(1, transient=("f1",))
    assert lifted(standing, LIFTED) == standing
