"""How AWS wakes functions: streams, queues, the bus and schedules, in simulated time.

Nothing here knows AWS's API, a handler or a table: a model is given records, messages or events,
and calls a function through the host when Lambda's documentation says that it would, or might.
"""

from tests.simulation.delivery.assembly import Deliveries

__all__ = ["Deliveries"]
