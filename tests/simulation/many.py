"""Many seeds, on as many cores as there are."""

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process

from tests.simulation.deployed import Deployed, deploy
from tests.simulation.report import Report
from tests.simulation.seed import Outcome, Script, play

_deployed: Deployed


def _deploy() -> None:
    """Import the code under test, once in each worker."""
    global _deployed  # noqa: PLW0603
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who began all this
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _deployed = deploy()


def _end_with_parent() -> None:
    """End when nobody waits any more: a parent that is killed cannot say so."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@contextmanager
def pool_of(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that have each deployed the code under test; Ctrl-C ends what they are at."""
    with ProcessPoolExecutor(workers, get_context("spawn"), _deploy) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            for worker in active_children():
                worker.terminate()
            raise


def deployed() -> Deployed:
    """What a process of the pool has deployed."""
    return _deployed


def _play(seed: int, script: Script) -> Outcome:
    return play(seed, script, _deployed)


def play_many(
    seeds: Iterable[int], script: Script, *, workers: int, seconds: float | None = None
) -> Report:
    """Run seeds in their order; none is begun after the first broken promise, or the time."""
    report, began = Report(tries_everything=script.tries_everything), time.monotonic()
    waiting = iter(seeds)
    running: set[Future[Outcome]] = set()
    with pool_of(workers) as pool:
        while True:
            late = seconds is not None and time.monotonic() - began > seconds
            while not late and report.broken is None and len(running) < workers:
                seed = next(waiting, None)
                if seed is None:
                    break
                running.add(pool.submit(_play, seed, script))
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                report.add(future.result())
    report.seconds = time.monotonic() - began
    return report
