"""Proving stock from its rows, each hour and when somebody asks."""
