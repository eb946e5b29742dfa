"""Deliberate faults of the code under test: the simulator is worth what it finds of them.

Each plant is a small change of one file. It is made in a copy of the checkout, the simulator runs
there, and must break a promise within 200 seeds: `make plants`, or `make plants ARGS=name`.
What once went wrong is planted again here, not kept as a seed: a seed plays something else as soon
as the town, the rooms or the delivery change.
"""

from typing import Final

from tests.simulation.plants import inventory, notify, orders, shops, tracking, waybill

PLANTS: Final = (
    *inventory.PLANTS,
    *orders.PLANTS,
    *shops.PLANTS,
    *tracking.PLANTS,
    *notify.PLANTS,
    *waybill.PLANTS,
)
