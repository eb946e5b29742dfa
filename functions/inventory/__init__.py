"""The inventory room: items, locations, levels, reservations and the ledger of movements."""
