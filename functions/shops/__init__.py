"""Tenants, their API keys, and the shop platforms that push orders in."""
