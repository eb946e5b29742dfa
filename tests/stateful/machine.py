"""The whole business as one state machine: all rooms' calls, time, and carriers."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.selling_rules import SellingRules
from tests.stateful.stock_rules import StockRules


class Machine(SellingRules, StockRules):
    """All rules."""

    @rule(seconds=st.sampled_from((16, 61, 125, 700, 3700, 26 * 3600)))
    def wait(self, seconds: int) -> None:
        """Time passes, and the schedules fire."""
        self.world.advance(seconds)
        self.tick()
        self.tally["wait"] += 1
