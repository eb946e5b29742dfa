"""A simulator that speaks real carriers' APIs on loopback: one module per carrier.

A carrier's module has three names: NAME, CREDENTIALS (what a tracker must present) and
`answer(request, journeys)`, which returns None for a path that is not its own.
"""

from __future__ import annotations

from types import ModuleType

from local.carriers import ems

CARRIERS: tuple[ModuleType, ...] = (ems,)
