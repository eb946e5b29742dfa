"""Holds: reasons to wait that a shop, or the room itself, puts on an order."""
