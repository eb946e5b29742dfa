"""Money in requests and answers: an integer of minor units and an ISO 4217 currency."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from waybill.amounts import MAX_AMOUNT, minor_units

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]


class Money(BaseModel):
    """An amount in minor units, for example ``{"amount": 1999, "currency": "EUR"}``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    amount: int = Field(ge=0, le=MAX_AMOUNT)
    currency: Currency

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a decimal string as platforms send it, such as ``"19.99"``.

        Raises ValueError when it is no number or finer than the currency's minor unit.
        """
        return cls(amount=minor_units(text, currency), currency=currency)
