"""Calls that several make, and which answers fit: any other is a broken promise to the caller."""

from typing import Any, Final

from tests.simulation.judge import Violation
from tests.simulation.people.front import Answer, Client
from tests.simulation.people.scene import Scene

_REASONS: Final = ("customer", "fraud", "staff", "other")


def done(answer: Answer) -> Answer:
    """What must work while nothing fails."""
    if not answer.ok:
        raise Violation("answers", f"{answer.status} while nothing failed: {answer.body}")
    return answer


def expect(answer: Answer, *statuses: int) -> Answer:
    """An answer that fits; or none but "try again", which a client gives up on in the end."""
    if answer.status not in (0, 429, *statuses) and answer.status < 500:
        raise Violation("answers", f"{answer.status} where {statuses} fit: {answer.body}")
    return answer


def money(amount: int) -> dict[str, Any]:
    """An amount in minor units."""
    return {"amount": amount, "currency": "EUR"}


def cancel(scene: Scene, client: Client, order_id: str) -> None:
    """Cancel a whole order; too late is an answer as well."""
    body = {"reason": scene.dice.choice(_REASONS)}
    expect(client.call("POST", f"/v1/orders/{order_id}/cancel", body), 200, 409)
