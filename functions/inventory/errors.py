"""What repositories refuse, in the room's own words; use cases turn it into answers or retries.

InventoryError
├── ChangedMeanwhileError    somebody else wrote between reading and writing: read again
├── TooManyLocationsError    the SKU has as many levels as one transaction can hold
├── KnownRequestError        the idempotency key was used by a request that finished meanwhile
├── OutOfTimeError           there is not the time to read all that must be read
└── StillOwedError           stock is there for orders that wait, but not all of them were found yet
"""

from waybill.dynamo import ContentionError


class InventoryError(Exception):
    """Base of what the room's repositories refuse."""


class ChangedMeanwhileError(InventoryError, ContentionError):
    """Somebody else wrote between reading and writing: read again."""


class StillOwedError(InventoryError, ContentionError):
    """Stock is there for orders that wait, and not all of them could be found yet."""


class OutOfTimeError(InventoryError):
    """There is not the time to read all that must be read: later, from the beginning."""


class TooManyLocationsError(InventoryError):
    """The SKU has levels at as many locations as one transaction can hold."""


class KnownRequestError(InventoryError):
    """The idempotency key was used by a request that finished in the meantime."""
