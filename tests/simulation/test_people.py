"""People of the simulated world: who does not wait, and what the weather does to all."""

import random
from typing import Any

from tests.simulation.judge import Judge
from tests.simulation.people.front import Answer, Client, Gateway
from tests.simulation.processes.faults import CARRIERS_OWN, Fault, Faults
from tests.simulation.processes.machine import Function, Machine, Process


def test_a_storm_outweighs_a_seeds_mixture_until_it_ends() -> None:
    faults = Faults(random.Random(1), strength=0.0)
    faults.storm({Fault.THROTTLED: 1.0})
    assert not faults.strikes(Fault.THROTTLED)  # nothing fails yet
    faults.on = True
    assert faults.strikes(Fault.THROTTLED)
    assert not faults.strikes(Fault.CONFLICT)
    faults.storm({})
    assert not faults.strikes(Fault.THROTTLED)


def test_carriers_fail_alone() -> None:
    faults = Faults(random.Random(1), strength=100.0)
    faults.on_of_carriers = True
    struck = {kind for kind in Fault for _ in range(50) if faults.strikes(kind)}
    assert {Fault.CARRIER_FAILING, Fault.PUSH_LOST, Fault.TOKEN_ENDED} <= struck <= CARRIERS_OWN


def answers_to(patience: float) -> tuple[list[int], list[float]]:
    """What a client gets of a function that takes 5 seconds, then one; and when it was called."""
    machine = Machine(random.Random(1), Faults(random.Random(1), strength=0.0), 0.0)
    machine.faults.on = True
    began: list[float] = []
    got: list[Answer] = []

    def handler(_event: Any, _context: Any) -> dict[str, Any]:
        began.append(machine.now)
        machine.sleep(5.0 if len(began) == 1 else 1.0)
        return {"statusCode": 200, "body": "", "headers": {}}

    machine.functions = {"Api": Function(handler, timeout=60.0)}
    gateway = Gateway(machine, Judge(), routes={"$default": "Api"})
    client = Client(gateway, Process("client", "client"), None, patience)
    machine.start(lambda: got.append(client.call("GET", "/v1/health")), client.process)
    machine.run(until=lambda: False)
    return [answer.status for answer in got], began


def test_who_waits_is_answered() -> None:
    statuses, began = answers_to(float("inf"))
    assert (statuses, len(began)) == ([200], 1)


def test_who_does_not_wait_asks_again_while_the_first_call_runs() -> None:
    statuses, began = answers_to(2.0)
    assert (statuses, len(began)) == ([200], 2)
    assert began[1] < 5.0
