"""Requests as schemathesis makes them of the document, made to mean something more often.

By chance alone no id exists and no order adds up. So whatever is named as something that exists
becomes, more often than not, its name; and a body is, more often than not, one that is accepted,
of which a part is as it was generated.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

Known = Mapping[str, Sequence[str]]

_OFTEN = 6
"""That much of seven."""


def requests(
    operation: Any, known: Known, body: Any, *, has_input: bool
) -> st.SearchStrategy[Case]:
    """Requests of an operation; ``body`` is one that it accepts, or None.

    They are as described; where there is something to get wrong (``has_input``), others too.
    """
    made = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if has_input:
        # Twice as many as described: of the others, many say nothing but 401.
        made = made | made | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return _meaningful(made, known, body)


@st.composite
def _meaningful(draw: st.DrawFn, made: st.SearchStrategy[Case], known: Known, body: Any) -> Case:
    case = draw(made)
    for given in (case.path_parameters, case.query):
        for name in given or {}:
            if name in known and draw(_often()):
                given[name] = draw(st.sampled_from(known[name]))
    if body is not None and draw(_often()):
        case.body = _accepted(draw, body, case.body)
    elif draw(st.booleans()):
        case.body = _named(draw, case.body, known)
    return case


def _often() -> st.SearchStrategy[bool]:
    return st.integers(0, _OFTEN).map(bool)


def _accepted(draw: st.DrawFn, body: Mapping[str, Any], generated: Any) -> Any:
    """What is accepted, with up to two fields as they were generated."""
    if not isinstance(generated, dict) or not generated or draw(st.booleans()):
        return dict(body)
    some = st.lists(st.sampled_from(sorted(generated)), max_size=2, unique=True)
    return dict(body) | {name: generated[name] for name in draw(some)}


def _named(draw: st.DrawFn, node: Any, known: Known) -> Any:
    """A body with the names of what exists."""
    if isinstance(node, list):
        return [_named(draw, part, known) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: draw(st.sampled_from(known[name]))
        if name in known and draw(_often())
        else _named(draw, part, known)
        for name, part in node.items()
    }
