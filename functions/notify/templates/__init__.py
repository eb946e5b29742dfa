"""Shops' own wordings: checked when they are saved, shown, and stored."""
