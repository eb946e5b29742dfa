"""A suppression as the API shows it; never for which address."""

from typing import Self

from notify.people.contact import Cause, Suppression
from waybill.clock import from_text
from waybill.http import Instant, Model


class SuppressionView(Model):
    """Why a customer gets no mail."""

    customer_id: str
    cause: Cause
    """``bounce``: there is no such mailbox; ``bounces``: mail came back too often; ``complaint``:
    its owner called a mail spam."""
    code: str | None
    """What SES called it, such as ``NoEmail`` or ``abuse``."""
    at: Instant

    @classmethod
    def of(cls, customer_id: str, suppression: Suppression) -> Self:
        """Return the API's form of a suppression."""
        return cls(
            customer_id=customer_id,
            cause=suppression.cause,
            code=suppression.code or None,
            at=from_text(suppression.at),
        )
