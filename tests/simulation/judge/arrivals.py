"""The SMS of an arrival: at most one of a shipment's is sent, and none only where none could be."""

from typing import Final

from tests.simulation.judge.folding import head_key
from tests.simulation.judge.rules import ARRIVAL
from tests.simulation.judge.verdict import Item, Key, broken

_MAYBE_TOLD: Final = frozenset({"sending", "sent", "unknown"})


def is_arrival(row: Item) -> bool:
    """Whether a message is one of those of which a shipment has one."""
    return row["channel"] == "sms" and row["event"] in ARRIVAL


class Arrivals:
    """What was said of each shipment's arrival by SMS, under whatever rows."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[Key, Item]] = {}
        self._heads: dict[Key, Item] = {}
        """Every row by its key: others were folded into some."""

    def check(self, row: Item) -> None:
        """Take in a row as it was written; none is begun where another may have told already."""
        if not is_arrival(row):
            return
        rows = self._rows.setdefault((row["shop_id"], row["subject_id"]), {})
        rows[row["pk"], row["sk"]] = self._heads[row["pk"], row["sk"]] = row
        told = [other for other in rows.values() if other["state"] in _MAYBE_TOLD]
        if row["state"] == "sending" and len(told) > 1:
            text = f"{row['event']} by SMS is begun when another SMS may have told of the arrival"
            broken("told twice", text, row["order_id"], row["message_id"], row["subject_id"])

    def is_told(self, shop_id: str, shipment_id: str) -> bool:
        """Whether an SMS was sent or may have been, or the last of them was refused for good.

        What was folded into another SMS was told by that one.
        """
        rows = self._rows.get((shop_id, shipment_id), {}).values()
        return any(
            row["state"] in _MAYBE_TOLD or (row["event"], row["state"]) == ("delivered", "failed")
            for row in map(self._teller, rows)
        )

    def _teller(self, row: Item) -> Item:
        return self._heads[head_key(row)] if row["state"] == "folded" else row
