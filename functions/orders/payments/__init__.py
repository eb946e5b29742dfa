"""Payments of an order: facts that are told, and what they leave to collect and to refund."""
