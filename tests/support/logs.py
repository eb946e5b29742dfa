"""Everything that a test's code logged or counted, as the text that CloudWatch would get."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from waybill.observability import end_invocation, logger


class Logs:
    """Reads the logger's stream and the metrics' standard output."""

    def __init__(self, stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
        self._stream = stream
        self._capsys = capsys
        self._printed = ""

    @property
    def text(self) -> str:
        """All of it so far."""
        self._printed += self._capsys.readouterr().out
        return self._stream.getvalue() + self._printed

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All of it so far, a JSON object per line."""
        return [json.loads(line) for line in self.text.splitlines()]

    def counted(self, name: str) -> int:
        """Sum of a metric."""
        return int(sum(sum(line.get(name, [])) for line in self.lines))


def capture_logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Logs]:
    """Wrap as a fixture: the logger keeps the stream it had at import, which capsys never sees."""
    end_invocation()  # what an earlier test counted
    capsys.readouterr()
    stream = io.StringIO()
    handler = logger.registered_handler
    before = handler.setStream(stream)
    yield Logs(stream, capsys)
    end_invocation()
    handler.setStream(before)
