"""Crash points: every AWS call of nine use cases, and a process that dies before it or after it."""
