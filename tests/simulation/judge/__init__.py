"""The judge: decides whether what the system did was right, without sharing code with it."""

from tests.simulation.judge.judge import Judge
from tests.simulation.judge.verdict import Call, Change, Violation

__all__ = ["Call", "Change", "Judge", "Violation"]
