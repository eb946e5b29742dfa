"""Time, chance and processes: handlers run as greenlets, and stop wherever they wait.

A process is an execution environment of Lambda: it keeps what its code keeps in memory, handles
one invocation at a time, and may be killed at any moment, after which none of its code has any
effect. Waiting hands over to the agenda, which does what is due next; nothing else ever runs.
"""

import heapq
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from greenlet import getcurrent, greenlet

from tests.simulation.processes.faults import Fault, Faults
from tests.simulation.processes.host import Result
from tests.simulation.processes.story import Story


class Killed(BaseException):
    """Ends a process; no handler may catch it."""


class StuckError(AssertionError):
    """The run does not come to an end."""


@dataclass
class Process:
    """An execution environment: its memory, and the invocation it is at."""

    name: str
    function: str
    memory: dict[Any, Any] = field(default_factory=dict)
    invocation: int = 0
    deadline: float = float("inf")
    busy: bool = False
    dead: bool = False
    wake: Callable[[Any], None] = lambda value: None


class Task(greenlet):
    """Code that can wait: a handler in its process, or a client."""

    def __init__(self, machine: "Machine", run: Callable[[], None], process: Process) -> None:
        super().__init__(run, machine.hub)
        self.machine = machine
        self.process = process


class Context:
    """Lambda's context object, as far as handlers use it."""

    def __init__(self, machine: "Machine", process: Process) -> None:
        self._machine = machine
        self._process = process
        self.function_name = process.function
        self.aws_request_id = f"request-{process.invocation}"
        self.memory_limit_in_mb = 512

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return int((self._process.deadline - self._machine.now) * 1000)


@dataclass(frozen=True)
class Function:
    """A deployed function: its code, and the seconds it may take."""

    handler: Callable[[Any, Any], Any]
    timeout: float


class Machine:
    """One simulated world; see :class:`tests.simulation.processes.host.Host`."""

    def __init__(self, dice: random.Random, faults: Faults, start: float) -> None:
        self.now = start
        self.dice = dice
        self.faults = faults
        self.hub = getcurrent()
        self.story = Story(self)
        self.functions: dict[str, Function] = {}
        self.chance = random.Random(0)
        """What simulated processes draw their ids and secrets from."""
        self.on_log: Callable[[Process, str], None] = lambda process, line: None
        self.on_interrupted: Callable[[Process, str], None] = lambda process, why: None
        self.on_invoked: Callable[[Process, dict[str, Any]], None] = lambda process, event: None
        self.most_steps = 400_000
        """After how many steps a run does not come to its end any more."""
        self.alive = 0
        """Tasks that have not ended."""
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._invocations = count(1)
        self._processes: dict[str, list[Process]] = {}
        self._numbers: dict[str, int] = {}
        self._objection: Exception | None = None

    # --- time -----------------------------------------------------------------------------------

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._agenda, (self.now + max(0.0, seconds), next(self._order), action))

    def run(self, until: Callable[[], bool]) -> None:
        """Do what is due, in order of time, until a condition holds or nothing is left."""
        for _ in range(self.most_steps):
            if not self._agenda or until():
                return
            self.now, _, action = heapq.heappop(self._agenda)
            action()
            if self._objection:
                raise self._objection
        raise StuckError(f"{self.most_steps} steps and no end")

    def tell(self, who: str, text: str, about: str = "") -> None:
        """Add a line to the story; ``about``: where a shop may be named."""
        self.story.tell(who, text, about)

    def log(self, process: Process, line: str) -> None:
        """A process wrote a line. What that raises ends the run, not the code that wrote it:

        logging prints what its stream raises and goes on, and a handler may catch it.
        """
        try:
            self.on_log(process, line)
        except Exception as objection:
            self._objection = self._objection or objection

    # --- tasks ----------------------------------------------------------------------------------

    def current(self) -> Task | None:
        """The task that is running; None for the simulator itself."""
        running = getcurrent()
        return running if isinstance(running, Task) else None

    def start(self, run: Callable[[], None], process: Process, delay: float = 0.0) -> None:
        """Start a task after a while."""
        self.alive += 1
        task = Task(self, run, process)
        self.after(delay, task.switch)

    def wait(self, arrange: Callable[[Callable[[Any], None]], None]) -> Any:
        """Stop the running task until ``wake(value)`` is called, which ``arrange`` is given.

        Raises :class:`Killed` in a task whose process is dead, or whose time is up by then.
        """
        task = self.current()
        assert task is not None
        process = task.process
        if process.dead:
            raise Killed
        woken = False

        def wake(value: Any) -> None:
            nonlocal woken
            if not woken:
                woken = True
                task.switch(value)

        process.wake = wake
        arrange(wake)
        value = self.hub.switch()
        if process.dead:
            raise Killed
        return value

    def sleep(self, seconds: float) -> None:
        """Let the running task wait."""
        self.wait(lambda wake: self.after(seconds, lambda: wake(None)))

    def kill(self, process: Process, why: str) -> None:
        """End a process: from now on nothing it does has any effect."""
        if not process.dead:
            process.dead = True
            self.tell(process.name, f"dies: {why}")
            self.on_interrupted(process, why)

    def _time_out(self, process: Process, invocation: int) -> None:
        """End a process that is still at this invocation when its time is up."""
        if process.busy and not process.dead and process.invocation == invocation:
            self.faults.count(Fault.TIMED_OUT)
            self.kill(process, "its time is up")
            process.wake(None)

    # --- functions ------------------------------------------------------------------------------

    def invoke(self, function: str, event: dict[str, Any], done: Callable[[Result], None]) -> None:
        """Start a function on a free process, or on a new one."""
        deployed = self.functions[function]
        process = self._free_process(function)
        process.busy = True
        process.invocation = next(self._invocations)
        sent = json.loads(json.dumps(event))
        self.on_invoked(process, sent)

        def run() -> None:
            process.deadline = self.now + deployed.timeout
            invocation = process.invocation
            self.after(deployed.timeout, lambda: self._time_out(process, invocation))
            result = self._handle(deployed, process, sent)
            process.busy = False
            if process.dead:
                self._processes[function].remove(process)
            self.alive -= 1
            self.after(0.0, lambda: done(result))

        self.start(run, process, delay=self.dice.random() * 0.01)

    def _handle(self, deployed: Function, process: Process, event: dict[str, Any]) -> Result:
        try:
            value = deployed.handler(event, Context(self, process))
        except Killed:
            return Result("died")
        except Exception as error:
            self.tell(process.name, f"raises {type(error).__name__}")
            self.log(process, f"[ERROR] {type(error).__name__}: {error}")  # Lambda does
            return Result("raised", type(error).__name__, str(error))
        return Result("died") if process.dead else Result("returned", value)

    def _free_process(self, function: str) -> Process:
        known = self._processes.setdefault(function, [])
        free = [process for process in known if not process.busy]
        if free and self.dice.random() < 0.9:
            return self.dice.choice(free)
        number = self._numbers[function] = self._numbers.get(function, 0) + 1
        process = Process(f"{function.removesuffix('Function')}/{number}", function)
        known.append(process)
        return process
