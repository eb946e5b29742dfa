"""Trying again when somebody else wrote first, a bounded number of times."""

from collections.abc import Callable
from typing import Final, TypeVar

from inventory.errors import ChangedMeanwhileError, KnownRequestError
from inventory.patience import Patience
from waybill.dynamo import TransactionCancelledError, is_transient
from waybill.problems import Unavailable

ATTEMPTS: Final = 6

T = TypeVar("T")


def patiently(patience: Patience, write: Callable[[], T]) -> T:
    """What ``write`` gives, which reads anew each time; raises Unavailable when all fail."""
    for attempt in range(ATTEMPTS):
        try:
            return write()
        except (ChangedMeanwhileError, KnownRequestError):
            pass
        except TransactionCancelledError as error:
            if not is_transient(error):
                raise
        patience.wait(attempt)
    raise Unavailable("others keep changing it: try again")
