"""The inventory room: items, locations, levels, reservations and the ledger of movements."""

import waybill  # noqa: F401 - first of all imports: it sets how this process collects garbage
