"""Whom messages are for: addresses, numbers, and what their owners want."""
