"""Who may do what to which shop, and what a new key is called: pure rules."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from waybill.auth import Caller
from waybill.ids import sortable_code
from waybill.problems import Forbidden, NotFound

_SHOP_ID: Final = re.compile(r"shop_[0-9a-z]{26}")
_KEY_ID: Final = re.compile(r"[0-9a-z]{34}")
_KEY_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_KEY_CODE_LENGTH: Final = 8


def is_shop_id(text: str) -> bool:
    """Whether a text can be a shop's id at all; anything else is looked up nowhere."""
    return _SHOP_ID.fullmatch(text) is not None


def require_shop(caller: Caller, shop_id: str) -> None:
    """Raise :class:`NotFound` unless the shop is the caller's own; the operator's are all."""
    if not is_shop_id(shop_id) or not (caller.is_operator or caller.shop_id == shop_id):
        raise NotFound("no such shop")


def require_grantable(caller: Caller, scopes: Iterable[str]) -> None:
    """Raise :class:`Forbidden` where a key would grant scopes that it does not have itself."""
    if caller.is_operator or "*" in caller.scopes:
        return
    if lacking := sorted(set(scopes) - caller.scopes):
        raise Forbidden(f"this key cannot grant what it lacks: {', '.join(lacking)}")


def key_id(shop_id: str, created: datetime) -> str:
    """Name a key made at an instant: its shop's 26 characters, then 8 that sort by millisecond.

    Two keys of one millisecond ask for the same name, so whoever stores it must not overwrite.
    Ids are no secret, and sort by time until 2054.
    """
    milliseconds = (created - _KEY_EPOCH) // timedelta(milliseconds=1)
    return shop_id.removeprefix("shop_") + sortable_code(milliseconds, _KEY_CODE_LENGTH)


def is_key_of(key_id: str, shop_id: str) -> bool:
    """Whether a key's id is one of this shop's."""
    return _KEY_ID.fullmatch(key_id) is not None and f"shop_{key_id[:26]}" == shop_id
