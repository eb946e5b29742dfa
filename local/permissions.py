"""Writes down what MiniStack's IAM permitted: whose role, which action, on which resource.

`make grants` compares it with what template.yaml grants. Each line once in a process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ministack.core import iam_evaluator

VARIABLE: Final = "LOCAL_PERMISSIONS"
"""Names the file, where somebody wants to know."""
_PERMITTED: Final = "Allow"


def note(file: Path) -> None:
    """Add a line to a file for each permission that is used from now on, when it first is."""
    evaluate = iam_evaluator.evaluate
    known: set[str] = set()

    def evaluate_and_note(context: Any, *policies: Any) -> Any:
        result = evaluate(context, *policies)
        line = f"{context.principal_arn}\t{context.action}\t{context.resource_arn}\n"
        if result.decision == _PERMITTED and line not in known:
            known.add(line)
            with file.open("a") as told:
                told.write(line)
        return result

    iam_evaluator.evaluate = evaluate_and_note
