"""Edits: what an order's lines and shipping price become is quoted first, and then confirmed."""
