"""Shipments: registered, looked up, listed, stored, and asked about on request."""
