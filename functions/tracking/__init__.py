"""The tracking room: shipments, tracking numbers, carriers, scans and the public page."""

import waybill  # noqa: F401 - first of all imports: it sets how this process collects garbage
