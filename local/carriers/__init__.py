"""A simulator that speaks real carriers' APIs on loopback: one module per carrier.

A carrier's module has three names: NAME, CREDENTIALS (what a tracker must present) and
`answer(request, journeys)`, which returns None for a path that is not its own. Its answers follow
the vendor's documentation, which the module names; they share no code with who reads them.
"""

from __future__ import annotations

from types import ModuleType

from local.carriers import dhl, easypost, ems, ups

CARRIERS: tuple[ModuleType, ...] = (dhl, easypost, ems, ups)
