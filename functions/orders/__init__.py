"""The orders room: an order's life from placement to completion."""

import waybill  # noqa: F401 - first of all imports: it sets how this process collects garbage
