"""The tracking room: shipments, tracking numbers, carriers, scans and the public page."""
