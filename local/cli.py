"""The commands of `python -m local`: up, down, status, logs, demo and journey."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict

import requests

from local import aws, demo, engine, journey, lifecycle, logs
from local.calls import StepFailedError
from local.errors import LocalError, one_line
from local.home import DEFAULT_PORT, Home, Stack
from local.stories import STORIES

_WATCH_SECONDS = 1.0


def parser() -> argparse.ArgumentParser:
    """Build the command line's parser."""
    root = argparse.ArgumentParser(prog="python -m local", description="Waybill on one machine.")
    commands = root.add_subparsers(dest="command", required=True, metavar="command")

    up = commands.add_parser("up", help="start the stack, or deploy what changed to it")
    _add_port(up)
    up.add_argument("--detach", action="store_true", help="return as soon as the stack answers")
    up.add_argument("--fresh", action="store_true", help="forget all data first")
    up.add_argument("--json", action="store_true", help="describe the stack as one JSON object")
    up.set_defaults(run=_up)

    down = commands.add_parser("down", help="stop the stack; its data stays")
    _add_port(down)
    down.set_defaults(run=_down)

    status = commands.add_parser("status", help="say whether the stack runs, and where")
    _add_port(status)
    status.add_argument("--json", action="store_true", help="as one JSON object")
    status.set_defaults(run=_status)

    log = commands.add_parser("logs", help="show what the functions logged")
    _add_port(log)
    log.add_argument("function", nargs="?", help="a function's logical id or name; default: all")
    log.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    log.set_defaults(run=_logs)

    demo = commands.add_parser("demo", help="play one order's whole story on a stack of its own")
    demo.set_defaults(run=_demo)

    play = commands.add_parser("journey", help="play a parcel's story on the stack that runs")
    _add_port(play)
    play.add_argument("--carrier", required=True, choices=journey.CARRIERS)
    play.add_argument("--story", required=True, choices=STORIES)
    play.add_argument("--number", help="the parcel's tracking number; default: one made up")
    play.set_defaults(run=_journey)
    return root


def _add_port(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=_port, default=DEFAULT_PORT, help="default %(default)s")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def say(line: str) -> None:
    """Tell progress: stdout is for results."""
    print(line, file=sys.stderr, flush=True)


def _up(arguments: argparse.Namespace) -> int:
    home = Home(arguments.port)
    stack = lifecycle.up(home, fresh=arguments.fresh, say=say)
    print(stack.to_json() if arguments.json else described(stack), flush=True)
    if arguments.detach:
        return 0
    say("Ctrl-C stops the stack; its data stays")
    return _stay(home)


def _stay(home: Home) -> int:
    """Stay until Ctrl-C or until MiniStack dies, then shut down."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(_WATCH_SECONDS):
        if not engine.running(home):
            lifecycle.down(home)
            raise LocalError(f"MiniStack on port {home.port} died; see {home.engine_log}")
    say("stopping")
    lifecycle.down(home)
    return 0


def described(stack: Stack) -> str:
    """Describe a stack to a person."""
    width = max(len(name) for name in asdict(stack))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in asdict(stack).items())


def _down(arguments: argparse.Namespace) -> int:
    stopped = lifecycle.down(Home(arguments.port))
    say(f"port {arguments.port}: {'stopped' if stopped else 'nothing was running'}")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    try:
        stack = lifecycle.running_stack(Home(arguments.port))
    except LocalError as error:
        if arguments.json:
            print(json.dumps({"status": "stopped", "reason": str(error)}))
        raise
    if arguments.json:
        print(json.dumps({"status": "running"} | asdict(stack)))
    else:
        print(f"running on port {arguments.port}\n{described(stack)}")
    return 0


def _logs(arguments: argparse.Namespace) -> int:
    stack = lifecycle.running_stack(Home(arguments.port))
    since = 0
    while True:
        since = logs.show(stack, arguments.function, since)
        if not arguments.follow:
            return 0
        time.sleep(_WATCH_SECONDS)


def _demo(_: argparse.Namespace) -> int:
    return demo.main()


def _journey(arguments: argparse.Namespace) -> int:
    stack = lifecycle.running_stack(Home(arguments.port))
    try:
        played = journey.Journey(
            stack,
            arguments.carrier,
            arguments.story,
            arguments.number,
            lambda line: print(line, flush=True),
        )
        played.play()
    except (ValueError, StepFailedError, requests.RequestException) as error:
        raise LocalError(one_line(error)) from error
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    arguments = parser().parse_args(argv)
    # Nothing in this process may reach a real account, or a proxy, by what the shell has set.
    environment = aws.environment(Home(getattr(arguments, "port", DEFAULT_PORT)).endpoint_url)
    os.environ.clear()
    os.environ.update(environment)
    try:
        code: int = arguments.run(arguments)
    except LocalError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output is gone, which is its way to say that it has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
