"""What may be sent in a day: nothing is held back for a budget that is not spent."""

from datetime import date, timedelta

from tests.simulation.judge.rules import ORDER_BUDGETS
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World


def check_spent(world: World, row: Item) -> None:
    """A message is held back, or not sent, for its order's budget: that is spent."""
    if spent_of(world, row["shop_id"], row["order_id"], row) < ORDER_BUDGETS[row["channel"]]:
        text = f"{row['event']} by {row['channel']} is held back, and there was a budget for it"
        broken("lost message", text, row["order_id"], row["message_id"], row["subject_id"])


def spent_of(world: World, shop_id: str, spender: str, row: Item) -> int:
    """What an order has spent by a row's channel on the row's day, or on the one before it."""
    today = date.fromisoformat(row["updated_at"][:10])
    days = (today - timedelta(days=back) for back in range(2))
    items = (
        world.now("NotificationsTable", (f"{shop_id}#{spender}", f"spent#{day}#{row['channel']}"))
        for day in days
    )
    return max(item["spent"] if item else 0 for item in items)
