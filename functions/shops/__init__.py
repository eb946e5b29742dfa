"""Tenants, their API keys, and the shop platforms that push orders in."""

import waybill  # noqa: F401 - first of all imports: it sets how this process collects garbage
