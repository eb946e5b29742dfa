"""Carriers: one module each with ``request``, ``parse`` and ``STATUSES``; see registry.py."""
