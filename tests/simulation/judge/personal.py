"""What of a call is personal or secret, by the members that hold it; theirs is whoever typed it.

A table of our API's members and of those of platforms' webhooks: what a person may type into a
field is nobody else's business, whatever it is.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.simulation.judge.verdict import Call

_FORM: Final = "application/x-www-form-urlencoded"
"""What a page of ours posts, which says nothing of anybody."""
_PERSONAL: Final = frozenset(
    {
        "email", "contact_email", "alert_email", "phone",
        "line1", "line2", "address1", "address2", "company", "city", "region", "province",
        "postal_code", "zip", "first_name", "last_name", "note",
    }
)  # fmt: skip
"""Members whose text is personal wherever they stand."""
_PEOPLE: Final = frozenset({"customer", "shipping_address", "billing_address"})
"""Members that are about a person: the name in them is personal too."""
_WHOLE: Final = frozenset({"secrets", "credentials", "metadata", "note_attributes"})
"""Members of which each text is secret, or whatever its owner wants it to be."""


def typed(call: Call) -> Iterator[str]:
    """Each text of a call that no log, event, metric or queue may hold; "" and None among them."""
    body = call.body
    if isinstance(body, str):
        body = {} if call.headers.get("Content-Type") == _FORM else json.loads(body)
    yield from _of(body, about_a_person=False)
    if "email" in call.query:
        yield call.query["email"]


def _of(value: Any, *, about_a_person: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name in _PERSONAL or name in _WHOLE or (about_a_person and name == "name"):
                yield from _all(member)
            else:
                yield from _of(member, about_a_person=name in _PEOPLE)
    elif isinstance(value, list):
        for member in value:
            yield from _of(member, about_a_person=about_a_person)


def _all(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for member in value.values() if isinstance(value, Mapping) else value:
            yield from _all(member)
