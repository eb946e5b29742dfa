"""What handlers ask of AWS in this process, each held to the role of its own function.

For tests that call real handlers with moto beneath: whose request it is, the stack tells. What a
test asks itself, or a repository on its behalf, is nobody's.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.client import BaseClient

from tests.support.grants import Grant, Permissions, granted
from tests.support.template import ROOT, functions
from waybill.http import Api

_HANDLER: Final = "lambda_handler"
_TESTS: Final = f"{ROOT / 'tests'}/"
_FUNCTION_OF: Final = {
    properties["Handler"].removesuffix(f".{_HANDLER}"): name
    for name, properties in functions().items()
}

USED: Final[dict[Grant, str]] = {}
"""What was used in this process, with the first test that did."""


@contextmanager
def held_to_roles(names: Mapping[str, str]) -> Iterator[None]:
    """Let a handler ask only what its role permits; ``names``: logical ids by what they are here.

    Raises NotPermittedError, which no handler catches, where it asks for more.
    """
    permissions = Permissions(granted(), names)
    send: Callable[..., Any] = BaseClient._make_api_call

    def ask(client: Any, operation: str, asked: Mapping[str, Any]) -> Any:
        if function := _asking():
            test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
            for grant in permissions.ask(function, operation, asked):
                USED.setdefault(grant, test)
        return send(client, operation, asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", ask)
        yield


def _asking() -> str | None:
    """The function whose handler is at work; None where a test does something meanwhile itself."""
    frame = sys._getframe(2)
    while frame and not frame.f_code.co_filename.startswith(_TESTS):
        if frame.f_code is Api.lambda_handler.__code__:
            return _FUNCTION_OF[f"{frame.f_locals['self'].room}.api"]
        if frame.f_code.co_name == _HANDLER:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(ROOT / "functions"):
                return _FUNCTION_OF[f"{path.parent.name}.{path.stem}"]
        frame = frame.f_back
    return None
