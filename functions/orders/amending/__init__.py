"""Amending: what a shop corrects of an order after it was placed."""
