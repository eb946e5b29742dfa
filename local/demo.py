"""Plays the story on a stack of its own and stays up to be looked at, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
import threading
import time

from local import lifecycle, process
from local.calls import StepFailedError
from local.errors import LocalError
from local.home import Home, Stack
from local.story import Story

_MAIL_LINES = 4


def main() -> int:
    """Run the demo; exit code 0 only if every step held, whatever came after."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    home = Home(process.free_port())
    held = False
    try:
        story = _play(home)
        held = True
        _show(story)
        if not os.environ.get("DEMO_EXIT"):
            print("\nCtrl-C stops everything.", flush=True)
            threading.Event().wait()
    except StepFailedError as error:
        print(f"error: this step did not hold: {error}", file=sys.stderr)
        print(f"error: the logs are in {home.path}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopping", file=sys.stderr)
    finally:
        _clean_up(home, keep=not held)
    return 0 if held else 1


def _play(home: Home) -> Story:
    started = time.perf_counter()
    stack = lifecycle.up(home, fresh=True, say=lambda _: None)
    _say(f"{time.perf_counter() - started:6.2f} s  MiniStack is up, template.yaml is deployed")
    story = Story(stack, _say)
    story.play()
    _say(f"{time.perf_counter() - started:6.2f} s  in all\n")
    return story


def _say(line: str) -> None:
    print(line, flush=True)


def _show(story: Story) -> None:
    for mail in story.calls.mails(story.email):
        body = [line for line in str(mail["BodyText"]).splitlines() if line.strip()]
        shown = "\n".join(body[:_MAIL_LINES])
        print(f"Mail: {mail['Subject']}\n{textwrap.indent(shown, '      ')}")
    for text in story.calls.texts(story.phone):
        print(f"SMS:  {text}")
    print(f"\n{_links(story.stack, story.tracking_url)}", flush=True)


def _links(stack: Stack, tracking_url: str) -> str:
    links = {
        "API": stack.api_url,
        "Tracking page": tracking_url,
        "Mail box": stack.mail_url,
        "SMS box": stack.sms_url,
    }
    return "\n".join(f"{name:<14} {link}" for name, link in links.items())


def _clean_up(home: Home, *, keep: bool) -> None:
    """Shut the stack down; its folder stays only where someone has to read its logs."""
    try:
        lifecycle.down(home)
    except LocalError as error:
        print(f"error: {error}", file=sys.stderr)
    if not keep:
        shutil.rmtree(home.path, ignore_errors=True)
