"""Takes a condition, or a part of one, off a write, so that DynamoDB takes the write as before."""

import re
from collections.abc import Mapping
from typing import Any, Final

Body = dict[str, Any]

CONDITION: Final = "ConditionExpression"
_SHOWS: Final = "ReturnValuesOnConditionCheckFailure"
_TERMS: Final = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_TERM: Final = re.compile(r"[#:]\w+")
_ALWAYS: Final = "attribute_exists(pk) OR attribute_not_exists(pk)"
"""What a check in a transaction keeps, which DynamoDB takes with a condition only."""


def weakened(verb: str, body: Mapping[str, Any], left: str | None) -> Body:
    """A write with ``left`` of its condition, nothing where it is None.

    Names and values that nothing uses any more go too, for DynamoDB refuses them.
    """
    if left is None and verb == "ConditionCheck":
        left = _ALWAYS
    after = {name: value for name, value in body.items() if name not in {CONDITION, _SHOWS}}
    if left is not None:
        after[CONDITION] = left
        after |= {_SHOWS: body[_SHOWS]} if _SHOWS in body else {}
    used = set(_TERM.findall(f"{after.get(CONDITION, '')} {after.get('UpdateExpression', '')}"))
    for terms in _TERMS:
        if terms not in after:
            continue
        after[terms] = {name: value for name, value in after[terms].items() if name in used}
        if not after[terms]:
            del after[terms]
    return after
