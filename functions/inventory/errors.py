"""What repositories refuse, in the room's own words; use cases turn it into answers or retries.

InventoryError
├── ChangedMeanwhileError    somebody else wrote between reading and writing: read again
├── TooManyLocationsError    the SKU has as many levels as one transaction can hold
├── KnownRequestError        the idempotency key was used by a request that finished meanwhile
└── LevelRefusedError        on_hand would fall below zero, or is not what was counted against
"""


class InventoryError(Exception):
    """Base of what the room's repositories refuse."""


class ChangedMeanwhileError(InventoryError):
    """Somebody else wrote between reading and writing: read again."""


class TooManyLocationsError(InventoryError):
    """The SKU has levels at as many locations as one transaction can hold."""


class KnownRequestError(InventoryError):
    """The idempotency key was used by a request that finished in the meantime."""


class LevelRefusedError(InventoryError):
    """on_hand would fall below zero, or is not what it was counted against."""
