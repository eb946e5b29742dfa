"""What the simulated DynamoDB answers when it refuses, and how the simulation itself refuses."""

from typing import Any


class ApiError(Exception):
    """An error answer of DynamoDB: its code, and what it carries beside the message."""

    def __init__(self, code: str, message: str, **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields


class WriteFlawError(ApiError):
    """What is wrong with a write in view of its table's keys, or in what it wants returned.

    A transaction with such a part is answered in ways of its own, which are not simulated.
    """

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class NotSimulatedError(BaseException):
    """Something was asked that is not simulated faithfully.

    No Exception: a handler that catches everything would take it for a failure of AWS, and the
    run would go on with a behaviour that DynamoDB does not have.
    """


def invalid(message: str) -> ApiError:
    """The error for requests that DynamoDB does not accept."""
    return ApiError("ValidationException", message)


def condition_failed(item: dict[str, Any] | None) -> ApiError:
    """The error for a condition that does not hold; with the item, where it was asked for."""
    fields = {"Item": item} if item is not None else {}
    message = "The conditional request failed"
    return ApiError("ConditionalCheckFailedException", message, **fields)


def cancelled(reasons: list[dict[str, Any]]) -> ApiError:
    """The error for a transaction that wrote nothing: one reason an item, "None" for innocents."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    return ApiError("TransactionCanceledException", message, CancellationReasons=reasons)
