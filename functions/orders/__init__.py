"""The orders room: an order's life from placement to completion."""
