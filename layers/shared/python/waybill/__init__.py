"""What Waybill's rooms share: HTTP conventions, keys, events, storage and observability."""

import gc
from typing import Final

VERSION: Final = "0.1.0"
"""The product's version, as /v1/health and /openapi.json tell it; the same as pyproject.toml's."""

# A start makes some 110,000 objects that stay. Looking for cycles among them takes a tenth of it
# and finds nothing, so the collector first looks when almost as many again are there. Reference
# counting frees what a request leaves behind.
gc.set_threshold(200_000, 20, 100)
