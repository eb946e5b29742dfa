"""What somebody agreed to, and when: a short history, kept as evidence. Pure."""

from collections.abc import Iterable, Sequence

from notify.people.contact import MAX_CONSENTS, Consent


def newest(consents: Iterable[Consent], what: str) -> Consent | None:
    """Return the last word on a channel or a topic; of one instant, the one told of later."""
    said = [consent for consent in consents if consent.what == what]
    return max(reversed(said), key=lambda consent: consent.at, default=None)


def added(consents: Sequence[Consent], consent: Consent) -> tuple[Consent, ...]:
    """Return the history with one more, oldest first; none twice, and not more than are kept.

    The last word on each channel and topic stays, however much was said of others since.
    """
    if consent in consents:
        return tuple(consents)
    history = sorted([*consents, consent], key=lambda each: each.at)
    last = {what: newest(history, what) for what in {each.what for each in history}}
    older = [each for each in history if each is not last[each.what]]
    dropped = older[: max(0, len(history) - MAX_CONSENTS)]
    return tuple(each for each in history if all(each is not gone for gone in dropped))
