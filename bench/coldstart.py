"""Cold start of every API handler, over that of boto3 alone: in fresh processes, interleaved.

A handler's figure is the time to import it, make its clients and sign its first request; boto3's is
the same for ``import boto3``, one DynamoDB client and one signed request. Prints a table and ends
with ``coldstart worst=<ratio> <handler>=<ratio> …`` (medians; a ratio of 1.5 is the most allowed).
Processor time, user and system, stands beside it: other work of the machine blurs it less.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
HANDLERS = ("orders", "inventory", "tracking", "notify", "shops")

_SIGN = """
class Signed(Exception): pass
def stop(request, **kwargs): raise Signed
client.meta.events.register("before-send", stop)
try: client.get_item(TableName="t", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
except Signed: pass
"""

_BASELINE = f"""
import time; start, cpu = time.perf_counter(), time.process_time()
import boto3
client = boto3.client("dynamodb")
{_SIGN}
print(time.perf_counter() - start, time.process_time() - cpu)
"""

# On Lambda a handler's module makes its clients at its end; the same variable says so here.
_HANDLER = """
import time; start, cpu = time.perf_counter(), time.process_time()
import MODULE as module
module.lambda_handler
from waybill.aws import client as make
client = make("dynamodb")
SIGN
print(time.perf_counter() - start, time.process_time() - cpu)
"""


def environment() -> dict[str, str]:
    """Return what a handler finds on Lambda; nothing is called, so the names need not exist."""
    tables = ("ORDERS", "INVENTORY", "SHIPMENTS", "NOTIFICATIONS", "SHOPS")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers/shared/python'}",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "PYDANTIC_DISABLE_PLUGINS": "true",  # as in template.yaml
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "OPERATOR_SECRET": "none",
        "EVENT_BUS": "none",
        "SWEEP_QUEUE_URL": "http://127.0.0.1/none",
        "MAIL_SENDER": "none@waybill.example",
        "SES_CONFIGURATION_SET": "none",
        "PUBLIC_URL": "",
        **{f"{table}_TABLE": table.lower() for table in tables},
    }


class Time(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float


def measure(code: str) -> Time:
    """What one fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    wall, cpu = map(float, done.stdout.splitlines()[-1].split())
    return Time(wall, cpu)


def main() -> int:
    """Run all interleaved, so that a slow moment of the machine hits all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    programs = {"boto3": _BASELINE} | {
        room: _HANDLER.replace("MODULE", f"{room}.api").replace("SIGN", _SIGN) for room in HANDLERS
    }
    for code in programs.values():
        measure(code)  # warms the file cache and writes bytecode, as the artefact has it
    times: dict[str, list[Time]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, code in programs.items():
            times[name].append(measure(code))
    medians = {
        name: Time(*map(statistics.median, zip(*taken, strict=True)))
        for name, taken in times.items()
    }
    boto3 = medians["boto3"]
    ratios = {name: medians[name].wall / boto3.wall for name in HANDLERS}
    print(f"{'median ms':12} {'wall':>6} {'over boto3':>11} {'CPU':>6} {'over boto3':>11}")
    for name, (wall, cpu) in medians.items():
        print(
            f"{name:12} {wall * 1000:6.0f} {wall / boto3.wall:11.2f}"
            f" {cpu * 1000:6.0f} {cpu / boto3.cpu:11.2f}"
        )
    listed = " ".join(f"{name}={ratio:.2f}" for name, ratio in ratios.items())
    print(f"coldstart worst={max(ratios.values()):.2f} {listed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
