"""What can be said of parcels and shipments: statuses, scans, and the shapes that hold them."""
