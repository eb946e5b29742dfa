"""EventBridge Scheduler: a function is invoked asynchronously at a rate, at least once a tick.

"Schedule types in EventBridge Scheduler": a rate has no fixed second within its minute.
"""

from tests.simulation.delivery.asynchronous import Asynchronous
from tests.simulation.delivery.configs import ScheduleTrigger
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Host


class Schedule:
    """One schedule; it ticks from ``start`` to ``stop``."""

    def __init__(
        self, host: Host, function: str, config: ScheduleTrigger, asynchronous: Asynchronous
    ) -> None:
        self._host = host
        self.function = function
        self._config = config
        self._asynchronous = asynchronous
        self._started = 0  # how often, so that ticks of an earlier start end

    def start(self) -> None:
        """Tick from a second on that the dice choose."""
        self._started += 1
        run = self._started
        offset = self._host.dice.uniform(0.0, self._config.seconds)

        def tick() -> None:
            if run != self._started:
                return
            self._host.after(self._config.seconds, tick)
            self._host.after(self._host.dice.uniform(0.0, 0.9), self.fire)

        self._host.after(offset, tick)

    def stop(self) -> None:
        """Tick no more."""
        self._started += 1

    def fire(self) -> None:
        """Tick once, now."""
        if self._host.faults.strikes(Fault.MISSED_TICK):
            self._host.faults.count(Fault.MISSED_TICK)
            self._host.tell(self.function, f"schedule {self._config.name} misses a tick")
            return
        self._asynchronous.send(self.function, self._config.payload)
        if self._host.faults.strikes(Fault.DOUBLE_TICK):
            self._host.faults.count(Fault.DOUBLE_TICK)
            self._host.tell(self.function, f"schedule {self._config.name} ticks twice")
            self._host.after(
                self._host.dice.uniform(0.0, 20.0),
                lambda: self._asynchronous.send(self.function, self._config.payload),
            )
