"""Tracking numbers: their formats, their check digits, and whose they may be."""
