"""What functions print: its bytes are counted, and nobody sees it unless a function fails."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from waybill.observability import logger


class Logs(io.TextIOBase):
    """Standard output of the functions."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, text: str) -> int:
        """Count what is printed."""
        self.bytes += len(text.encode())
        return len(text)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take what is printed meanwhile, by the logger too."""
        handlers: list[Any] = [each for each in logger.handlers if hasattr(each, "setStream")]
        streams = [handler.setStream(self) for handler in handlers]
        try:
            with patch.object(sys, "stdout", self):
                yield
        finally:
            for handler, stream in zip(handlers, streams, strict=True):
                handler.setStream(stream or sys.stdout)
