"""What Waybill's rooms share: HTTP conventions, keys, events, storage and observability."""

from typing import Final

VERSION: Final = "0.1.0"
"""The product's version, as /v1/health and /openapi.json tell it; the same as pyproject.toml's."""
