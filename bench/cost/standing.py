"""What a deployment costs a month while nothing happens, beside storage and backups."""

from collections.abc import Iterable, Mapping
from typing import Final

from bench.cost.prices import MESSAGES, Prices
from bench.cost.tally import Tally, Use
from tests.simulation.delivery.configs import Wiring
from tests.support.template import resources

HOURS_A_MONTH: Final = 730
MILLION: Final = 1_000_000
_WIDE: Final = 34


def lines(wiring: Wiring, idle: Mapping[str, Tally], check: Tally, prices: Prices) -> Iterable[str]:
    """A line per schedule, and for what stands there; then what the hourly check of stock takes."""
    seconds = {
        name: schedule.seconds
        for name, config in wiring.functions.items()
        for schedule in config.schedules
    }
    yield f"{'each month, without orders':{_WIDE}} {'times':>8} {'WRU':>5} {'RRU':>6} {'$':>6}"
    for function, tally in idle.items():
        runs = HOURS_A_MONTH * 3600 / seconds[function]
        units = f"{tally.total(Use.WRITE_UNIT):5.0f} {tally.total(Use.READ_UNIT):6.1f}"
        yield _line(function, runs, units, runs * prices.dollars(tally, MESSAGES))
    asked = HOURS_A_MONTH * 60 * prices.standing.receives_a_minute
    for use, queue in queues(wiring):
        yield _line(f"{queue}, empty", asked, "", asked * prices.each[use])
    for kind, each in (
        ("AWS::CloudWatch::Alarm", prices.standing.alarm),
        ("AWS::SecretsManager::Secret", prices.standing.secret),
    ):
        many = len(resources(kind))
        yield _line(kind, many, "", many * each)
    yield _line("a metric's name that was counted", 1, "", prices.standing.metric)
    yield (
        f"each hour in which two levels changed: {check.total(Use.WRITE_UNIT):.0f} WRU,"
        f" {check.total(Use.READ_UNIT):.1f} RRU,"
        f" {MILLION * prices.dollars(check, MESSAGES):.2f} dollars a million such hours"
    )


def queues(wiring: Wiring) -> Iterable[tuple[Use, str]]:
    """The queues that a function is woken by, and how asking them is billed."""
    for config in wiring.functions.values():
        for trigger in config.queues:
            fifo = wiring.queues[trigger.queue].fifo
            yield Use.FIFO if fifo else Use.QUEUE, trigger.queue


def _line(name: str, times: float, units: str, dollars: float) -> str:
    return f"{name:{_WIDE}} {times:8.0f} {units:12} {dollars:6.2f}"
