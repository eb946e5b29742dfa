"""The kinds of fields that inventory's requests share."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from inventory.stock import sku_error

MAX_QUANTITY: Final = 1_000_000
LOCATION_ID_PATTERN: Final = r"^[A-Za-z0-9_-]{1,64}$"
TRANSFER_ID_PATTERN: Final = r"^trf_[a-z0-9]{1,60}$"


def _checked_sku(sku: str) -> str:
    if (wrong := sku_error(sku)) is not None:
        raise ValueError(wrong)
    return sku


def _checked_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError("printable characters only")
    if text.isspace():
        raise ValueError("at least one character that is no space")
    return text


Sku = Annotated[str, AfterValidator(_checked_sku)]
LocationId = Annotated[str, Field(pattern=LOCATION_ID_PATTERN)]
TransferId = Annotated[str, Field(pattern=TRANSFER_ID_PATTERN)]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_checked_text)]
Units = Annotated[int, Field(strict=True, ge=0, le=MAX_QUANTITY)]
Flag = Annotated[bool, Field(strict=True)]
