"""The ledger: what was said, what was not, and why."""
